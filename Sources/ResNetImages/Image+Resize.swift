import ResNetCore
import ResNetKernels

extension Image {
  /// Cuts a region out.
  ///
  /// - Throws: `ResNetError` of code `usage` where the region is empty or reaches beyond the picture.
  public func cropped(to region: ImageRegion) throws -> Image {
    try region.check(in: size)
    return extract(region)
  }

  /// Resizes the picture, or a region of it, to every byte as Pillow's `resize` does (after its `crop`).
  ///
  /// - Parameters:
  ///   - result: the size of the whole result.
  ///   - interpolation: how pixels between pixels are computed.
  ///   - region: what to resize; `nil` for all. Nothing beside it shows through.
  ///   - window: the part of the result that is wanted, which alone is computed; `nil` for all.
  /// - Throws: `ResNetError` of code `usage` where a region does not lie in its picture, `data` where a result is too
  ///   large.
  public func resized(
    to result: ImageSize, _ interpolation: Interpolation, from region: ImageRegion? = nil, window: ImageRegion? = nil
  ) throws -> Image {
    let region = region ?? ImageRegion(size)
    try region.check(in: size)
    let window = window ?? ImageRegion(result)
    try window.size.check(at: nil)
    try window.check(in: result)
    if interpolation == .nearest { return pick(result, region, window) }

    var across = ResamplingWeights(
      from: region.size.width, to: result.width, window: window.x..<window.x + window.size.width, interpolation)
    var down = ResamplingWeights(
      from: region.size.height, to: result.height, window: window.y..<window.y + window.size.height, interpolation)
    // Only what reaches the window is looked at; a side that keeps its length is not touched.
    let (columns, rows) = (across.span, down.span)
    across.shift(by: columns.lowerBound)
    down.shift(by: rows.lowerBound)
    let needed = ImageRegion(
      x: region.x + columns.lowerBound, y: region.y + rows.lowerBound,
      size: ImageSize(width: columns.count, height: rows.count))
    switch (result.width != region.size.width, result.height != region.size.height) {
    case (false, false): return extract(needed)
    case (true, false): return resample(needed, across, isHorizontal: true)
    case (false, true): return resample(needed, down, isHorizontal: false)
    case (true, true):
      let isRowsFirst = Self.shrinksRowsFirst(from: region.size, to: result)
      let half = resample(needed, isRowsFirst ? down : across, isHorizontal: !isRowsFirst)
      return half.resample(ImageRegion(half.size), isRowsFirst ? across : down, isHorizontal: isRowsFirst)
    }
  }

  /// Which pass comes first changes roundings. Pillow before 13.0 always begins across; 13.0 begins down where the height
  /// loses more than twice as many pixels as the width.
  private static func shrinksRowsFirst(from whole: ImageSize, to result: ImageSize) -> Bool {
    result.height < whole.height && 2 * (whole.width - result.width) < whole.height - result.height
  }

  /// A region that is known to lie in the picture.
  private func extract(_ region: ImageRegion) -> Image {
    guard region.size != size else { return self }
    return pixels.withUnsafeBytes { source in
      Image(region.size) { target in
        let pitch = region.size.width * 3
        let target = UnsafeMutableRawBufferPointer(target)
        for y in 0..<region.size.height {
          let start = ((region.y + y) * width + region.x) * 3
          UnsafeMutableRawBufferPointer(rebasing: target[(y * pitch)..<(y + 1) * pitch])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + pitch]))
        }
      }
    }
  }

  /// One of the two passes over a region, across or down.
  private func resample(
    _ region: ImageRegion, _ weights: ResamplingWeights, isHorizontal: Bool
  ) -> Image {
    let results = weights.firsts.count
    let result = ImageSize(
      width: isHorizontal ? results : region.size.width, height: isHorizontal ? region.size.height : results)
    return pixels.withUnsafeBufferPointer { source in
      Image(result) { target in
        weights.firsts.withUnsafeBufferPointer { firsts in
          weights.counts.withUnsafeBufferPointer { counts in
            weights.weights.withUnsafeBufferPointer { values in
              let start = (region.y * width + region.x) * 3
              var pass = ResNetResampling(
                input: source.baseAddress.map { $0 + start }, input_bytes: Int64(source.count - start),
                input_pitch: Int64(width * 3), output: target.baseAddress, rows: Int64(result.height),
                columns: Int64(result.width), taps: Int64(weights.taps), firsts: firsts.baseAddress,
                counts: counts.baseAddress, weights: values.baseAddress)
              _ = isHorizontal ? resnet_resample_horizontally(&pass) : resnet_resample_vertically(&pass)
            }
          }
        }
      }
    }
  }

  /// The nearest pixels, found by adding up steps as Pillow does.
  private func pick(_ result: ImageSize, _ region: ImageRegion, _ window: ImageRegion) -> Image {
    func places(_ pixels: Int, _ results: Int, from first: Int, _ count: Int) -> [Int] {
      let step = Double(pixels) / Double(results)
      var place = step * 0.5
      for _ in 0..<first { place += step }
      return (0..<count).map { _ in
        defer { place += step }
        return min(Int(place), pixels - 1)
      }
    }
    let columns = places(region.size.width, result.width, from: window.x, window.size.width)
    let rows = places(region.size.height, result.height, from: window.y, window.size.height)
    return pixels.withUnsafeBufferPointer { source in
      Image(window.size) { target in
        var i = 0
        for row in rows {
          let start = ((region.y + row) * width + region.x) * 3
          for column in columns {
            let place = start + 3 * column
            target[i] = source[place]
            target[i + 1] = source[place + 1]
            target[i + 2] = source[place + 2]
            i += 3
          }
        }
      }
    }
  }
}
