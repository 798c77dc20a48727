import Foundation

extension Image {
  /// Hues turned by a share of the circle, as torchvision's `adjust_hue` does it: by way of Pillow's HSV of 8 bits each,
  /// which changes most pixels a little even where the share is 0.
  func withHueTurned(by share: Double) -> Image {
    let turn = UInt8(truncatingIfNeeded: Int(share * 255))
    return pixels.withUnsafeBufferPointer { source in
      Image(size) { target in
        for i in stride(from: 0, to: source.count, by: 3) {
          var pixel = HueSaturationValue(red: source[i], green: source[i + 1], blue: source[i + 2])
          pixel.hue &+= turn
          (target[i], target[i + 1], target[i + 2]) = pixel.rgb
        }
      }
    }
  }
}

/// A colour by hue, saturation and value, with the roundings of Pillow's `convert("HSV")` and back.
private struct HueSaturationValue {
  var hue: UInt8 = 0
  var saturation: UInt8 = 0
  var value: UInt8

  init(red: UInt8, green: UInt8, blue: UInt8) {
    let greatest = max(red, green, blue)
    value = greatest
    let range = greatest - min(red, green, blue)
    guard range > 0 else { return }
    func distance(_ channel: UInt8) -> Float { Float(greatest - channel) / Float(range) }
    // The mixture of 32 and 64 bits is what C makes of Pillow's expressions.
    let sector: Float =
      if red == greatest {
        distance(blue) - distance(green)
      } else if green == greatest {
        Float(2 + Double(distance(red)) - Double(distance(blue)))
      } else {
        Float(4 + Double(distance(green)) - Double(distance(red)))
      }
    let turned = Double(sector) / 6 + 1
    hue = UInt8(Double(Float(turned - turned.rounded(.down))) * 255)
    saturation = UInt8(Double(Float(range) / Float(greatest)) * 255)
  }

  var rgb: (UInt8, UInt8, UInt8) {
    guard saturation > 0 else { return (value, value, value) }
    let place = Double(hue) * 6 / 255
    let sector = Int(place)
    let rest = Float(place - Double(sector))
    let share = Float(Double(saturation) / 255)
    let full = Double(value)
    func byte(_ part: Double) -> UInt8 { UInt8(min(max((full * (1 - part)).rounded(), 0), 255)) }
    let none = byte(Double(share))
    let falling = byte(Double(share * rest))
    let rising = byte(Double(share) * (1 - Double(rest)))
    return switch sector % 6 {
    case 0: (value, rising, none)
    case 1: (falling, value, none)
    case 2: (none, value, rising)
    case 3: (none, falling, value)
    case 4: (rising, none, value)
    default: (value, none, falling)
    }
  }
}
