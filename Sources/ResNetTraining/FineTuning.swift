import Foundation
import ResNetCore
import ResNetGraph

/// What a run does to layers and classes that it names, beyond its recipe, which knows of none.
///
/// ```swift
/// let trainer = try Trainer(
///   model.architecture, on: photos, recipe: .fineTune, from: model,
///   fineTuning: FineTuning(freezeUntil: "layer3", learningRateScales: ["fc": 10]))
/// ```
public struct FineTuning: Hashable, Sendable, Codable {
  /// The layer or module that learns with all behind it (`layer3`, `layer2.0`, `fc`, or `head` for the last layer): what
  /// stands before is frozen. Everything learns if `nil`.
  public var freezeUntil: String?
  /// By layer or module, or `head`: what the learning rate is multiplied by there. Of several that hold a parameter,
  /// the one with the longest name counts.
  public var learningRateScales: [String: Double]
  /// What an image of each class counts in the loss, in the order of the classes; after the recipe if `nil`.
  public var classWeights: [Double]?

  /// Makes a choice; without arguments that of any other run.
  public init(
    freezeUntil: String? = nil, learningRateScales: [String: Double] = [:], classWeights: [Double]? = nil
  ) {
    self.freezeUntil = freezeUntil
    self.learningRateScales = learningRateScales
    self.classWeights = classWeights
  }

  /// Refuses what makes no sense for a network.
  ///
  /// - Throws: `ResNetError` of code `usage` for a layer or module that the network lacks, or that nothing learns behind;
  ///   a factor or a weight that is none; or another number of weights than of classes.
  public func check(_ graph: Graph) throws {
    if let freezeUntil, try graph.learnedCount(from: graph.module(freezeUntil)) == 0 {
      throw ResNetError(
        .usage, "nothing learns from \(quoted(freezeUntil)) on", remedy: "Freeze until an earlier layer, or until head")
    }
    if let head = learningRateScales["head"], let other = learningRateScales[graph.module("head")], head != other {
      throw ResNetError(
        .usage, "the learning rate of the head, \(graph.module("head")), is multiplied by \(head) and by \(other)",
        remedy: "Give one factor")
    }
    for (module, factor) in learningRateScales.sorted(by: { $0.key < $1.key }) {
      let name = graph.module(module)
      _ = try graph.firstIndex(of: name)
      guard graph.layers.contains(where: { $0.isInModule(name) && $0.parameterCount > 0 }) else {
        throw ResNetError(
          .usage, "nothing learns in \(quoted(module)), so its learning rate cannot be scaled",
          remedy: "Name a layer or module with weights")
      }
      guard Float(factor).isFinite, factor >= 0 else {
        throw ResNetError(
          .usage, "the learning rate of \(quoted(module)) cannot be multiplied by \(factor)",
          remedy: "Use 0 or a positive number such as 0.1")
      }
    }
    guard let classWeights else { return }
    guard classWeights.count == graph.outputShape.count else {
      throw ResNetError(
        .usage, "\(classWeights.count) weights do not fit \(graph.outputShape.count) classes",
        remedy: "Give one for every class")
    }
    guard classWeights.allSatisfy({ Float($0).isFinite && Float($0) > 0 }) else {
      throw ResNetError(
        .usage, "a class cannot have a weight that is not a positive number", remedy: "Use weights such as 0.5 or 2")
    }
  }
}

extension Graph {
  /// The module that a name means: `head` is the last layer, where none is called so.
  func module(_ name: String) -> String {
    name == "head" && !layers.contains { $0.isInModule(name) } ? layers[output].name : name
  }

  /// How many values a module and all behind it learn.
  func learnedCount(from module: String) throws -> Int {
    layers[(try firstIndex(of: module))...].reduce(0) { $0 + $1.parameterCount }
  }
}
