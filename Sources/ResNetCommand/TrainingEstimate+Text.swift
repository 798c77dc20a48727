import ResNet

extension TrainingEstimate {
  /// What a run costs, in one line.
  var line: String {
    "about \(clockTime(seconds)) at \(fixed(imagesPerSecond, 0)) images/s, \(mebibytes(peakMemoryBytes)) of memory, "
      + "\(mebibytes(diskBytes)) on the disk"
  }

  /// What a run costs, as a small table.
  var table: String {
    """
    time    \(clockTime(seconds)) (\(fixed(seconds / 3600, 2)) hours) at \(fixed(imagesPerSecond, 0)) images/s, \
    \(fixed(evaluationSeconds, 1)) s for each test
    memory  \(mebibytes(peakMemoryBytes))
    disk    \(mebibytes(diskBytes))
    """
  }
}
