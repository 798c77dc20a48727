import ResNetCore

extension PixelNormalizer {
  /// Writes a picture of this size as numbers, `[channels, height, width]`: its colours, or of one channel its
  /// brightness as Pillow's `convert("L")` has it.
  func write(_ image: Image, into destination: UnsafeMutableBufferPointer<Float>) {
    let area = image.size.area
    precondition(destination.count == imageShape.count && area * imageShape[0] == imageShape.count)
    image.pixels.withUnsafeBufferPointer { pixels in
      tables.withUnsafeBufferPointer { tables in
        guard let source = pixels.baseAddress, let target = destination.baseAddress, let table = tables.baseAddress
        else { return }
        if imageShape[0] == 1 {
          for i in 0..<area {
            let (red, green, blue) = (Int(source[3 * i]), Int(source[3 * i + 1]), Int(source[3 * i + 2]))
            target[i] = table[(19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16]
          }
        } else {
          let (first, second, third) = (target, target + area, target + 2 * area)
          let (red, blue) = isReversed ? (2, 0) : (0, 2)
          for i in 0..<area {
            let pixel = source + 3 * i
            first[i] = table[Int(pixel[red])]
            second[i] = table[256 + Int(pixel[1])]
            third[i] = table[512 + Int(pixel[blue])]
          }
        }
      }
    }
    for i in offsets.indices { destination[i] -= offsets[i] }
  }
}
