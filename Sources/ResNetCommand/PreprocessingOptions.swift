import ArgumentParser
import Foundation
import ResNet

/// What is done to images before a network sees them.
struct PreprocessingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What is done to images, as where the weights come from: shrink, cut and normalise, or normalize alone (CIFAR).",
      valueName: "kind"))
  var preprocessing: PreprocessingKind?

  @Option(
    help: ArgumentHelp(
      "What is subtracted from each channel on the scale 0 to 1; not with torchvision and keras.",
      valueName: "numbers"))
  var mean: ChannelNumbers?

  @Option(
    help: ArgumentHelp("What the difference is divided by; not with torchvision and keras.", valueName: "numbers"))
  var deviation: ChannelNumbers?

  @Option(
    help: ArgumentHelp(
      "Width and height of what the network sees (default: 224, or in training what it usually takes); not with torchvision and normalize.",
      valueName: "pixels"))
  var size: Int?

  @Option(
    help: ArgumentHelp(
      "The share of the picture's shorter side that is cut out (default: 0.875); with timm, and in training.",
      valueName: "share"))
  var crop: Double?

  @Option(
    help: ArgumentHelp(
      "What is done about the rotation that cameras note, here and wherever the model is used (default: ignore).",
      valueName: "what"))
  var exif: ImageRules.Orientation?

  @Option(
    help: ArgumentHelp(
      "The colour behind transparent pixels: red,green,blue from 0 to 255, or none (the default) for the colour that they have.",
      valueName: "colour"))
  var background: Background?

  func validate() throws {
    guard let preprocessing else { return }
    if preprocessing == .normalize, mean == nil || deviation == nil {
      throw ValidationError("Normalising needs --mean and --deviation: those that the weights were trained with.")
    }
    let given = names.filter { ["--mean", "--deviation", "--size", "--crop"].contains($0) }
    if let other = given.first(where: { !preprocessing.options.contains($0) }) {
      throw ValidationError("\(other) has no meaning with --preprocessing \(preprocessing.rawValue).")
    }
  }

  /// The options that are given.
  var names: [String] {
    [
      ("--preprocessing", preprocessing != nil), ("--mean", mean != nil), ("--deviation", deviation != nil),
      ("--size", size != nil), ("--crop", crop != nil), ("--exif", exif != nil), ("--background", background != nil),
    ].filter(\.1).map(\.0)
  }

  /// The whole way from a picture to the network.
  ///
  /// - Parameter side: the width and height where `--size` does not say.
  /// - Throws: `ResNetError` of code `data` where numbers make no sense.
  func chosen(_ kind: PreprocessingKind, side: Int = 224) throws -> Preprocessing {
    let size = size ?? side
    let preprocessing: Preprocessing =
      switch kind {
      case .torchvisionV1: .torchvisionV1
      case .torchvisionV2: .torchvisionV2
      case .timm:
        try .timm(
          size: size, cropFraction: crop ?? 0.875, mean: mean?.values ?? Preprocessing.imageNetMean,
          deviation: deviation?.values ?? Preprocessing.imageNetDeviation)
      case .keras: try .keras(.caffe, size: size)
      case .kerasTF: try .keras(.tf, size: size)
      case .kerasTorch: try .keras(.torch, size: size)
      case .normalize: try Preprocessing(mean: mean?.values ?? [], deviation: deviation?.values ?? [])
      }
    return preprocessing.with(rules())
  }

  /// What a network that is trained gets; `nil` where none of the options is given.
  ///
  /// - Parameter source: the model that it begins with, whose preprocessing stays but for EXIF and background.
  /// - Throws: `ResNetError` of code `usage` where an option is for pictures and the images are none, `data` where numbers
  ///   make no sense.
  func chosen(for architecture: Architecture, from source: Model?, on training: DataSet) throws -> Preprocessing? {
    guard let first = names.first else { return nil }
    if let preprocessing { return try chosen(preprocessing, side: architecture.usualPictureSide) }
    if training.imageShape == nil {
      if let source {
        if let other = names.first(where: { !["--exif", "--background"].contains($0) }) {
          throw ResNetError(
            .usage, "the model that is begun with has its own preprocessing", at: other,
            remedy: "Leave it away, or give --preprocessing too for another one")
        }
        let own = source.preprocessing
        return own.resizing(to: source.input).with(rules(insteadOf: own.rules))
      }
      return try Preprocessing.photographs(
        side: size ?? architecture.usualPictureSide, cropFraction: crop ?? 0.875,
        mean: mean?.values ?? Preprocessing.imageNetMean,
        deviation: deviation?.values ?? Preprocessing.imageNetDeviation
      ).with(rules())
    }
    guard let mean, let deviation, names == ["--mean", "--deviation"] else {
      let odd = names.first { !["--mean", "--deviation"].contains($0) }
      throw ResNetError(
        .usage, odd.map { "\($0) is for folders of pictures" } ?? "\(first) needs the other of --mean and --deviation",
        at: training.name, remedy: "Leave it away, or give both a mean and a deviation and nothing else")
    }
    return try Preprocessing(mean: mean.values, deviation: deviation.values)
  }

  /// The rules that are given, in place of others.
  private func rules(insteadOf rules: ImageRules = ImageRules()) -> ImageRules {
    ImageRules(exif: exif ?? rules.exif, background: background.map(\.color) ?? rules.background)
  }
}

extension ImageRules.Orientation: ExpressibleByArgument {}

/// The colour behind transparent pixels, as `255,255,255` or `none`.
struct Background: ExpressibleByArgument {
  var color: ImageRules.Color?

  init?(argument: String) {
    guard argument != "none" else { return }
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0.trimmingCharacters(in: .whitespaces)) }
    guard parts.count == 3, bytes.count == 3 else { return nil }
    color = ImageRules.Color(red: bytes[0], green: bytes[1], blue: bytes[2])
  }
}

/// The kinds of preprocessing that weights from elsewhere can be given.
enum PreprocessingKind: String, CaseIterable, ExpressibleByArgument {
  /// torchvision's IMAGENET1K_V1.
  case torchvisionV1 = "torchvision-v1"
  /// torchvision's IMAGENET1K_V2.
  case torchvisionV2 = "torchvision-v2"
  /// timm's evaluation, bicubic.
  case timm
  /// Keras's ResNet50, 101 and 152.
  case keras
  /// Keras's ResNet50V2, 101V2 and 152V2.
  case kerasTF = "keras-tf"
  /// Keras's DenseNets.
  case kerasTorch = "keras-torch"
  /// A mean and a deviation a channel, and nothing else.
  case normalize

  /// The options that vary it.
  var options: [String] {
    switch self {
    case .torchvisionV1, .torchvisionV2: []
    case .timm: ["--mean", "--deviation", "--size", "--crop"]
    case .keras, .kerasTF, .kerasTorch: ["--size"]
    case .normalize: ["--mean", "--deviation"]
    }
  }
}

/// One number for each channel, as `0.485,0.456,0.406`.
struct ChannelNumbers: ExpressibleByArgument {
  var values: [Double]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard values.count == parts.count, values.allSatisfy(\.isFinite) else { return nil }
  }
}
