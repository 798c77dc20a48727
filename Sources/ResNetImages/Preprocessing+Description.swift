import ResNetCore

extension Preprocessing: CustomStringConvertible {
  /// The steps, one a line.
  public var description: String { steps(nil).map(\.what).joined(separator: "\n") }

  /// The steps for pictures of a size, and the size after each where it is known.
  func steps(_ size: ImageSize?) -> [(what: String, size: ImageSize?)] {
    var steps = [(what: "decode to 8-bit RGB; \(rules)", size: size)]
    switch geometry {
    case .asIs: steps.append(("take the picture as large as it is", size))
    case .centerCrop(let resize, let crop, let interpolation):
      let whole = size.map { Geometry.size(shorterSide: resize, of: $0) }
      steps.append(("resize the shorter side to \(resize), \(interpolation.words)", whole))
      steps.append(("cut \(crop) out of the middle", crop))
    case .squash(let size, let interpolation):
      steps.append(("resize to \(size) whatever the proportions, \(interpolation.words)", size))
    }
    let last = steps.last?.size
    if channels == 1 {
      steps.append(("take the brightness, (19595 red + 38470 green + 7471 blue) ÷ 65536", last))
    } else if channelOrder == .bgr {
      steps.append(("put the channels in the order blue, green, red", last))
    }
    steps.append(("(byte ÷ 255 − \(meanWords)) ÷ \(Self.list(deviation))", last))
    return steps
  }

  private var meanWords: String {
    switch mean {
    case .perChannel(let mean): Self.list(mean)
    case .perPixel(let image): "a mean image of \(image.shape)"
    }
  }

  /// Numbers of six digits at most, which are for reading; the model file has all of them.
  private static func list(_ numbers: [Double]) -> String {
    let texts = numbers.map { String(Double(($0 * 1e6).rounded()) / 1e6) }
    return texts.count == 1 ? texts[0] : "(\(texts.joined(separator: ", ")))"
  }
}

extension Interpolation {
  fileprivate var words: String {
    self == .nearest ? "nearest pixels" : "\(rawValue) with antialias"
  }
}

extension ImageRules: CustomStringConvertible {
  /// As in `EXIF orientation ignored, transparency dropped`.
  public var description: String {
    "EXIF orientation \(exif == .ignore ? "ignored" : "applied"), "
      + (background.map { "transparent pixels over \($0)" } ?? "transparency dropped")
  }
}
