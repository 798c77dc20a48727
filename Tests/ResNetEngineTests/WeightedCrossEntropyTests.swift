import Foundation
import ResNetCore
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetEngine

/// The loss by the share of each class in each sample. Its gradient against central differences is in `GradientCheck`.
@Suite struct WeightedCrossEntropyTests {
  /// What PyTorch computes, as `Scripts/fixtures/make_losses.py` wrote it.
  private struct Losses: Decodable {
    struct Case: Decodable {
      let name: String
      let targets: [Double]
      let loss: Double
      let gradient: [Double]
    }

    let batch: Int
    let classes: Int
    let logits: [Double]
    let labels: [Int32]
    let cases: [Case]
  }

  /// A network whose logits are its input.
  @EngineActor
  private func identity(classes: Int) throws -> Engine {
    let builder = GraphBuilder()
    let engine = try Engine(
      graph: builder.graph(output: builder.input([classes]).linear("fc", Linear(outputs: classes))))
    let diagonal = (0..<classes * classes).map { Float($0 % (classes + 1) == 0 ? 1 : 0) }
    try engine.parameters.set("fc.weight", to: Tensor(shape: [classes, classes], scalars: diagonal))
    try engine.parameters.set("fc.bias", to: Tensor(shape: [classes], scalars: Array(repeating: 0, count: classes)))
    return engine
  }

  @Test("Losses and gradients are PyTorch's, by labels, weights of classes, smoothed labels and mixed ones")
  @EngineActor
  func pyTorch() throws {
    let losses: Losses = try Fixture.file("losses")
    let engine = try identity(classes: losses.classes)
    for seed in [Purpose.Seed.crossEntropy, .weightedCrossEntropy] {
      let program = try engine.program(
        batch: losses.batch, purpose: Purpose(statistics: .running, seed: seed, parameterGradients: .all))
      _ = program.input.update(from: losses.logits.map { Float($0) })
      for expected in losses.cases {
        if seed == .weightedCrossEntropy {
          _ = program.targets.update(from: expected.targets.map { Float($0) })
        } else {
          guard expected.name == "labels" else { continue }
          _ = program.labels.update(from: losses.labels)
        }
        try program.run()
        #expect(program.logits.map(Double.init) == losses.logits)
        #expect(abs(program.loss - expected.loss) <= 1e-6 * expected.loss, "\(expected.name)")
        let difference = greatestDifference(program.outputGradient.map(Double.init), expected.gradient)
        #expect(difference <= 1e-6, "\(expected.name): \(difference)")
      }
    }
  }

  @Test("Targets of one class a sample give the bits of labels")
  @EngineActor
  func oneHot() throws {
    let graph = try Architecture.named("resnet8").graph(classes: 10, input: [3, 12, 12])
    let labels = HashedValues.labels(batch: 7, classes: 10).map(Int32.init)
    var purpose = Purpose.training
    purpose.updatesRunningStatistics = false
    let engine = try Engine(graph: graph)
    func run(_ seed: Purpose.Seed) throws -> (Program, [UInt32], Double) {
      purpose.seed = seed
      let program = try engine.program(batch: 7, purpose: purpose)
      _ = program.input.update(from: HashedValues.input(graph.inputShape, batch: 7).scalars)
      if seed == .crossEntropy {
        #expect(program.targets.isEmpty)
        _ = program.labels.update(from: labels)
      } else {
        #expect(program.labels.isEmpty)
        program.targets.update(repeating: 0)
        for (sample, label) in labels.enumerated() { program.targets[sample * 10 + Int(label)] = 1 }
      }
      try program.run()
      return (program, (Array(program.losses) + Array(program.gradients)).map(\.bitPattern), program.loss)
    }
    let (_, expected, loss) = try run(.crossEntropy)
    let (program, found, weighted) = try run(.weightedCrossEntropy)
    #expect(found == expected && weighted == loss)
    #expect(program.weight == 7)
  }

  @Test("The loss can be asked for without gradients")
  @EngineActor
  func lossAlone() throws {
    let engine = try identity(classes: 2)
    let program = try engine.program(
      batch: 2, purpose: Purpose(statistics: .running, seed: .weightedCrossEntropy))
    program.input.update(repeating: 1)
    _ = program.targets.update(from: [3, 0, 0, 1])
    try program.run()
    #expect(program.gradients.isEmpty)
    #expect(program.losses.elementsEqual([3 * Float(log(2.0)), Float(log(2.0))]))
    #expect(abs(program.loss - log(2)) < 1e-7 && program.weight == 4)
  }

  @Test("A class without a share does not matter, however impossible it is")
  @EngineActor
  func impossibleClass() throws {
    let engine = try identity(classes: 2)
    let program = try engine.program(
      batch: 1, purpose: Purpose(statistics: .running, seed: .weightedCrossEntropy, parameterGradients: .all))
    _ = program.input.update(from: [0, -2e38])
    _ = program.targets.update(from: [1, 0])
    try program.run()
    #expect(program.loss == 0 && program.outputGradient.allSatisfy { $0 == 0 })
  }

  @Test("Targets that are no shares are refused with their place, and so is a batch of none")
  @EngineActor
  func refusals() throws {
    let engine = try identity(classes: 3)
    let program = try engine.program(
      batch: 2, purpose: Purpose(statistics: .running, seed: .weightedCrossEntropy, parameterGradients: .all))
    program.input.update(repeating: 1)
    for bad in [-1, .nan, .infinity] as [Float] {
      _ = program.targets.update(from: [1, 0, 0, 0, 0, bad])
      let error = try #require(throws: ResNetError.self) { try program.run() }
      #expect(error.code == .data && error.place == "sample 1 of the batch, class 2")
    }
    program.targets.update(repeating: 0)
    let error = try #require(throws: ResNetError.self) { try program.run() }
    #expect(error.code == .data && error.message.contains("all targets of the batch are 0"))
    program.targets[4] = 1
    try program.run()
  }
}
