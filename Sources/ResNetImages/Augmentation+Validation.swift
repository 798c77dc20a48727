import ResNetCore

extension Augmentation {
  /// A part that is not possible.
  package struct Fault {
    /// The names of the part in JSON, outermost first.
    package var path: [String]
    /// What is wrong with it.
    package var message: String
    /// What mends it.
    package var remedy: String
  }

  /// Refuses numbers that are not possible, and parts that do not suit images `[channels, height, width]`.
  ///
  /// - Throws: `ResNetError` of code `usage`.
  public func check(imageShape: Shape) throws {
    let limit = max(0, min(imageShape[1], imageShape[2]) - 1)
    guard (0...limit).contains(padding) else {
      throw ResNetError(
        .usage, "a padding of \(padding) does not suit images of \(imageShape)",
        remedy: "Choose a padding from 0 to \(limit)")
    }
    if let fault { throw ResNetError(.usage, fault.message, remedy: fault.remedy) }
    let channels = imageShape[0]
    if changesPictures, channels != 1, channels != 3 {
      throw ResNetError(
        .usage, "images of \(channels) channels are no pictures, so that only padded crops and flips change them",
        remedy: "Leave out random resized crops, colour jitter and policies")
    }
    if let part = colorfulPart, channels == 1 {
      throw ResNetError(
        .usage, "\(part) changes colours, and images of 1 channel have none",
        remedy: "Leave it out, or use images of 3 channels")
    }
  }

  /// The part that needs colours, if there is one.
  private var colorfulPart: String? {
    if let colorJitter, colorJitter.saturation > 0 || colorJitter.hue > 0 { return "a jitter of saturation or hue" }
    return switch policy {
    case .randAugment: "RandAugment"
    case .trivialAugment: "TrivialAugment"
    case nil: nil
    }
  }

  /// The first part that is not possible, if there is one.
  package var fault: Fault? {
    cropFault ?? jitterFault ?? policyFault ?? erasingFault ?? mixingFault(mixup, "mixup")
      ?? mixingFault(cutmix, "cutmix") ?? repeatsFault
  }

  private var cropFault: Fault? {
    switch crop {
    case .padded(let padding):
      guard padding < 0 else { return nil }
      return Fault(
        path: ["padding"], message: "a padding of \(padding) is not possible", remedy: "Use 0 or a few pixels such as 4"
      )
    case .randomResized(let scale, let ratio, _):
      return Self.fault(scale: scale, ratio: ratio, in: "crop", usual: ("[0.08, 1]", "[0.75, 1.3333]"))
    }
  }

  private static func fault(
    scale: ClosedRange<Double>, ratio: ClosedRange<Double>, in part: String, usual: (scale: String, ratio: String)
  ) -> Fault? {
    if scale.lowerBound <= 0 || scale.upperBound > 1 {
      return Fault(
        path: [part, "scale"], message: "\(words(scale)) of the area is not possible",
        remedy: "Use shares above 0 and up to 1, such as \(usual.scale)")
    }
    if ratio.lowerBound < 0.01 || ratio.upperBound > 100 {
      return Fault(
        path: [part, "ratio"], message: "proportions of \(words(ratio)) are not possible",
        remedy: "Use numbers from 0.01 to 100, such as \(usual.ratio)")
    }
    return nil
  }

  private static func words(_ range: ClosedRange<Double>) -> String { "\(range.lowerBound) to \(range.upperBound)" }

  private var jitterFault: Fault? {
    guard let colorJitter else { return nil }
    for (name, width) in [
      ("brightness", colorJitter.brightness), ("contrast", colorJitter.contrast),
      ("saturation", colorJitter.saturation),
    ] where !(0...100).contains(width) {
      return Fault(
        path: ["colorJitter", name], message: "a jitter of \(name) by \(width) is not possible",
        remedy: "Use a number from 0 to 100 such as 0.4")
    }
    guard (0...0.5).contains(colorJitter.hue) else {
      return Fault(
        path: ["colorJitter", "hue"], message: "hues cannot be turned by \(colorJitter.hue) of the circle",
        remedy: "Use a number from 0 to 0.5 such as 0.1")
    }
    return nil
  }

  private var policyFault: Fault? {
    guard case .randAugment(let operations, let magnitude) = policy else { return nil }
    guard (1...100).contains(operations) else {
      return Fault(
        path: ["policy", "operations"], message: "RandAugment with \(operations) operations is not possible",
        remedy: "Use 1 to 100, such as 2")
    }
    guard (0...Policy.greatestMagnitude).contains(magnitude) else {
      return Fault(
        path: ["policy", "magnitude"], message: "RandAugment with a magnitude of \(magnitude) is not possible",
        remedy: "Use 0 to \(Policy.greatestMagnitude), such as 9")
    }
    return nil
  }

  private var erasingFault: Fault? {
    guard let erasing else { return nil }
    guard (0...1).contains(erasing.probability) else {
      return Fault(
        path: ["erasing", "probability"], message: "a probability of \(erasing.probability) is not possible",
        remedy: "Use a number from 0 to 1 such as 0.5")
    }
    return Self.fault(scale: erasing.scale, ratio: erasing.ratio, in: "erasing", usual: ("[0.02, 0.33]", "[0.3, 3.3]"))
  }

  private func mixingFault(_ alpha: Double?, _ name: String) -> Fault? {
    guard let alpha, !(0.01...100).contains(alpha) else { return nil }
    return Fault(
      path: [name], message: "\(name) with an alpha of \(alpha) is not possible",
      remedy: "Use a number from 0.01 to 100 such as \(name == "mixup" ? 0.2 : 1.0), or leave it out")
  }

  private var repeatsFault: Fault? {
    guard !(1...100).contains(repeats) else { return nil }
    return Fault(
      path: ["repeats"], message: "\(repeats) times the same image in a batch is not possible",
      remedy: "Use 1 to 100, such as 3")
  }
}
