import ArgumentParser
import ResNet

/// An engine that people use today, to compare with.
enum Peer: String, Codable, CaseIterable, ExpressibleByArgument {
  case torch
  case onnxruntime
  case openvino

  /// Its own name.
  var name: String {
    switch self {
    case .torch: "PyTorch"
    case .onnxruntime: "ONNX Runtime"
    case .openvino: "OpenVINO"
    }
  }

  /// The ways in which it is run, since none is the fastest everywhere. All but `untuned` have the settings of the
  /// allocator that the peers profit from; `untuned` is what somebody gets who sets nothing.
  var variants: [String] {
    switch self {
    case .torch: ["nhwc", "nchw", "compile", "compile-nchw", Self.untuned]
    case .onnxruntime, .openvino: ["tuned", Self.untuned]
    }
  }

  static let untuned = "untuned"

  /// glibc's settings for a large heap that is never given back, on huge pages: up to twice as fast for PyTorch.
  static let allocatorSettings = [
    "MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
  ]

  /// The precisions that it computes in.
  private var precisions: [Precision] {
    switch self {
    case .torch: [.float32, .bfloat16]
    case .onnxruntime: [.float32]
    case .openvino: [.float32, .bfloat16, .int8]
    }
  }

  /// The networks that torchvision has under the same names; CIFAR's are made by the script.
  private static let torchvisionNetworks = [
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d",
    "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2", "densenet121", "densenet161", "densenet169",
    "densenet201",
  ]

  /// Refuses work that the peer cannot do.
  ///
  /// - Throws: `ResNetError` of code `usage` that says what it can do.
  func check(_ work: BenchWork) throws {
    let place = "--against \(rawValue)"
    guard self == .torch || work.task == .inference else {
      throw ResNetError(
        .usage, "\(name) is compared in inference alone", at: place,
        remedy: "Use bench infer, or compare training with torch")
    }
    guard precisions.contains(work.precision) else {
      throw ResNetError(
        .usage, "\(name) is not compared in \(work.precision.rawValue)", at: place,
        remedy: "Use --precision \(precisions.map(\.rawValue).joined(separator: " or "))")
    }
    guard Self.torchvisionNetworks.contains(work.network) || Self.isCIFAR(work.network) else {
      throw ResNetError(
        .usage, "\(name) has no network called '\(cell(work.network))'", at: place,
        remedy: "Use resnet20, resnet56 and their like for CIFAR, or "
          + Self.torchvisionNetworks.joined(separator: ", "))
    }
  }

  /// Whether a name is that of a CIFAR network of depth 6n + 2.
  private static func isCIFAR(_ name: String) -> Bool {
    guard name.hasPrefix("resnet"), !torchvisionNetworks.contains(name), let network = try? Architecture.named(name),
      case .cifar = network.stem
    else { return false }
    return name.dropFirst("resnet".count).allSatisfy(\.isWholeNumber)
  }
}

/// With whom to compare.
struct PeerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Compare with another engine on the same work, in turn in one sitting. Its packages are installed on first use, several GB, into ~/.cache/resnet-peers or the folder that RESNET_PEERS_HOME names.",
      valueName: "engine"))
  var against: Peer?

  @Option(help: ArgumentHelp("With --against: how often to measure each way of running it.", valueName: "number"))
  var rounds = 3

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "With --against: the ways of running it (default: all), for torch nhwc, nchw, compile, compile-nchw and untuned.",
      valueName: "way"))
  var variants: [String] = []

  @Option(
    name: .customLong("peers"),
    help: ArgumentHelp(
      "With --against: the folder of the script that measures it (default: Benchmarks/peers of the package).",
      valueName: "folder"), completion: .directory)
  var folder: String?

  func validate() throws {
    guard against != nil || (variants.isEmpty && folder == nil) else {
      throw ValidationError("Variants and a folder are those of another engine: give --against too.")
    }
    guard (1...100).contains(rounds) else {
      throw ValidationError("\(rounds) rounds are not possible: use 1 to 100.")
    }
    if let against, let unknown = variants.first(where: { !against.variants.contains($0) }) {
      throw ValidationError(
        "\(against.name) has no variant '\(cell(unknown))': use \(against.variants.joined(separator: ", ")).")
    }
  }
}
