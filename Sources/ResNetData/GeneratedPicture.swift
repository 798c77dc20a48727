import ResNetCore

/// One picture of the generated set: a shape, how it lies, and its colours.
struct GeneratedPicture {
  static let side = 32

  private typealias Color = SIMD3<Float>

  private let shape: GeneratedShape
  private let centre: SIMD2<Float>
  private let radius: Float
  /// The cosine and sine of the angle.
  private let turn: SIMD2<Float>
  private let foreground: (Color, Color)
  private let background: (Color, Color)
  private let foregroundDirection: SIMD2<Float>
  private let backgroundDirection: SIMD2<Float>
  private let noise: Float

  /// Draws everything that is random about a picture but its noise.
  init(_ shape: GeneratedShape, _ random: inout RandomNumbers) {
    self.shape = shape
    radius = 7.5 + 5.5 * random.uniform()
    let room = 15.5 - 0.8 * radius
    centre = SIMD2(15.5 + room * (2 * random.uniform() - 1), 15.5 + room * (2 * random.uniform() - 1))
    turn = Self.direction(&random)
    foregroundDirection = Self.direction(&random)
    backgroundDirection = Self.direction(&random)
    noise = 4 + 20 * random.uniform()
    let lighter = random.uniform() < 0.5
    foreground = Self.gradient(light: lighter, &random)
    background = Self.gradient(light: !lighter, &random)
  }

  /// Writes the picture as bytes, `[3, 32, 32]`.
  func draw(into pixels: UnsafeMutableBufferPointer<UInt8>, _ random: inout RandomNumbers) {
    let side = Self.side
    let area = side * side
    for y in 0..<side {
      for x in 0..<side {
        let place = SIMD2(Float(x), Float(y))
        let offset = (place - centre) / radius
        let local = SIMD2(turn.x * offset.x + turn.y * offset.y, turn.x * offset.y - turn.y * offset.x)
        // One pixel of transition at the outline keeps it smooth.
        let cover = min(1, max(0, 0.5 - radius * shape.distance(to: local)))
        let across = (place - 15.5) / 44
        let front = Self.mix(foreground, 0.5 + (offset * foregroundDirection).sum() / 2)
        let back = Self.mix(background, 0.5 + (across * backgroundDirection).sum())
        let color = (back + cover * (front - back)) * 255
        let bits = random.next()
        for channel in 0..<3 {
          let grain = Float((bits >> (16 * UInt64(channel))) & 0xffff) * 0x1p-15 - 1
          let value = min(255, max(0, color[channel] + noise * grain))
          pixels[channel * area + y * side + x] = UInt8(value.rounded())
        }
      }
    }
  }

  private static func mix(_ colors: (Color, Color), _ share: Float) -> Color {
    colors.0 + min(1, max(0, share)) * (colors.1 - colors.0)
  }

  /// A point on the unit circle: one inside of the circle, moved outwards.
  private static func direction(_ random: inout RandomNumbers) -> SIMD2<Float> {
    while true {
      let point = SIMD2(2 * random.uniform() - 1, 2 * random.uniform() - 1)
      let square = (point * point).sum()
      if square <= 1, square > 0.01 { return point / square.squareRoot() }
    }
  }

  /// Two neighbouring hues, both light or both dark.
  private static func gradient(light: Bool, _ random: inout RandomNumbers) -> (Color, Color) {
    let hue = random.uniform()
    let value = light ? 0.75 + 0.25 * random.uniform() : 0.15 + 0.3 * random.uniform()
    let saturation = light ? 0.1 + 0.5 * random.uniform() : 0.3 + 0.5 * random.uniform()
    let other = hue + 0.25 * (random.uniform() - 0.5)
    return (
      color(hue: hue, saturation: saturation, value: value),
      color(hue: other < 0 ? other + 1 : other, saturation: saturation, value: value * (0.75 + 0.25 * random.uniform()))
    )
  }

  private static func color(hue: Float, saturation: Float, value: Float) -> Color {
    func channel(_ shift: Float) -> Float {
      var position = hue * 6 + shift
      if position >= 6 { position -= 6 }
      if position >= 6 { position -= 6 }
      let fall = min(1, max(0, min(position, 4 - position)))
      return value * (1 - saturation * fall)
    }
    return Color(channel(5), channel(3), channel(1))
  }
}
