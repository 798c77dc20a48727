import ResNetCore

extension Augmentation {
  /// What is done to images, as in `moved by up to 4 pixels, mirrored half of the time`; `none` where nothing is.
  package var words: String {
    var parts: [String] = []
    switch crop {
    case .padded(0): break
    case .padded(let pixels): parts.append("moved by up to \(counted(pixels, "pixel"))")
    case .randomResized(let scale, _, _):
      parts.append("a region of \(Self.share(scale.lowerBound)) to \(Self.share(scale.upperBound)) of the area")
    }
    if flips { parts.append("mirrored half of the time") }
    if colorJitter != nil { parts.append("colours changed") }
    switch policy {
    case .randAugment(let operations, let magnitude): parts.append("RandAugment \(operations), \(magnitude)")
    case .trivialAugment: parts.append("TrivialAugment")
    case nil: break
    }
    if let erasing { parts.append("a rectangle erased in \(Self.share(erasing.probability))") }
    if let mixup { parts.append("mixup \(mixup)") }
    if let cutmix { parts.append("CutMix \(cutmix)") }
    if repeats > 1 { parts.append("each image \(repeats) times in a batch") }
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }

  private static func share(_ fraction: Double) -> String { percent(100 * fraction, 0) }
}
