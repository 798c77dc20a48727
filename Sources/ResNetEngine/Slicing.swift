import ResNetGraph

/// Into how many slices the work on a batch is divided, so that what one step writes is still in the cache when the next
/// one reads it.
struct Slicing {
  /// What of one tensor each thread is to hold in its second-level cache at a time, in bytes.
  var cachedBytes = 1 << 20
  /// Weights are read once a slice: a slice must be so many times as large.
  var weightShare = 2

  /// By layer, into how many slices the work on its output is divided.
  ///
  /// - Parameter apart: layers that are worked on as a whole.
  func slices(_ graph: Graph, _ layouts: [Layout], batch: Int, threads: Int, apart: (Int) -> Bool) -> [Int] {
    var weights = Array(repeating: 0, count: graph.layers.count)
    for (position, layer) in graph.layers.enumerated() where layer.operation.isLinear {
      let bytes = layer.parameterCount * layouts[position].element.bytes
      for neighbour in layer.inputs + [position] { weights[neighbour] = max(weights[neighbour], bytes) }
    }
    return graph.layers.indices.map { layer in
      guard !apart(layer), layouts[layer].positions > 1 else { return 1 }
      let bytes = batch * layouts[layer].bytes
      var slices = 1
      // Each thread keeps a sample at least.
      while batch % (2 * slices) == 0, batch / (2 * slices) >= threads, bytes > slices * threads * cachedBytes,
        bytes >= 2 * slices * weightShare * weights[layer]
      { slices *= 2 }
      return slices
    }
  }
}
