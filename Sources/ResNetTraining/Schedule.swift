/// How the learning rate changes over a run, as a factor of the recipe's rate.
///
/// Places in the run are fractions of its steps, so that a shorter run of the same recipe goes through the same phases.
public enum Schedule: Hashable, Sendable {
  /// The same rate all the time.
  case constant
  /// The rate is multiplied by `factor` at each of the given fractions of the run.
  case steps(at: [Double], factor: Double)
  /// The rate rises linearly over the first `warmUp` of the run and falls linearly to 0 over the rest
  /// (Smith, "Super-convergence", 2017).
  case oneCycle(warmUp: Double)

  /// What the recipe's rate is multiplied by at a step.
  ///
  /// - Parameters:
  ///   - step: the number of the step, from 0.
  ///   - count: the number of steps of the whole run.
  public func factor(step: Int, of count: Int) -> Double {
    let total = Double(max(count, 1))
    switch self {
    case .constant:
      return 1
    case .steps(let fractions, let factor):
      return fractions.filter { Double(step) >= $0 * total }.reduce(1) { rate, _ in rate * factor }
    case .oneCycle(let warmUp):
      let rise = warmUp * total
      // The middle of the step, so that neither the first nor the last step is wasted on a rate of 0.
      let place = Double(step) + 0.5
      return place < rise ? place / rise : (total - place) / (total - rise)
    }
  }
}
