import ResNetCore

extension Evaluation: CustomStringConvertible {
  /// One line, as in `CIFAR-10 test (10000 images): error 8.51 %, loss 0.3012`.
  public var description: String {
    "\(dataSet) (\(images) images): error \(fixed(topOneError, 2)) %"
      + (topFiveError.map { ", top-5 error \(fixed($0, 2)) %" } ?? "") + ", loss \(fixed(loss, 4)), "
      + "\(fixed(Double(images) / max(seconds, 1e-9), 0)) images/s"
  }
}
