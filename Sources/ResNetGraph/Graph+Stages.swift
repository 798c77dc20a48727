import ResNetCore

extension Graph {
  /// A part of a network whose blocks work at one size: what a detector or a feature map takes its input from.
  public struct Stage: Hashable, Sendable, Codable {
    /// The module, as in `layer3`; it stands for its last layer wherever a layer is named, as in
    /// `Purpose.observations`.
    public var name: String
    /// Pixels of the input, in each direction, to one of the output; 1 for vectors.
    public var stride: Int
    /// Channels or features of the output.
    public var channels: Int
    /// The shape of one sample's output.
    public var shape: Shape
  }

  /// The stages in their order: the modules called `layer1`, `layer2`, … as in residual networks, or `denseblock1`, …
  /// as in DenseNets, wherever they stand.
  ///
  /// ```swift
  /// var purpose = Purpose.inference
  /// purpose.observations = Set(graph.stages.suffix(3).map(\.name))  // layer2, layer3, layer4 in one run
  /// ```
  public var stages: [Stage] {
    let strides = strides
    var found: [Stage] = []
    var places: [String: Int] = [:]
    for (position, layer) in layers.enumerated() {
      guard let name = Self.stage(of: layer.name) else { continue }
      let stage = Stage(name: name, stride: strides[position], channels: layer.shape[0], shape: layer.shape)
      if let place = places[name] {
        found[place] = stage
      } else {
        places[name] = found.count
        found.append(stage)
      }
    }
    return found
  }

  /// For each layer, the product of the strides between the input and its output.
  private var strides: [Int] {
    var result: [Int] = []
    result.reserveCapacity(layers.count)
    for layer in layers {
      let own =
        switch layer.operation {
        case .convolution(let convolution): convolution.stride
        case .maxPooling(let pooling), .averagePooling(let pooling): pooling.stride
        case .zeroPadding(let padding): padding.stride
        default: 1
        }
      let before = layer.inputs.first.map { result[$0] } ?? 1
      // A vector has no place in the image; and no product may trap, however large a file makes strides.
      result.append(layer.shape.rank == 1 ? 1 : before.multipliedReportingOverflow(by: own).partialValue)
    }
    return result
  }

  /// The stage that a layer belongs to: `features.denseblock2` of `features.denseblock2.denselayer1.conv1`.
  private static func stage(of path: String) -> String? {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false)
    let place = parts.dropLast().firstIndex { part in
      ["layer", "denseblock"].contains { word in
        part.hasPrefix(word) && part.utf8.count > word.utf8.count
          && part.utf8.dropFirst(word.utf8.count).allSatisfy { (48...57).contains($0) }
      }
    }
    return place.map { parts[...$0].joined(separator: ".") }
  }
}
