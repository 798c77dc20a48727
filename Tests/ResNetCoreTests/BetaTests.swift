import Foundation
import ResNetCore
import Testing

@Suite struct BetaTests {
  private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count))
  }

  @Test(
    "Beta has its mean and its variance, and stays within 0 and 1, for small and large shapes",
    arguments: [(0.2, 0.2), (1, 1), (0.01, 0.01), (8, 8), (2, 5), (100, 100)])
  func beta(a: Double, b: Double) {
    var random = RandomNumbers(seed: 4, purpose: .testing)
    let values = (0..<40_000).map { _ in random.beta(a, b) }
    #expect(values.allSatisfy { (0...1).contains($0) })
    let (mean, variance) = moments(values)
    let expected = a * b / ((a + b) * (a + b) * (a + b + 1))
    // Five deviations of the mean.
    #expect(abs(mean - a / (a + b)) < 5 * (expected / 40_000).squareRoot())
    #expect(abs(variance / expected - 1) < 0.05)
  }

  @Test("Beta(1, 1) is spread evenly", arguments: [0.1, 0.5, 0.9])
  func even(limit: Double) {
    var random = RandomNumbers(seed: 5, purpose: .testing)
    let below = (0..<20_000).count { _ in random.beta(1, 1) < limit }
    #expect(abs(Double(below) / 20_000 - limit) < 0.018)
  }

  @Test("Gamma has its mean and its variance, which are its shape", arguments: [0.3, 1, 4.5])
  func gamma(shape: Double) {
    var random = RandomNumbers(seed: 6, purpose: .testing)
    let (mean, variance) = moments((0..<40_000).map { _ in exp(random.logarithmOfGamma(shape: shape)) })
    #expect(abs(mean - shape) < 5 * (shape / 40_000).squareRoot())
    #expect(abs(variance / shape - 1) < 0.08)
  }

  @Test("Numbers of a range stay in it and reach its ends")
  func uniform() {
    var random = RandomNumbers(seed: 7, purpose: .testing)
    let values = (0..<10_000).map { _ in random.uniform(in: -3...5) }
    #expect(values.allSatisfy { (-3...5).contains($0) })
    #expect((values.min() ?? 0) < -2.99 && (values.max() ?? 0) > 4.99)
    #expect(random.uniform(in: 2...2) == 2)
  }
}
