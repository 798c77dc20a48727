import ResNetCore

extension Recipe {
  /// The most steps of a run: far above any in the literature, far below what overflows.
  static let maximumSteps = 1 << 40

  /// The number of steps of a run.
  ///
  /// - Throws: `ResNetError` of code `usage` where the length makes no sense.
  public func steps(batchesPerEpoch: Int) throws -> Int {
    let (count, overflow) =
      switch length {
      case .epochs(let epochs): epochs.multipliedReportingOverflow(by: batchesPerEpoch)
      case .iterations(let iterations): (iterations, false)
      }
    guard !overflow, (1...Self.maximumSteps).contains(count) else {
      throw ResNetError(.usage, "a run of \(length) is not possible", at: place, remedy: "Train for at least 1 epoch")
    }
    return count
  }

  /// The learning rate at a step, counted from 0.
  public func learningRate(step: Int, of count: Int) -> Double {
    learningRate * schedule.factor(step: step, of: count)
  }

  /// Refuses numbers with which nothing can be learned.
  ///
  /// - Throws: `ResNetError` of code `usage`.
  public func validate() throws {
    func require(_ condition: Bool, _ message: String, _ remedy: String) throws {
      guard condition else { throw ResNetError(.usage, message, at: place, remedy: remedy) }
    }
    try require(batch >= 1, "a batch of \(batch) is not possible", "Use at least 1 image")
    try require(
      Float(learningRate).isFinite && learningRate > 0, "a learning rate of \(learningRate) is not possible",
      "Use a positive number such as 0.1")
    try require(
      (0..<1).contains(momentum), "a momentum of \(momentum) is not possible", "Use a number from 0 to below 1")
    try require(
      !nesterov || momentum > 0, "Nesterov's method needs momentum", "Use a momentum such as 0.9, or turn it off")
    try require(
      weightDecay.isFinite && weightDecay >= 0, "a weight decay of \(weightDecay) is not possible",
      "Use 0 or a small positive number such as 1e-4")
    switch schedule {
    case .constant: break
    case .steps(let fractions, let factor):
      try require(
        fractions.allSatisfy { (0...1).contains($0) } && factor.isFinite && factor > 0,
        "the rate cannot be multiplied by \(factor) at \(fractions) of the run",
        "Use fractions from 0 to 1 and a positive factor")
    case .oneCycle(let warmUp):
      try require((0..<1).contains(warmUp), "a warm-up of \(warmUp) of the run is not possible", "Use 0 to below 1")
    }
  }

  private var place: String { "recipe \(name)" }
}

extension Recipe.Length: CustomStringConvertible {
  /// `30 epochs` or `64000 iterations`.
  public var description: String {
    switch self {
    case .epochs(let count): "\(count) \(count == 1 ? "epoch" : "epochs")"
    case .iterations(let count): "\(count) \(count == 1 ? "iteration" : "iterations")"
    }
  }
}
