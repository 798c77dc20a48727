import ResNetCore

/// What a network consists of and what it costs, for printing and for JSON.
public struct GraphSummary: Hashable, Sendable, Codable {
  /// One layer's line.
  public struct Layer: Hashable, Sendable, Codable {
    /// The path of the module, as in `layer1.0.conv1`.
    public var name: String
    /// What it does, as in `convolution`.
    public var kind: String
    /// The shape of one sample's output.
    public var shape: Shape
    /// Learned values.
    public var parameters: Int
    /// Multiplications with weights for one sample.
    public var multiplyAdds: Int
  }

  /// The network's name, where it has one.
  public var network: String?
  /// Learned values in all.
  public var parameters: Int
  /// Multiplications with weights for one sample in all.
  public var multiplyAdds: Int
  /// The layers in their order.
  public var layers: [Layer]
  /// The stages in their order; empty where the network has none.
  public var stages: [Graph.Stage]
}

extension Graph {
  /// The layers with their shapes, parameters and costs; printing it gives a table.
  ///
  /// ```swift
  /// print(graph.summary(network: "resnet50"))  // … 25,557,032 parameters · 4.089 G multiply-adds
  /// ```
  public func summary(network: String? = nil) -> GraphSummary {
    GraphSummary(
      network: network, parameters: parameterCount, multiplyAdds: multiplyAdds,
      layers: layers.map { layer in
        GraphSummary.Layer(
          name: layer.name, kind: layer.operation.kind, shape: layer.shape, parameters: layer.parameterCount,
          multiplyAdds: layer.multiplyAdds)
      }, stages: stages)
  }
}
