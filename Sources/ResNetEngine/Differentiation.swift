import ResNetCore
import ResNetGraph

/// What a purpose asks of a graph: which layers must keep their output, and which need a gradient.
struct Differentiation {
  /// The gradient at the output; `none` where no gradient is asked for.
  let seed: Purpose.Seed
  /// Layers whose output is observed, with the names that were asked for, in order of name.
  let observed: [(name: String, layer: Int)]
  /// Layers whose gradient is kept, likewise.
  let watched: [(name: String, layer: Int)]
  /// The first layer whose parameters get gradients.
  let parametersFrom: Int?
  /// Layers that must not disappear into others.
  let pinned: Set<Int>
  /// By layer: whether the gradient of its output is needed.
  let needsGradient: [Bool]

  /// - Throws: `ResNetError` of code `usage` where the purpose names what the graph lacks.
  init(_ graph: Graph, _ purpose: Purpose) throws {
    observed = try purpose.observations.sorted().map { ($0, try graph.index(of: $0)) }
    watched = try purpose.activationGradients.sorted().map { ($0, try graph.index(of: $0)) }
    for name in purpose.statisticsByLayer.keys.sorted() {
      let layer = graph.layers[try graph.index(of: name)]
      guard layer.name == name, case .batchNormalization = layer.operation else {
        throw ResNetError(.usage, "it is no normalisation layer", at: name, remedy: "Name a normalisation layer")
      }
    }
    switch purpose.parameterGradients {
    case .none: parametersFrom = nil
    case .all: parametersFrom = 0
    case .from(let name): parametersFrom = try graph.firstIndex(of: name)
    }
    let asksForGradients = parametersFrom != nil || !watched.isEmpty || purpose.inputGradient
    guard !asksForGradients || purpose.seed != .none else {
      throw ResNetError(
        .usage, "the purpose asks for gradients and gives none at the output", remedy: "Give it a seed")
    }
    // A loss can be asked for by itself.
    let isLoss = [.crossEntropy, .weightedCrossEntropy].contains(purpose.seed)
    seed = asksForGradients || isLoss ? purpose.seed : .none
    pinned = Set(observed.map(\.layer) + watched.map(\.layer))

    var needs = Array(repeating: false, count: graph.layers.count)
    for (position, layer) in graph.layers.enumerated() {
      let hasParameters = parametersFrom.map { position >= $0 } == true && layer.parameterCount > 0
      needs[position] =
        hasParameters || watched.contains { $0.layer == position } || (position == 0 && purpose.inputGradient)
        || layer.inputs.contains { needs[$0] }
    }
    needsGradient = needs
  }
}

extension Purpose {
  /// Refuses layers without dropout that are no dropout layers.
  func checkDropouts(in graph: Graph) throws {
    let known = Set(graph.layers.filter(\.operation.isDropout).map(\.name))
    if let name = layersWithoutDropout.subtracting(known).min() {
      throw ResNetError(.usage, "it is no dropout layer", at: name, remedy: "Name a dropout layer")
    }
  }

  /// The dropout layers that the purpose names, or that a module which it names ends in or begins with.
  func namedDropouts(in graph: Graph) throws -> Set<String> {
    var names = Set(
      try observations.union(activationGradients).map { graph.layers[try graph.index(of: $0)].name })
    if case .from(let module) = parameterGradients {
      names.formUnion(graph.layers.filter { $0.isInModule(module) }.map(\.name))
    }
    return names
  }
}

extension Operation {
  /// Whether it multiplies its input by a matrix of weights.
  var isLinear: Bool {
    switch self {
    case .convolution, .linear: true
    default: false
    }
  }

  var isDropout: Bool {
    if case .dropout = self { true } else { false }
  }
}
