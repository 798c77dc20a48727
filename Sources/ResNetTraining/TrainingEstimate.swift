import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

/// What a run will cost, from a few of its steps.
public struct TrainingEstimate: Hashable, Sendable, Codable {
  /// How long the rest of the run takes, evaluation and all.
  public var seconds: Double
  /// How long a step of a whole batch takes, its images' preparation and the update included.
  public var secondsPerStep: Double
  /// Images trained on in a second.
  public var imagesPerSecond: Double
  /// How long testing takes after every epoch; 0 where the run does not test.
  public var evaluationSeconds: Double
  /// The most memory that the process will hold at once.
  public var peakMemoryBytes: Int
  /// What the run leaves on the disk, and needs while it writes; 0 where it is kept nowhere.
  public var diskBytes: Int
}

extension Trainer {
  /// Finds out what the rest of the run will cost by timing some steps: nothing that the run learns or writes is touched.
  ///
  /// - Parameters:
  ///   - first: steps that lie behind it already.
  ///   - policy: how the run will be kept; `nil` where it will not.
  ///   - seconds: how long to time steps for, or a twentieth of the run where that is less; testing takes as long again
  ///     at most.
  /// - Throws: what `prepare()` throws, and `ResNetError` of code `data` where the loss is not finite.
  public func estimate(
    from first: Int = 0, keeping policy: CheckpointPolicy? = nil, measuringFor seconds: Double = 3
  ) throws -> TrainingEstimate {
    // A second engine beside the run's own would take as much memory again.
    let trial = try session ?? TrainingSession(self)
    let (step, evaluation) = try trial.seconds(measuringFor: seconds)
    // A last batch takes its share of a whole one's time.
    let size = Double(training.batchSize)
    let epoch = Double(training.dataSet.count) / size * step
    let left = Double(steps - first) / Double(training.batchesPerEpoch)
    let tests = Double(epochCount - first / training.batchesPerEpoch)
    // Two of the copies that there will be are held now, as the state to go back to.
    let copies = (TrainingMemory.modelCopies - 2) * trial.engine.parameters.bytes
    return TrainingEstimate(
      seconds: left * epoch + tests * evaluation, secondsPerStep: step, imagesPerSecond: size / step,
      evaluationSeconds: evaluation, peakMemoryBytes: Machine.peakMemoryBytes + copies,
      diskBytes: policy.map { RunFolder.diskBytes(for: self, policy: $0) } ?? 0)
  }
}

extension TrainingSession {
  /// How long a step and testing take. Where that fails, as at a file that is damaged, so does the run, and says so.
  fileprivate func seconds(measuringFor seconds: Double) throws -> (step: Double, evaluation: Double) {
    do {
      return try keepingSteps {
        let state = state
        defer { goBack(to: state) }
        return (
          try secondsPerStep(measuringFor: seconds),
          try trainer.test.map { try secondsOfEvaluation($0, measuringFor: seconds) } ?? 0
        )
      }
    } catch {
      // What has ended well does not fail any more.
      if !isFinished { try writeDown(error) }
      throw error
    }
  }

  /// Goes back to a state of its own.
  private func goBack(to state: TrainingState) {
    do { try restore(state) } catch { preconditionFailure("a state of the same network fits: \(error)") }
  }

  /// The time of a step after some to warm up: the median of the mean times in tenths of the measurement, so that a busy
  /// moment of the machine does not count, and a loader that is slow at times does.
  fileprivate func secondsPerStep(measuringFor seconds: Double) throws -> Double {
    var (number, warm, count) = (0, 3, 0)
    var means: [Double] = []
    var (clock, part) = (Stopwatch(), (clock: Stopwatch(), steps: 0))
    while true {
      let batches = trainer.training.epoch(number)
      var position = 0
      while let batch = try batches.next(), batch.count == trainer.training.batchSize {
        try Task.checkCancellation()
        // At a rate of 0 nothing diverges, and nothing is any faster.
        try train(batch, epoch: number, learningRate: 0)
        position += 1
        if warm > 0 {
          warm -= 1
          (clock, part) = (Stopwatch(), (Stopwatch(), 0))
          continue
        }
        count += 1
        part.steps += 1
        if part.clock.seconds >= seconds / 10 {
          means.append(part.clock.seconds / Double(part.steps))
          part = (Stopwatch(), 0)
        }
        guard count >= 3, clock.seconds >= seconds || count >= trainer.steps / 20 else { continue }
        return means.count < 3 ? clock.seconds / Double(count) : means.sorted()[means.count / 2]
      }
      number += 1
    }
  }

  /// How long testing on all images takes, from as many as there is time for.
  fileprivate func secondsOfEvaluation(_ loader: Loader, measuringFor seconds: Double) throws -> Double {
    let batches = loader.epoch(0)
    var (clock, images) = (Stopwatch(), 0)
    var isWarm = false
    var scores = Scores()
    while let batch = try batches.next() {
      try Task.checkCancellation()
      try engine.score(batch, &scores)
      guard isWarm else {
        isWarm = true
        clock = Stopwatch()
        continue
      }
      images += batch.count
      if clock.seconds >= seconds { break }
    }
    return images == 0 ? 0 : clock.seconds / Double(images) * Double(loader.dataSet.count)
  }
}
