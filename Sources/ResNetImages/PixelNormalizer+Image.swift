import ResNetCore

/// The brightness of a pixel of red, green and blue, as Pillow's `convert("L")` has it.
func brightness(_ pixel: UnsafePointer<UInt8>) -> UInt8 {
  let (red, green, blue) = (Int(pixel[0]), Int(pixel[1]), Int(pixel[2]))
  return UInt8(truncatingIfNeeded: (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16)
}

extension PixelNormalizer {
  /// Writes a picture of this size as numbers, `[channels, height, width]`: its colours, or of one channel its
  /// brightness as Pillow's `convert("L")` has it; what lies outside of it becomes 0.
  func write(_ image: Image, placement: Placement, into destination: UnsafeMutableBufferPointer<Float>) {
    write(image, into: destination)
    for channel in 0..<imageShape[0] where placement != .identity {
      let area = imageShape[1] * imageShape[2]
      let plane = UnsafeMutableBufferPointer(rebasing: destination[channel * area..<(channel + 1) * area])
      Self.move(plane, width: imageShape[2], height: imageShape[1], placement)
    }
  }

  /// Moves the window over one channel in place.
  ///
  /// - Precondition: the placement is not flipped.
  private static func move(
    _ plane: UnsafeMutableBufferPointer<Float>, width: Int, height: Int, _ placement: Placement
  ) {
    precondition(!placement.flipped)
    guard let base = plane.baseAddress else { return }
    let columns = max(0, -placement.x)..<max(max(0, -placement.x), min(width, width - placement.x))
    // Rows that are still to be read must not have been written yet.
    for step in 0..<height {
      let y = placement.y < 0 ? height - 1 - step : step
      let row = base + y * width
      guard (0..<height).contains(y + placement.y), !columns.isEmpty else {
        row.update(repeating: 0, count: width)
        continue
      }
      let source = base + (y + placement.y) * width + columns.lowerBound + placement.x
      (row + columns.lowerBound).update(from: source, count: columns.count)
      row.update(repeating: 0, count: columns.lowerBound)
      (row + columns.upperBound).update(repeating: 0, count: width - columns.upperBound)
    }
  }

  private func write(_ image: Image, into destination: UnsafeMutableBufferPointer<Float>) {
    let area = image.size.area
    precondition(destination.count == imageShape.count && area * imageShape[0] == imageShape.count)
    image.pixels.withUnsafeBufferPointer { pixels in
      tables.withUnsafeBufferPointer { tables in
        guard let source = pixels.baseAddress, let target = destination.baseAddress, let table = tables.baseAddress
        else { return }
        if imageShape[0] == 1 {
          for i in 0..<area {
            target[i] = table[Int(brightness(source + 3 * i))]
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
