import ResNetCore
import ResNetGraph
import ResNetModel
import ResNetModels

/// A network that is looked at, under the name that pictures and tables give it.
public struct Subject: Sendable {
  /// What pictures and tables call it; no two subjects of a view have the same.
  public var name: String
  /// The network with its parameters, trained or not.
  public var model: Model
  /// The folder of the run that trained it, where there is one: some views read what the run recorded.
  public var run: String?
  /// Whether its parameters were learned; a network as it begins has not gathered running statistics either.
  public var isTrained: Bool

  /// Makes a subject of a model.
  public init(_ model: Model, name: String, run: String? = nil, isTrained: Bool = true) {
    self.model = model
    self.name = name
    self.run = run
    self.isTrained = isTrained
  }
}
