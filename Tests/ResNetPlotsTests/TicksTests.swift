import Foundation
import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct TicksTests {
  private func ticks(
    _ values: [Double], _ scale: PlotAxis.Scale = .linear, limit: Int = 7, isPadded: Bool = false
  ) -> Ticks {
    Ticks(AxisScale(values, scale: scale, isPadded: isPadded), limit: limit)
  }

  @Test("Ticks stand at 1, 2 or 5 times a power of ten, on the axis, at most as many as asked, at least two")
  func linear() throws {
    for seed in 0..<500 {
      var numbers = randomNumbers(seed)
      let magnitude = pow(10, numbers.number(-12, 12))
      let middle = numbers.number(-1, 1) * magnitude
      let half = magnitude * pow(10, numbers.number(-6, 0))
      let limit = 5 + numbers.integer(below: 8)
      let axis = AxisScale([middle - half, middle + half], isPadded: seed % 2 == 0)
      let ticks = Ticks(axis, limit: limit)
      #expect((2...limit).contains(ticks.values.count), "seed \(seed)")
      #expect(ticks.values.allSatisfy(axis.domain.contains), "seed \(seed)")
      let step = try #require(ticks.step)
      let mantissa = step / powerOfTen(decade(of: step))
      #expect([1, 2, 5].contains { abs(mantissa - $0) < 1e-9 }, "seed \(seed): step \(step)")
      for (index, value) in ticks.values.enumerated() {
        #expect(abs(value - (ticks.values[0] + Double(index) * step)) < step * 1e-6, "seed \(seed)")
        #expect(abs(value / step - (value / step).rounded()) < 1e-6, "seed \(seed): \(value) is no multiple of \(step)")
      }
      // None is left out at the ends.
      #expect(ticks.values[0] - step < axis.domain.lowerBound, "seed \(seed)")
      #expect(ticks.values[ticks.values.count - 1] + step > axis.domain.upperBound, "seed \(seed)")
      #expect(Set(ticks.labels).count == ticks.labels.count, "seed \(seed): \(ticks.labels)")
    }
  }

  @Test("What is written at a tick is its value")
  func labels() throws {
    for seed in 0..<300 {
      var numbers = randomNumbers(seed)
      let low = numbers.number(-1, 1) * pow(10, numbers.number(-12, 12))
      let high = low + abs(low) * pow(10, numbers.number(-4, 4))
      let isLogarithmic = seed % 3 == 0
      let ticks = ticks(
        isLogarithmic ? [abs(low), abs(low) + abs(high)] : [low, high], isLogarithmic ? .logarithmic : .linear)
      let span = (ticks.values.last ?? 0) - (ticks.values.first ?? 0)
      for (value, label) in zip(ticks.values, ticks.labels) {
        let read = try #require(number(label), "\(label)")
        #expect(abs(read - value) <= max(abs(value), span) * 1e-6, "seed \(seed): \(label) for \(value)")
      }
    }
  }

  /// The number that a person reads: `−1.5×10⁻³`, `10⁵`, `0.2`.
  private func number(_ label: String) -> Double? {
    let plain = label.replacingOccurrences(of: "\u{2212}", with: "-")
    guard let ten = plain.range(of: "10", options: .backwards), plain.contains(where: { "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".contains($0) })
    else { return Double(plain) }
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let raised = plain[ten.upperBound...]
    let magnitude = raised.reduce(0) { total, digit in digits.firstIndex(of: digit).map { total * 10 + $0 } ?? total }
    let factor = plain[..<ten.lowerBound].dropLast()
    let exponent = raised.first == "⁻" ? -magnitude : magnitude
    return (factor.isEmpty ? 1 : Double(factor) ?? .nan) * pow(10, Double(exponent))
  }

  @Test("Well-known axes get the ticks that a person would draw")
  func wellKnown() {
    #expect(ticks([1, 30]).labels == ["0", "5", "10", "15", "20", "25", "30"])
    #expect(ticks([8.5, 61.8], isPadded: true).labels == ["0", "10", "20", "30", "40", "50", "60"])
    #expect(ticks([-0.3, 0.3]).labels == ["\u{2212}0.3", "\u{2212}0.2", "\u{2212}0.1", "0.0", "0.1", "0.2", "0.3"])
    #expect(ticks([0, 8e-5]).labels == ["0", "2×10⁻⁵", "4×10⁻⁵", "6×10⁻⁵", "8×10⁻⁵"])
    #expect(ticks([1e-3, 1], .logarithmic).labels == ["0.001", "0.01", "0.1", "1"])
    #expect(ticks([1, 100], .logarithmic).labels == ["1", "2", "5", "10", "20", "50", "100"])
    #expect(ticks([1e-9, 1], .logarithmic, limit: 5).labels == ["10⁻⁸", "10⁻⁶", "0.0001", "0.01", "1"])
  }

  @Test("Between whole numbers, such as epochs, there are no ticks")
  func whole() {
    #expect(ticks([1, 2, 3], limit: 12).labels == ["1", "2", "3"])
    #expect(ticks([1], limit: 12).labels == ["0", "1", "2"])
    #expect(ticks([1, 2.5], limit: 12).labels.contains("1.2"))
  }

  @Test("Ticks of a logarithmic axis lie on it, rise, and are at most as many as asked")
  func logarithmic() {
    for seed in 0..<500 {
      var numbers = randomNumbers(seed)
      let low = pow(10, numbers.number(-90, 50))
      let high = low * pow(10, numbers.number(0.01, seed % 2 == 0 ? 2 : 40))
      let limit = 5 + numbers.integer(below: 8)
      let axis = AxisScale([low, high], scale: .logarithmic, isPadded: true)
      let ticks = Ticks(axis, limit: limit)
      #expect((2...limit).contains(ticks.values.count), "seed \(seed): \(ticks.labels)")
      #expect((ticks.values + ticks.minor).allSatisfy(axis.domain.contains), "seed \(seed)")
      #expect(zip(ticks.values, ticks.values.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
      #expect(ticks.minor.allSatisfy { !ticks.values.contains($0) }, "seed \(seed)")
    }
  }

  @Test(
    "Values at the limits of a Double neither trap nor hang",
    arguments: [
      [], [.nan], [.infinity, -.infinity], [0], [-0.0], [.leastNonzeroMagnitude],
      [.leastNonzeroMagnitude, .leastNormalMagnitude], [1e300, -1e300],
      [.greatestFiniteMagnitude], [1e15, 1e15 + 1], [1, 1.000_000_000_000_000_2], [-3, -3], [-100, -1],
      [1e-300, 1e300],
    ] as [[Double]], [PlotAxis.Scale.linear, .logarithmic])
  func limits(values: [Double], scale: PlotAxis.Scale) {
    for isPadded in [false, true] {
      let axis = AxisScale(values, scale: scale, isPadded: isPadded)
      #expect(axis.domain.lowerBound < axis.domain.upperBound)
      #expect(axis.domain.lowerBound.isFinite && axis.domain.upperBound.isFinite)
      #expect(Ticks(axis, limit: 6).values.count >= 2)
      for value in values where AxisScale.shows(value, on: scale) {
        #expect((0...1).contains(axis.fraction(of: value)), "\(value)")
      }
    }
  }

  @Test("An axis begins at zero where the values come near to it, and never goes below it without need")
  func zero() {
    #expect(AxisScale([8, 60], isPadded: true).domain.lowerBound == 0)
    #expect(AxisScale([50, 60], isPadded: true).domain.lowerBound > 40)
    #expect(AxisScale([0, 0], isPadded: true).domain == 0...1)
    #expect(AxisScale([-60, -8], isPadded: true).domain.upperBound == 0)
    #expect(AxisScale([-5, 60], isPadded: true).domain.lowerBound < -5)
  }
}
