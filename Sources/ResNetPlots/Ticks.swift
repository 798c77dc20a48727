import Foundation

/// The numbers written along an axis.
struct Ticks {
  /// The numbers, rising; all lie on the axis.
  private(set) var values: [Double] = []
  /// How each of them is written.
  private(set) var labels: [String] = []
  /// Places of a logarithmic axis that are marked but not named.
  private(set) var minor: [Double] = []
  /// The distance from one to the next; nil where it varies.
  private(set) var step: Double?

  /// Chooses at most `limit` ticks, and not fewer than about half as many where that can be.
  init(_ axis: AxisScale, limit: Int) {
    let limit = max(limit, 3)
    switch axis.scale {
    case .linear: setLinear(axis.domain, limit: limit, isWhole: axis.isWhole)
    case .logarithmic: setLogarithmic(axis.domain, limit: limit)
    }
  }

  /// Multiples of 1, 2 or 5 times a power of ten: the finest of which no more than `limit` lie in the range.
  private mutating func setLinear(_ domain: ClosedRange<Double>, limit: Int, isWhole: Bool) {
    let span = domain.upperBound - domain.lowerBound
    var exponent = decade(of: span / Double(limit))
    if isWhole { exponent = max(exponent, 0) }
    while true {
      for mantissa in [1.0, 2, 5] {
        let multiples = Self.multiples(of: mantissa, exponent, in: domain)
        guard multiples.count <= limit else { continue }
        let step = mantissa * powerOfTen(exponent)
        let format = NumberFormat(resolution: step, greatest: multiples.map(abs).max() ?? 0)
        values = multiples
        labels = multiples.map(format.text)
        self.step = step
        return
      }
      exponent += 1
    }
  }

  private static func multiples(of mantissa: Double, _ exponent: Int, in domain: ClosedRange<Double>) -> [Double] {
    // A tick at the very end of the axis counts, whatever the last bit of a quotient says.
    let step = mantissa * powerOfTen(exponent)
    let slack = 1e-9 * max(1, (domain.upperBound - domain.lowerBound) / step)
    let first = (domain.lowerBound / step - slack).rounded(.up)
    let last = (domain.upperBound / step + slack).rounded(.down)
    guard first <= last else { return [] }
    return (0...Int(last - first)).map { index in
      let multiple = (first + Double(index)) * mantissa
      let value = exponent < 0 ? multiple / powerOfTen(-exponent) : multiple * powerOfTen(exponent)
      return min(max(value, domain.lowerBound), domain.upperBound)
    }
  }

  private mutating func setLogarithmic(_ domain: ClosedRange<Double>, limit: Int) {
    let exponents = decade(of: domain.lowerBound)...decade(of: domain.upperBound)
    func candidates(_ mantissas: [Int], every stride: Int = 1) -> [(mantissa: Int, exponent: Int)] {
      exponents.filter { $0 % stride == 0 }.flatMap { exponent in mantissas.map { ($0, exponent) } }
        .filter { domain.contains(Double($0.mantissa) * powerOfTen($0.exponent)) }
    }
    var chosen = candidates(Array(1...9))
    if exponents.count <= 8 { minor = chosen.map { Double($0.mantissa) * powerOfTen($0.exponent) } }
    if chosen.count > limit { chosen = candidates([1, 2, 5]) }
    var stride = 1
    while chosen.count > limit {
      chosen = candidates([1], every: stride)
      stride += 1
    }
    guard chosen.count >= 2 else {
      minor = []
      return setLinear(domain, limit: limit, isWhole: false)
    }
    values = chosen.map { Double($0.mantissa) * powerOfTen($0.exponent) }
    labels = chosen.map { Self.label($0.mantissa, $0.exponent) }
    minor.removeAll { values.contains($0) }
  }

  private static func label(_ mantissa: Int, _ exponent: Int) -> String {
    guard exponent < -4 || exponent > 5 else {
      let value = Double(mantissa) * powerOfTen(exponent)
      return NumberFormat(resolution: min(powerOfTen(exponent), 1), greatest: 1).text(value)
    }
    return (mantissa == 1 ? "" : "\(mantissa)×") + "10" + NumberFormat.superscript(exponent)
  }
}
