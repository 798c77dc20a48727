import Foundation
import ResNet

/// What an argument means that is a network or a model.
enum NetworkArgument {
  /// A network by its name or its JSON file.
  case network(Architecture)
  /// A model by its safetensors file, whatever that is called, or the folder of its run.
  case model(Model)

  /// Reads what there is; a network's name goes before a folder of that name.
  ///
  /// - Throws: `ResNetError` as reading a model, or `Architecture(argument:)`.
  init(_ argument: String) throws {
    let isName = (try? Architecture.named(argument)) != nil
    if Model.isFileName(argument) || !isName && (isFolder(argument) || FileKind(of: argument)?.holdsWeights == true) {
      self = .model(try Model(contentsOf: argument))
    } else {
      self = .network(try Architecture(argument: argument))
    }
  }

  var architecture: Architecture {
    switch self {
    case .network(let architecture): architecture
    case .model(let model): model.architecture
    }
  }

  var model: Model? { if case .model(let model) = self { model } else { nil } }
}
