import ResNetGraph

extension Purpose {
  /// Training from a layer or module on: what stands before it is frozen. It gets no gradients, normalises by its running
  /// statistics, which stay as they are, and drops nothing; nothing is computed backward there.
  ///
  /// - Throws: `ResNetError` of code `usage` where the graph has no layer or module of that name.
  public static func training(from module: String, of graph: Graph) throws -> Purpose {
    var purpose = Purpose.training
    purpose.parameterGradients = .from(module)
    for layer in graph.layers[..<(try graph.firstIndex(of: module))] {
      switch layer.operation {
      case .batchNormalization: purpose.statisticsByLayer[layer.name] = .running
      case .dropout: purpose.layersWithoutDropout.insert(layer.name)
      default: break
      }
    }
    return purpose
  }
}
