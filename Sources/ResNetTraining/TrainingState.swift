import ResNetCore
import ResNetData

/// All of a run that changes while it goes on; with what began it, this decides all that is still to come.
///
/// Order and augmentation of the images need no state: they are functions of the seed, the epoch and the image.
struct TrainingState: Sendable {
  /// The part that is not made of tensors.
  struct Progress: Codable, Hashable, Sendable {
    /// Steps since the beginning of the run.
    var step = 0
    /// The scores of the epoch under way, or of the last one where none is.
    var scores = Scores()
    /// How long the epoch under way has been trained for.
    var epochSeconds = 0.0
    /// What preparing its images has taken.
    var epochLoading: LoadingTime?
    /// How long the run has taken, evaluation and all.
    var seconds = 0.0
    /// The epochs that are done.
    var history: [EpochReport] = []
    /// When each of them ended, in seconds since 1970.
    var epochTimes: [Double] = []
    /// How much weights changed, where that is recorded.
    var updates: UpdateRecord?
  }

  var progress = Progress()
  /// Every parameter and running statistic.
  var parameters: [String: Tensor]
  /// The momentum of every learned parameter.
  var velocities: [String: Tensor]
}

extension TrainingState.Progress {
  /// The epoch with the least error on the images that the run tests on; the first of several.
  var best: RunRecord.Best? {
    history.compactMap { report in
      report.evaluation.map { RunRecord.Best(epoch: report.epoch, topOneError: $0.topOneError) }
    }.min { ($0.topOneError, $0.epoch) < ($1.topOneError, $1.epoch) }
  }

  /// Whether it can be that of a run with so many batches in an epoch; what a file says may be anything.
  func isPossible(batchesPerEpoch: Int, images: Int) -> Bool {
    let (whole, overflow) = (history.count + 1).multipliedReportingOverflow(by: batchesPerEpoch)
    // A run may end within its last epoch.
    return !overflow && history.count == epochTimes.count && (whole - 2 * batchesPerEpoch..<whole + 1).contains(step)
      && scores.isPossible(images: images) && step >= 0 && step <= Recipe.Length.maximumSteps
      && updates?.isPossible ?? true
  }

  /// Goes back to the beginning of the epoch, for a run whose epochs have another number of batches from here on.
  mutating func restartEpoch(batchesPerEpoch: Int) {
    step = history.count * batchesPerEpoch
    scores = Scores()
    epochSeconds = 0
    epochLoading = nil
    updates?.remove(after: step)
  }

  /// Takes back the report of an epoch that the end of a shorter run had cut short, so that it can be trained on.
  mutating func reopenLastEpoch(batchesPerEpoch: Int, steps: Int) {
    guard step < steps, step < history.count * batchesPerEpoch else { return }
    history.removeLast()
    epochTimes.removeLast()
  }
}
