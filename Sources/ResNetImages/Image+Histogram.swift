extension Image {
  /// Each channel stretched so that its least value becomes 0 and its greatest 255, as Pillow's `ImageOps.autocontrast`
  /// does it.
  func withFullContrast() -> Image {
    mapped(
      histograms().flatMap { counts -> [UInt8] in
        guard let least = counts.firstIndex(where: { $0 > 0 }), let greatest = counts.lastIndex(where: { $0 > 0 }),
          least < greatest
        else { return Array(0...255) }
        let scale = 255 / Double(greatest - least)
        let offset = -Double(least) * scale
        return (0...255).map { UInt8(min(max(Double($0) * scale + offset, 0), 255)) }
      })
  }

  /// Each channel changed so that all values become about as frequent, as Pillow's `ImageOps.equalize` does it.
  func equalized() -> Image {
    mapped(
      histograms().flatMap { counts -> [UInt8] in
        // Pillow does not count the greatest value; a channel with fewer than two values stays.
        guard let last = counts.lastIndex(where: { $0 > 0 }) else { return Array(0...255) }
        let step = (size.area - counts[last]) / 255
        guard step > 0 else { return Array(0...255) }
        var sum = step / 2
        return counts.map { count in
          defer { sum += count }
          return UInt8(min(sum / step, 255))
        }
      })
  }

  /// How often each value occurs in each of the three channels.
  private func histograms() -> [[Int]] {
    var counts = [Int](repeating: 0, count: 3 * 256)
    counts.withUnsafeMutableBufferPointer { counts in
      pixels.withUnsafeBufferPointer { source in
        for i in stride(from: 0, to: source.count, by: 3) {
          counts[Int(source[i])] += 1
          counts[256 + Int(source[i + 1])] += 1
          counts[512 + Int(source[i + 2])] += 1
        }
      }
    }
    return (0..<3).map { Array(counts[256 * $0..<256 * ($0 + 1)]) }
  }
}
