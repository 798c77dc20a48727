import ResNetCore

/// When a run keeps its state, and how often over.
public struct CheckpointPolicy: Hashable, Sendable {
  /// How much may pass between two checkpoints.
  public enum Interval: Hashable, Sendable {
    /// So many steps.
    case steps(Int)
    /// So many seconds, as a clock counts them that nobody can set.
    case seconds(Double)
  }

  /// How much may pass between two checkpoints; the end of a run is always kept.
  public var interval: Interval
  /// How many checkpoints stay: the newest ones.
  public var keep: Int

  /// Every five minutes, and the three newest, unless told otherwise.
  public init(interval: Interval = .seconds(300), keep: Int = 3) {
    self.interval = interval
    self.keep = keep
  }

  /// Refuses what would keep nothing, or keep the disk busy for ever.
  ///
  /// - Throws: `ResNetError` of code `usage`.
  public func validate() throws {
    let isPossible =
      switch interval {
      case .steps(let count): count >= 1
      case .seconds(let seconds): seconds > 0 && seconds.isFinite
      }
    guard isPossible else {
      throw ResNetError(
        .usage, "checkpoints every \(interval) are not possible", remedy: "Use at least one step, or some seconds")
    }
    guard (1...10_000).contains(keep) else {
      throw ResNetError(.usage, "\(keep) checkpoints cannot be kept", remedy: "Keep 1 to 10000")
    }
  }
}

extension CheckpointPolicy.Interval: CustomStringConvertible {
  /// `200 steps`, `90 seconds` or `5 minutes`.
  public var description: String {
    switch self {
    case .steps(let count): counted(count, "step")
    case .seconds(60): "1 minute"
    case .seconds(let seconds) where seconds >= 60 && seconds.truncatingRemainder(dividingBy: 60) == 0:
      "\(fixed(seconds / 60, 0)) minutes"
    case .seconds(let seconds): "\(seconds) seconds"
    }
  }

  /// Reads a number of steps, as in `200`, or a length of time, as in `30s`, `5m` or `1.5h`.
  public init?(_ text: String) {
    if let steps = Int(text) {
      self = .steps(steps)
      return
    }
    let units = ["s": 1.0, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[String($0)] }), let number = Double(text.dropLast()) else { return nil }
    self = .seconds(number * unit)
  }
}
