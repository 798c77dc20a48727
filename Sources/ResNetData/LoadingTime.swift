/// What preparing batches costs: all of it, and what of that the work on earlier batches does not hide.
public struct LoadingTime: Hashable, Sendable, Codable {
  /// Seconds that threads spent on preparing, all threads together.
  public var preparing: Double
  /// Seconds that whoever takes the batches waited for them: what is not hidden.
  public var waiting: Double

  /// Makes a sum to add to.
  public init(preparing: Double = 0, waiting: Double = 0) {
    self.preparing = preparing
    self.waiting = waiting
  }

  /// The times of two stretches of work together.
  public static func + (a: LoadingTime, b: LoadingTime) -> LoadingTime {
    LoadingTime(preparing: a.preparing + b.preparing, waiting: a.waiting + b.waiting)
  }
}
