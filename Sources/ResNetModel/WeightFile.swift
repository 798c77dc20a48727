import ResNetCore
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModels

/// Weights that others trained: a PyTorch checkpoint (`.pth`, `.pt`, `.th`), or a safetensors file that does not say of
/// which network it is.
///
/// ```swift
/// let weights = try WeightFile(contentsOf: "resnet50.pth")
/// let model = try Model(
///   architecture: .resNet50, classes: ImageNet.classNames,
///   preprocessing: Preprocessing(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]), weights: weights)
/// ```
///
/// Names are torchvision's and timm's, those of the common repositories for CIFAR (`linear` for `fc`, `shortcut` for
/// `downsample`) or of old DenseNets (`norm.1` for `norm1`), with or without `module.` in front of all.
public struct WeightFile: Sendable {
  private enum Contents: Sendable {
    case safetensors(Safetensors)
    case checkpoint(PyTorchCheckpoint)
  }

  private let contents: Contents
  /// The tensors by their names in the file.
  private let entries: [(name: String, shape: Shape)]
  /// The names without what all of them begin with, such as `module.`.
  private let names: [String]

  /// Opens a file of either kind, whatever it is called; numbers are read when they are asked for.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no file, or it is damaged or of another kind, such as a picture;
  ///   `inputOutput` where it cannot be read.
  public init(contentsOf path: String) throws {
    if try PyTorchCheckpoint.isCheckpoint(at: path) {
      self.init(.checkpoint(try PyTorchCheckpoint(contentsOf: path)))
    } else {
      self.init(try Safetensors(weightsAt: path))
    }
  }

  init(_ file: Safetensors) { self.init(.safetensors(file)) }

  init(_ file: PyTorchCheckpoint) { self.init(.checkpoint(file)) }

  private init(_ contents: Contents) {
    self.contents = contents
    entries =
      switch contents {
      case .safetensors(let file): file.entries.map { ($0.name, $0.shape) }
      case .checkpoint(let file): file.entries.map { ($0.name, $0.shape) }
      }
    names = ParameterNames.withoutPrefixes(entries.map(\.name))
  }

  /// Where the file is, for messages.
  public var place: String {
    switch contents {
    case .safetensors(let file): file.place
    case .checkpoint(let file): file.place
    }
  }

  /// What the file is, as in `320 tensors of a PyTorch checkpoint (zip) under 'state_dict'`.
  public var summary: String {
    let kind =
      switch contents {
      case .safetensors: "a safetensors file"
      case .checkpoint(let file):
        "a PyTorch checkpoint (\(file.format.rawValue))" + (file.stateDictKey.map { " under '\($0)'" } ?? "")
      }
    return "\(counted(entries.count, "tensor")) of \(kind)"
  }

  /// The number of classes that the last layer's weights tell apart; `nil` where there is no such layer.
  public var classCount: Int? {
    let layers = ["fc.weight", "classifier.weight"]
    return zip(names, entries).first { layers.contains(ParameterNames.ours($0)) && $1.shape.rank == 2 }?.1.shape[0]
  }

  /// How the file's tensors differ from a network's parameters, by the names of the network.
  ///
  /// A normalisation's `num_batches_tracked`, which is no weight, is passed over.
  public func difference(from graph: Graph) -> ParameterDifference { matched(to: graph).difference }

  /// The networks of the catalogue whose parameters have exactly the names and shapes of the file's tensors.
  ///
  /// Several can: shortcuts without parameters leave no trace, so `resnet20` and `plain20` fit the same files.
  public func fittingNetworks() -> [String] {
    guard let classCount else { return [] }
    let count = names.count { !Self.isBatchCount($0) }
    return Architecture.catalogue.map(\.name).filter { name in
      guard let graph = try? Architecture.named(name).graph(classes: classCount), graph.parameters.count == count else {
        return false
      }
      return difference(from: graph).isEmpty
    }
  }

  /// What says which network the file is of, as in `It fits resnet50 with 1000 classes`; `nil` where none fits.
  package var proposal: String? {
    let networks = fittingNetworks()
    guard let classCount, !networks.isEmpty else { return nil }
    return "It fits \(networks.joined(separator: " and ")) with \(counted(classCount, "class", "classes"))"
  }

  /// Which tensor of the file is which parameter, by position; those of the wrong shape are none.
  private func matched(to graph: Graph) -> (places: [String: Int], difference: ParameterDifference) {
    let expected = graph.parameters.map { (name: $0.name, shape: $0.shape) }
    let shapes = Dictionary(expected.map { ($0.name, $0.shape) }) { first, _ in first }
    var given: [(name: String, shape: Shape)] = []
    var places: [String: Int] = [:]
    for (position, name) in names.enumerated() {
      let shape = entries[position].shape
      if Self.isBatchCount(name) { continue }
      let renamed = shapes[name] == nil ? ParameterNames.ours(name) : name
      let ours = shapes[renamed] == nil ? name : renamed
      given.append((ours, shape))
      if shapes[ours] == shape, places[ours] == nil { places[ours] = position }
    }
    return (places, ParameterDifference(given: given, expected: expected))
  }

  /// Whether `name` is the number of batches that PyTorch counts beside a normalisation's running statistics.
  private static func isBatchCount(_ name: String) -> Bool { name.hasSuffix(".num_batches_tracked") }

  /// The numbers of a network's parameters, of those that the file has in the right shape.
  ///
  /// - Throws: `ResNetError` of code `data` where the file is damaged, `inputOutput` where it cannot be read.
  func tensors(for graph: Graph) throws -> [String: Tensor] {
    try matched(to: graph).places.mapValues { position in
      switch contents {
      case .safetensors(let file): try file.tensor(file.entries[position])
      case .checkpoint(let file): try file.tensor(file.entries[position])
      }
    }
  }
}

extension Safetensors {
  /// Opens a file that should hold weights, and says so where it is a picture.
  ///
  /// - Throws: as `init(contentsOf:)`.
  init(weightsAt path: String) throws {
    do {
      try self.init(contentsOf: path)
    } catch let error as ResNetError where error.code == .data {
      // Not before: a sound header's length may look like the beginning of anything.
      guard let kind = FileKind(of: path), !kind.holdsWeights else { throw error }
      throw ResNetError(
        .data, "the file is \(kind), which holds no weights", at: path,
        remedy: "Give a safetensors file or a checkpoint of PyTorch")
    }
  }
}
