import ResNetCore
import ResNetGraph

/// Small valid networks of every shape that the package must cope with, as a function of a seed.
///
/// Images are at most 12 pixels high or wide and have at most 100 channels, mostly fewer than 32; sizes are mostly odd
/// and not square. Every kind of operation appears among three hundred seeds, and so do: skips over 1 to 5 layers,
/// bottlenecks, groups, all shortcuts, gates, squeeze-and-excitation, dense chains, stochastic depth, additions without
/// ReLU after them, normalisation of the input, before the convolution, after ReLU or not at all, outputs with three
/// consumers, outputs taken before and after their ReLU or in several concatenations, and networks of vectors. Every
/// network ends in linear logits.
///
/// Normalised images have at least four pixels; normalised vectors have one, so batches of 3 or more keep gradients
/// well conditioned.
public struct RandomGraph {
  var numbers: RandomNumbers
  private var names = 0

  /// Makes the network of a seed.
  ///
  /// - Throws: `ResNetError` only where the generator itself is wrong.
  public static func make(seed: UInt64) throws -> Graph {
    var maker = RandomGraph(
      numbers: RandomNumbers(seed: seed, purpose: .testing, index: stableHash("RandomGraph")))
    let builder = GraphBuilder()
    let features =
      try maker.chance(6)
      ? maker.vectorNetwork(builder)
      : maker.imageNetwork(builder)
    let classes = maker.pick([2, 3, 5, 8, 10, 16])
    return builder.graph(
      output: try features.linear(
        "fc", Linear(outputs: classes, bias: maker.chance(4) ? nil : .uniformByFanIn)))
  }

  /// True once in `count` calls.
  mutating func chance(_ count: Int) -> Bool { numbers.integer(below: count) == 0 }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[numbers.integer(below: choices.count)] }

  mutating func name(_ stem: String) -> String {
    names += 1
    return "\(stem)\(names)"
  }

  mutating func channels() -> Int { pick([1, 2, 3, 5, 7, 8, 8, 12, 16, 16, 24, 32]) }

  private mutating func imageNetwork(_ builder: GraphBuilder) throws -> Node {
    var a = try builder.input([
      pick([1, 2, 3, 3, 4, 5, 8, 16]), pick([5, 6, 7, 8, 9, 11]), pick([5, 7, 8, 9, 10, 12]),
    ])
    if chance(6) { a = try a.batchNormalization(name("bn")) }
    if chance(5) { a = try maxPooling(a) }
    if !chance(6) { a = try unit(a, outputs: channels(), kernel: pick([1, 3, 3, 5, 7]), stride: pick([1, 1, 2])) }
    for _ in 0..<(1 + numbers.integer(below: 3)) { a = try segment(a) }
    if a.shape[1] * a.shape[2] <= 24, chance(3) {
      a = try a.flatten()
    } else {
      a = try a.globalAveragePooling()
    }
    return chance(5) ? try vectorBlock(a) : a
  }

  private mutating func vectorNetwork(_ builder: GraphBuilder) throws -> Node {
    var a = try builder.input([pick([1, 3, 5, 8, 13, 16, 33])])
    if chance(6) { a = try a.batchNormalization(name("bn")) }
    if !chance(3) { a = try relu(a.linear(name("fc"), Linear(outputs: channels()))) }
    for _ in 0..<(1 + numbers.integer(below: 3)) { a = try vectorBlock(a) }
    return a
  }
}
