import ResNetCore

extension Recipe {
  /// The number of steps of a run.
  ///
  /// - Throws: `ResNetError` of code `usage` where the length makes no sense.
  public func steps(batchesPerEpoch: Int) throws -> Int {
    let (count, overflow) =
      switch length {
      case .epochs(let epochs): epochs.multipliedReportingOverflow(by: batchesPerEpoch)
      case .iterations(let iterations): (iterations, false)
      }
    guard !overflow, length.isPossible, (1...Length.maximumSteps).contains(count) else {
      throw ResNetError(.usage, length.refusal, at: place, remedy: Length.remedy)
    }
    return count
  }

  /// The learning rate at a step, counted from 0.
  public func learningRate(step: Int, of count: Int) -> Double {
    learningRate * schedule.factor(step: step, of: count)
  }
}

extension Recipe.Length {
  /// The most steps of a run: far above any in the literature, far below what overflows.
  static let maximumSteps = 1 << 40

  static let remedy = "Train for at least 1 epoch, and for no more than 2⁴⁰ steps"

  /// Whether a run can be as long as that; data may make it too long all the same.
  var isPossible: Bool {
    switch self {
    case .epochs(let count), .iterations(let count): (1...Self.maximumSteps).contains(count)
    }
  }

  var refusal: String { "a run of \(self) is not possible" }
}

extension Recipe.Length: CustomStringConvertible {
  /// `30 epochs` or `64000 iterations`.
  public var description: String {
    switch self {
    case .epochs(let count): counted(count, "epoch")
    case .iterations(let count): counted(count, "iteration")
    }
  }
}
