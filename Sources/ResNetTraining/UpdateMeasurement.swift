import ResNetEngine
import ResNetGraph

/// Compares the weights of every layer before and after one step.
@EngineActor
struct UpdateMeasurement {
  private let places: [Range<Int>]
  private let before: [Float]

  /// Takes the weights as they are before the step.
  init(_ parameters: Parameters, _ names: [String]) {
    places = names.map { parameters.learnedPlace(of: $0).range }
    before = Array(parameters.learned)
  }

  /// What the step did, once it is made.
  func step(_ number: Int, _ parameters: Parameters) -> UpdateRecord.Step {
    let after = parameters.learned
    var step = UpdateRecord.Step(number: number, weights: [], updates: [])
    for range in places {
      var (weight, update) = (0.0, 0.0)
      for position in range {
        let (old, new) = (Double(before[position]), Double(after[position]))
        weight += old * old
        update += (new - old) * (new - old)
      }
      step.weights.append(weight.squareRoot())
      step.updates.append(update.squareRoot())
    }
    return step
  }
}

extension Graph {
  /// The weights of convolutions and fully connected layers, in the order of the layers: their names, and their layers'.
  var weightNames: [(layer: String, parameter: String)] {
    layers.flatMap { layer in
      layer.parameters.filter { $0.kind == .weight }.map { (layer: layer.name, parameter: $0.name) }
    }
  }
}
