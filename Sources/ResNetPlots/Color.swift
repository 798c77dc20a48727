import Foundation

/// A colour, in sRGB.
struct Color: Hashable {
  /// Red, green and blue, from 0 to 255.
  let red, green, blue: Double
  /// The number of the colour that takes its place on a dark page; nil for one of a picture, which stays.
  let dark: Int?

  /// Makes a colour from its usual number, such as 0x0072B2, and that of its counterpart on a dark page.
  init(_ number: Int, dark: Int? = nil) {
    (red, green, blue) = (Double(number >> 16 & 255), Double(number >> 8 & 255), Double(number & 255))
    self.dark = dark
  }

  private init(red: Double, green: Double, blue: Double, dark: Int?) {
    (self.red, self.green, self.blue, self.dark) = (red, green, blue, dark)
  }

  static let white = Color(0xFFFFFF)
  static let missing = Color(0xCFCFCF)

  // The page's own.
  static let ground = Color(0xFFFFFF, dark: 0x16191D)
  static let ink = Color(0x222222, dark: 0xE8E8E8)
  static let softInk = Color(0x555555, dark: 0xB3B6BA)
  static let axis = Color(0x808080, dark: 0x8A8F96)
  static let grid = Color(0xE4E4E4, dark: 0x343A41)

  /// The same colour on every page, as a picture needs it.
  var constant: Color { Color(red: red, green: green, blue: blue, dark: nil) }

  /// As SVG writes it.
  var hex: String {
    "#" + [red, green, blue].map { String(format: "%02X", Int($0.rounded())) }.joined()
  }

  /// A colour between this one (at 0) and another (at 1), the same on every page.
  func mixed(with other: Color, _ share: Double) -> Color {
    func mix(_ from: Double, _ to: Double) -> Double { from + (to - from) * share }
    return Color(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue), dark: nil)
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

  /// This colour, darkened until text in it is easily read on white; on a dark page its counterpart is.
  var readable: Color {
    let shades = (0...20).lazy.map { mixed(with: Color(0), Double($0) / 20) }
    guard let shade = shades.first(where: { $0.contrast(with: .white) >= 4.5 }) else { return .ink }
    return Color(red: shade.red, green: shade.green, blue: shade.blue, dark: dark)
  }
}

/// The colours of lines.
package enum Palette {
  /// Okabe and Ito, "Color Universal Design" (2008): told apart by people with any common kind of colour vision. Their
  /// yellow is left out, because a thin line of it is not seen on white. On a dark page each is lighter, so that text in it
  /// is easily read.
  static let colors = [
    Color(0x0072B2, dark: 0x3F96DE), Color(0xD55E00, dark: 0xF07F2E), Color(0x009E73, dark: 0x22B98A),
    Color(0xCC79A7, dark: 0xE08FBE), Color(0xE69F00, dark: 0xF2B01E), Color(0x56B4E9, dark: 0xA6DBFF),
    Color(0x000000, dark: 0xF5F5F5),
  ]

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
