/// How long a run still takes, guessed from the times of what it has done.
///
/// Two things take time: steps, and what comes at the end of an epoch (evaluation, saving). Each is estimated by the mean
/// of the latest ones. The first step, which is slower than all others, ends before the first interval begins.
struct RemainingTime {
  /// The images that are evaluated after each epoch, and once more at the end of the run.
  let testImages: Int
  let finalImages: Int

  private var step: Mean
  private var epochEnd = Mean(window: 5)
  private var steps = 0
  private var epochEnds = 0
  private var imagesPerSecond = 0.0
  private var isTesting = false
  private var last: Double?
  private var hasReport = false

  /// - Parameter stepsPerEpoch: the estimate follows changes of speed within about so many steps.
  init(stepsPerEpoch: Int, testImages: Int, finalImages: Int) {
    self.testImages = testImages
    self.finalImages = finalImages
    step = Mean(window: min(max(stepsPerEpoch, 50), 1000))
  }

  /// A step has ended.
  ///
  /// - Parameters:
  ///   - steps: those that are left in the run.
  ///   - epochs: those that have not ended, this one included.
  ///   - endsEpoch: whether it was the last step of its epoch.
  ///   - seconds: the time since some beginning.
  mutating func addStep(left steps: Int, epochs: Int, endsEpoch: Bool, imagesPerSecond: Double, at seconds: Double) {
    if let last {
      let interval = seconds - last
      if hasReport {
        // Saving is part of an epoch's end too; a step cannot be told from it here.
        epochEnd.extend(by: max(0, interval - step.value))
      } else if isTesting {
        epochEnd.add(max(0, interval - step.value))
      } else {
        step.add(interval)
      }
    }
    self.steps = steps
    self.epochEnds = epochs
    self.imagesPerSecond = imagesPerSecond
    (last, isTesting, hasReport) = (seconds, endsEpoch, false)
  }

  /// An epoch has ended with its evaluation.
  mutating func addEpoch(left epochs: Int, at seconds: Double) {
    if let last { epochEnd.add(seconds - last) }
    epochEnds = epochs
    (last, isTesting, hasReport) = (seconds, false, true)
  }

  /// The seconds that the rest of the run takes; `nil` before the second step.
  func seconds(at now: Double) -> Double? {
    guard let last, step.count > 0 || steps == 0 else { return nil }
    let rest = Double(steps) * step.value + Double(epochEnds) * epochEndSeconds + finalSeconds
    // What lasts longer than it should takes nothing away from what comes after it.
    return rest - min(max(0, now - last), isTesting ? epochEndSeconds : steps > 0 ? step.value : finalSeconds)
  }

  /// Until one was measured: an evaluation passes forward only, about a third of a step's work for the same images.
  private var epochEndSeconds: Double {
    if epochEnd.count > 0 { return epochEnd.value }
    return imagesPerSecond > 0 ? Double(testImages) / (3 * imagesPerSecond) : 0
  }

  private var finalSeconds: Double {
    testImages > 0 ? epochEndSeconds * Double(finalImages) / Double(testImages) : 0
  }
}

extension RemainingTime {
  /// The mean of the latest values, older ones fading.
  private struct Mean {
    let window: Int
    private(set) var count = 0
    private(set) var value = 0.0

    init(window: Int) { self.window = window }

    mutating func add(_ new: Double) {
      count = min(count + 1, window)
      // A machine that slept is no slower for it.
      let limited = count > 5 ? min(new, 10 * value) : new
      value += (limited - value) / Double(count)
    }

    /// Makes the last value greater.
    mutating func extend(by rest: Double) {
      guard count > 0 else { return }
      value += rest / Double(count)
    }
  }
}
