extension Image {
  /// Mixed with black, as Pillow's `ImageEnhance.Brightness` does it.
  func withBrightness(_ factor: Double) -> Image {
    let mix = Mix(factor)
    return mapped { mix(0, $0) }
  }

  /// Mixed with its mean brightness, as Pillow's `ImageEnhance.Contrast` does it.
  func withContrast(_ factor: Double) -> Image {
    let sum = pixels.withUnsafeBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return 0 }
      return (0..<size.area).reduce(0) { $0 + Int(brightness(base + 3 * $1)) }
    }
    let mean = UInt8(Double(sum) / Double(size.area) + 0.5)
    let mix = Mix(factor)
    return mapped { mix(mean, $0) }
  }

  /// Mixed with its own brightness, as Pillow's `ImageEnhance.Color` does it.
  func withSaturation(_ factor: Double) -> Image {
    let mix = Mix(factor)
    return pixels.withUnsafeBufferPointer { source in
      Image(size) { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        for i in stride(from: 0, to: 3 * size.area, by: 3) {
          let grey = brightness(source + i)
          target[i] = mix(grey, source[i])
          target[i + 1] = mix(grey, source[i + 1])
          target[i + 2] = mix(grey, source[i + 2])
        }
      }
    }
  }

  /// Mixed with a smoothed picture, as Pillow's `ImageEnhance.Sharpness` does it: in the smoothed one each pixel is the
  /// mean of its 3×3 neighbours, itself counted five times; those at the border stay.
  func withSharpness(_ factor: Double) -> Image {
    guard width >= 3, height >= 3 else { return self }
    let mix = Mix(factor)
    let (side, middle) = (Float(1) / 13, Float(5) / 13)
    let pitch = 3 * width
    return pixels.withUnsafeBufferPointer { source in
      Image(size) { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        target.update(from: source, count: 3 * size.area)
        for y in 1..<height - 1 {
          for i in y * pitch + 3..<(y + 1) * pitch - 3 {
            func row(_ center: Int, _ weight: Float) -> Float {
              Float(source[center - 3]) * side + Float(source[center]) * weight + Float(source[center + 3]) * side
            }
            // Pillow begins with the row below, which rounds some sums in another way.
            let sum = 0.5 + row(i + pitch, side) + row(i, middle) + row(i - pitch, side)
            target[i] = mix(UInt8(min(sum, 255)), source[i])
          }
        }
      }
    }
  }
}

/// What lies between two bytes, or beyond the second, in the arithmetic of Pillow's `Image.blend`.
private struct Mix {
  let factor: Float

  init(_ factor: Double) { self.factor = Float(factor) }

  /// `first` for a factor of 0, `second` for 1.
  func callAsFunction(_ first: UInt8, _ second: UInt8) -> UInt8 {
    let value = Float(first) + factor * Float(Int32(second) - Int32(first))
    return UInt8(min(max(value, 0), 255))
  }
}
