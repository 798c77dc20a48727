import ResNetCore
import ResNetEngine
import ResNetGraph
import ResNetTesting
import Testing

/// Dropout in the engine beyond what random graphs show.
@Suite struct DropoutTests {
  @Test("A module that ends in dropout is named as before where nothing is left out")
  @EngineActor
  func modules() throws {
    let builder = GraphBuilder()
    let a = try builder.input([3, 4, 4]).convolution("a", Convolution(outputs: 8, kernel: 3))
    let (dropped, other) = try builder.scoped("m") {
      let other = try a.convolution("b", Convolution(outputs: 8, kernel: 1))
      return (try a.dropout("drop", Dropout(rate: 0.5)), other)
    }
    let graph = builder.graph(
      output: try (dropped + other).globalAveragePooling().linear("fc", Linear(outputs: 2)))
    let engine = try Engine(graph: graph, seed: 1)
    var purpose = Purpose.inference
    purpose.observations = ["a", "m", "m.drop"]
    let program = try engine.program(batch: 2, purpose: purpose)
    _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 2).scalars)
    try program.run()
    #expect(try program.activation("m") == program.activation("a"))
    #expect(try program.activation("m.drop") == program.activation("a"))
    var frozen = Purpose(statistics: .running, seed: .crossEntropy, parameterGradients: .from("m.drop"))
    frozen.inputGradient = false
    #expect(try engine.program(batch: 2, purpose: frozen).gradients.count == 18)
  }

  @Test("Layers leave out places that have nothing to do with one another's")
  func independence() {
    let dropout = Dropout(rate: 0.5)
    let keys = (0..<6).map { Dropout.key(layer: "layer\($0)", seed: 1, iteration: 0) }
    let masks = keys.map { key in (0..<4096).map { dropout.keeps($0, key: key) } }
    for (first, one) in masks.enumerated() {
      #expect((1900...2196).contains(one.count { $0 }))
      for other in masks.dropFirst(first + 1) {
        // At any distance, half of the places agree, within five deviations.
        for shift in [0, 1, 2, 7, 64, 1000] {
          let agreeing = zip(one.dropFirst(shift), other).count { $0 == $1 }
          let count = Double(4096 - shift)
          #expect(abs(Double(agreeing) - count / 2) < 2.5 * count.squareRoot())
        }
      }
    }
  }
}
