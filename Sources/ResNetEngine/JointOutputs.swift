import ResNetCore
import ResNetGraph

/// Which concatenations lie in one piece of memory: a chain of dense connections, where each joins the one before it with
/// some channels more, is a single tensor that grows.
///
/// So a dense block copies each layer's new channels once; the channels of all layers before are there already.
struct JointOutputs {
  /// Where the output of a concatenation lies.
  struct Place: Hashable {
    /// The concatenation whose memory it shares: the last of the chain.
    var owner: Int
    /// The first of its channels there.
    var channel: Int
  }

  /// By concatenation.
  private(set) var places: [Int: Place] = [:]
  /// The shapes and first channels of all inputs of all concatenations, which decide the layout.
  private(set) var boundaries: Set<Int> = []

  /// - Parameter apart: layers that share memory with no other: a gradient that is asked for must not be mixed with those of
  ///   the concatenations within, which may have other consumers.
  init(_ graph: Graph, apart: Set<Int> = []) {
    for (position, layer) in graph.layers.enumerated().reversed() where layer.operation == .concatenation {
      let place = places[position] ?? Place(owner: position, channel: 0)
      places[position] = place
      for (input, channel) in Self.inputs(of: layer, in: graph) {
        boundaries.formUnion([place.channel + channel, graph.layers[input].shape[0]])
        // A concatenation that is an input twice, or of two others, can lie in one place only.
        if graph.layers[input].operation == .concatenation, places[input] == nil,
          apart.isDisjoint(with: [input, position])
        {
          places[input] = Place(owner: place.owner, channel: place.channel + channel)
        }
      }
    }
  }

  /// The inputs of a concatenation, each with the first of its channels there.
  static func inputs(of layer: Layer, in graph: Graph) -> [(input: Int, channel: Int)] {
    var channel = 0
    return layer.inputs.map { input in
      defer { channel += graph.layers[input].shape[0] }
      return (input, channel)
    }
  }
}
