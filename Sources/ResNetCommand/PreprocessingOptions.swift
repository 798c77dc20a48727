import ArgumentParser
import Foundation
import ResNet

/// What is done to images before a network sees them.
struct PreprocessingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What is done to images, as where the weights come from: shrink, cut and normalise, or normalize alone (CIFAR).",
      valueName: "kind"))
  var preprocessing: PreprocessingKind

  @Option(
    help: ArgumentHelp(
      "With normalize, and timm: what is subtracted from each channel on the scale 0 to 1.", valueName: "numbers"))
  var mean: ChannelNumbers?

  @Option(help: ArgumentHelp("With normalize, and timm: what the difference is divided by.", valueName: "numbers"))
  var deviation: ChannelNumbers?

  @Option(
    help: ArgumentHelp(
      "With timm and keras: width and height of what the network sees (default: 224).", valueName: "pixels"))
  var size: Int?

  @Option(
    help: ArgumentHelp(
      "With timm: the share of the picture's shorter side that is cut out (default: 0.875).", valueName: "share"))
  var crop: Double?

  func validate() throws {
    if preprocessing == .normalize, mean == nil || deviation == nil {
      throw ValidationError("Normalising needs --mean and --deviation: those that the weights were trained with.")
    }
    let given = [
      ("--mean", mean != nil), ("--deviation", deviation != nil), ("--size", size != nil), ("--crop", crop != nil),
    ].filter(\.1).map(\.0)
    if let other = given.first(where: { !preprocessing.options.contains($0) }) {
      throw ValidationError("\(other) has no meaning with --preprocessing \(preprocessing.rawValue).")
    }
  }

  /// The whole way from a picture to the network.
  ///
  /// - Throws: `ResNetError` of code `data` where numbers make no sense.
  func chosen() throws -> Preprocessing {
    switch preprocessing {
    case .torchvisionV1: .torchvisionV1
    case .torchvisionV2: .torchvisionV2
    case .timm:
      try .timm(
        size: size ?? 224, cropFraction: crop ?? 0.875, mean: mean?.values ?? Preprocessing.imageNetMean,
        deviation: deviation?.values ?? Preprocessing.imageNetDeviation)
    case .keras: try .keras(.caffe, size: size ?? 224)
    case .kerasTF: try .keras(.tf, size: size ?? 224)
    case .kerasTorch: try .keras(.torch, size: size ?? 224)
    case .normalize: try Preprocessing(mean: mean?.values ?? [], deviation: deviation?.values ?? [])
    }
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
