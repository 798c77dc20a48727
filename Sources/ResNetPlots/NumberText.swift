import Foundation

/// The power of ten at or below a positive number: 2 for 100 and for 999.
func decade(of value: Double) -> Int {
  let guess = Int(log10(value).rounded(.down))
  // The logarithm of a power of ten may fall short by a hair.
  return powerOfTen(guess + 1) <= value ? guess + 1 : guess
}

/// 10 to a whole power, exact where a Double can hold it.
func powerOfTen(_ exponent: Int) -> Double {
  // A quotient of exact powers is nearer than a product of tenths.
  exponent < 0 ? 1 / pow(10, Double(-exponent)) : pow(10, Double(exponent))
}

/// A length on the page with at most one decimal place, as short as it can be: `12`, `0.5`, `-3.1`.
func pixels(_ length: Double) -> String {
  let tenths = Int((length * 10).rounded())
  let sign = tenths < 0 ? "-" : ""
  let rest = tenths.magnitude % 10
  return "\(sign)\(tenths.magnitude / 10)" + (rest == 0 ? "" : ".\(rest)")
}

/// A number by itself, in three digits or all that stand before the point, as a sentence has it: `0.0312`, `1.04`,
/// `2317`, `1.20×10⁻⁷`.
package func inThreeDigits(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "not a number" : value > 0 ? "infinite" : "minus infinite" }
  guard value != 0 else { return "0" }
  // What is rounded up to the next power of ten has a digit less behind the point.
  let magnitude = abs(value)
  let own = decade(of: magnitude)
  let digits = magnitude / powerOfTen(own) >= 9.995 ? own + 1 : own
  return NumberFormat(resolution: powerOfTen(digits - 2), greatest: powerOfTen(digits)).text(value)
}

/// How numbers that belong together are written: all with the same places and the same power of ten.
struct NumberFormat: Hashable {
  /// The number of decimal places.
  let places: Int
  /// The power of ten that is written out, as in 1.5×10⁶; nil for plain numbers.
  let exponent: Int?

  /// Makes the format of numbers of which the greatest has this magnitude, so that differences of `resolution` show.
  init(resolution: Double, greatest: Double) {
    let finest = decade(of: resolution)
    let magnitude = greatest > 0 ? decade(of: greatest) : 0
    let isPlain = magnitude < 6 && (magnitude >= -4 || finest >= -4)
    exponent = isPlain ? nil : magnitude
    places = min(max((isPlain ? 0 : magnitude) - finest, 0), 12)
  }

  /// A number as a reader sees it.
  func text(_ value: Double) -> String {
    guard let exponent else { return fixed(value) }
    guard value != 0 else { return "0" }
    // In two steps, because 10 to the power of -310 is no number.
    let half = exponent / 2
    return fixed(value / powerOfTen(half) / powerOfTen(exponent - half)) + "×10" + Self.superscript(exponent)
  }

  private func fixed(_ value: Double) -> String {
    // Without a locale, Foundation writes a point in every country.
    let digits = String(format: "%.\(places)f", abs(value))
    let isNegative = value < 0 && digits.contains { $0 != "0" && $0 != "." }
    return isNegative ? "\u{2212}" + digits : digits
  }

  /// A whole number in raised digits.
  static func superscript(_ number: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let raised = String(number.magnitude).utf8.map { digits[Int($0) - 48] }
    return (number < 0 ? "⁻" : "") + String(raised)
  }
}
