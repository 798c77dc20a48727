/// How far confidence and accuracy lie apart: the expected calibration error of Guo et al., "On Calibration of Modern
/// Neural Networks" (2017).
///
/// Bin m of M holds the confidences in ((m − 1) / M, m / M]. The error is Σ n_m / n · |accuracy_m − confidence_m|, in
/// which n_m cancels out: one sum for each bin is enough.
struct Calibration: Hashable {
  /// Guo et al.'s number of bins.
  static let binCount = 15

  private var count = 0
  /// The sum of (1 where right, else 0) − confidence over the samples of each bin.
  private var gaps = [Double](repeating: 0, count: binCount)

  /// Adds a sample by its greatest softmax probability.
  ///
  /// A confidence that is not a number belongs to no bin; it makes the whole error one that is not a number, as it does
  /// the loss.
  mutating func add(confidence: Double, isRight: Bool) {
    let place = (confidence * Double(Self.binCount)).rounded(.up) - 1
    let bin = place.isNaN ? 0 : Int(min(max(place, 0), Double(Self.binCount - 1)))
    gaps[bin] += (isRight ? 1 : 0) - confidence
    count += 1
  }

  /// The expected calibration error in percent.
  var error: Double { 100 * gaps.reduce(0) { $0 + $1.magnitude } / Double(max(count, 1)) }
}
