import ResNetCore
import ResNetImages
import ResNetPlots

extension ClassMaps.Map {
  /// The map as large as the picture, row by row: bilinear between the middles of the layer's pixels, as PyTorch's
  /// `interpolate(mode="bilinear", align_corners=False)`.
  public var enlarged: [Double] {
    func steps(_ count: Int, over results: Int) -> [(low: Int, high: Int, share: Double)] {
      (0..<results).map { result in
        let place = max((Double(result) + 0.5) * Double(count) / Double(results) - 0.5, 0)
        let low = min(Int(place), count - 1)
        return (low, min(low + 1, count - 1), place - Double(low))
      }
    }
    let columns = steps(size.width, over: image.width)
    return steps(size.height, over: image.height).flatMap { row in
      columns.map { column in
        func across(_ y: Int) -> Double {
          let start = y * size.width
          return values[start + column.low] * (1 - column.share) + values[start + column.high] * column.share
        }
        return across(row.low) * (1 - row.share) + across(row.high) * row.share
      }
    }
  }

  /// The smallest share of the picture that holds half of the map, from 0 to 1; `nil` where the map is empty.
  public var areaOfHalf: Double? {
    let sorted = enlarged.sorted(by: >)
    let whole = sorted.reduce(0, +)
    guard whole > 0 else { return nil }
    var sum = 0.0
    let count = sorted.firstIndex { value in
      sum += value
      return sum >= whole / 2
    }
    return Double((count ?? sorted.count - 1) + 1) / Double(sorted.count)
  }

  /// The picture in shades of grey, darkened where the map is low and in vermilion where it is high: light and colour tell
  /// the same, so that every eye can read it, and a printer.
  ///
  /// - Throws: `ResNetError` of code `data` for a picture without pixels.
  public func overlay() throws -> Image {
    let map = enlarged
    let greatest = map.max() ?? 0
    let (red, green, blue) = Palette.bytes(of: 1)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(image.pixels.count)
    for (place, value) in map.enumerated() {
      let share = greatest > 0 && value.isFinite ? min(value / greatest, 1) : 0
      let pixel = image.pixels[3 * place..<3 * place + 3].map(Double.init)
      let grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
      let shade = grey * (0.4 + 0.6 * share)
      for color in [red, green, blue] {
        // The colour is laid on as on glass: dark places stay dark.
        let tinted = color * (0.5 + 0.5 * grey / 255)
        pixels.append(UInt8(min(max((shade + (tinted - shade) * 0.75 * share).rounded(), 0), 255)))
      }
    }
    return try Image(size: image.size, pixels: pixels)
  }
}
