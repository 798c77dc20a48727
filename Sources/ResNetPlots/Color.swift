import Foundation

/// A colour of the page, in sRGB.
struct Color: Hashable {
  /// Red, green and blue, from 0 to 255.
  let red, green, blue: Double

  /// Makes a colour from its usual number, such as 0x0072B2.
  init(_ number: Int) {
    (red, green, blue) = (Double(number >> 16 & 255), Double(number >> 8 & 255), Double(number & 255))
  }

  private init(red: Double, green: Double, blue: Double) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  static let white = Color(0xFFFFFF)
  static let ink = Color(0x222222)
  static let softInk = Color(0x555555)
  static let axis = Color(0x808080)
  static let grid = Color(0xE4E4E4)
  static let missing = Color(0xCFCFCF)

  /// As SVG writes it.
  var hex: String {
    "#" + [red, green, blue].map { String(format: "%02X", Int($0.rounded())) }.joined()
  }

  /// A colour between this one (at 0) and another (at 1).
  func mixed(with other: Color, _ share: Double) -> Color {
    func mix(_ from: Double, _ to: Double) -> Double { from + (to - from) * share }
    return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  /// How light it is, from 0 to 1 (relative luminance, WCAG 2.2).
  var luminance: Double {
    func linear(_ value: Double) -> Double {
      let share = value / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// How well one colour is seen on another, from 1 to 21 (WCAG 2.2); 4.5 is enough for text.
  func contrast(with other: Color) -> Double {
    let (lighter, darker) = (max(luminance, other.luminance), min(luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)
  }

  /// Black or white, whichever is read more easily on this colour.
  var textColor: Color {
    let black = Color(0)
    return contrast(with: black) >= contrast(with: .white) ? black : .white
  }

  /// This colour, darkened until text in it is easily read on white.
  var readable: Color {
    (0...20).lazy.map { mixed(with: Color(0), Double($0) / 20) }.first { $0.contrast(with: .white) >= 4.5 } ?? .ink
  }
}

/// The colours of lines.
package enum Palette {
  /// Okabe and Ito, "Color Universal Design" (2008): told apart by people with any common kind of colour vision. Their
  /// yellow is left out, because a thin line of it is not seen on white.
  static let colors = [0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000].map { Color($0) }

  /// The place in `colors` of any slot, counted round.
  static func index(of slot: Int) -> Int {
    let rest = slot % colors.count
    return rest < 0 ? rest + colors.count : rest
  }
}

extension Palette {
  /// One of the palette's colours as red, green and blue from 0 to 255, counted round.
  package static func bytes(of slot: Int) -> (red: Double, green: Double, blue: Double) {
    let color = colors[index(of: slot)]
    return (color.red, color.green, color.blue)
  }
}

/// Colours from light to dark, for numbers from 0 to 1.
struct ColorRamp: Hashable {
  private let light, middle, dark: Color

  /// The palette's blue.
  static let blue = ColorRamp(light: Color(0xDFEDF8), middle: Color(0x0072B2), dark: Color(0x002A45))
  /// The palette's vermilion.
  static let vermilion = ColorRamp(light: Color(0xFDE3CF), middle: Color(0xD55E00), dark: Color(0x5A2200))

  /// The number of colours; so few that cells of one colour can be drawn together, so many that no eye sees steps.
  static let levels = 64

  /// The colour of a level from 0 (lightest) to `levels - 1` (darkest).
  func color(level: Int) -> Color {
    let share = Double(min(max(level, 0), Self.levels - 1)) / Double(Self.levels - 1)
    let bend = 0.65
    return share < bend
      ? light.mixed(with: middle, share / bend) : middle.mixed(with: dark, (share - bend) / (1 - bend))
  }
}
