import ResNetCore
import ResNetData
import ResNetGraph
import ResNetModel
import ResNetModels
import ResNetReference
import ResNetTraining
import Testing

@testable import ResNetAnalysis

@Suite struct BlockIdentityTests {
  @Test("Blocks that add nothing are the identity, and nobody misses what they add")
  func addNothing() async throws {
    let subject = try smallSubject(.cifar(depth: 14), parameters: addingNothing)
    let data = try Small.pictures(40)
    let network = try await BlockIdentity.measure(of: [subject], on: data).networks[0]
    let evaluation = try await Evaluator(subject.model).evaluate(on: data)
    #expect(network.error == evaluation.topOneError)
    #expect(network.blocks.map(\.ratio) == Array(repeating: 0, count: 6))
    #expect(network.blocks.allSatisfy { $0.errorWithout == network.error })
  }

  @Test(
    "The ratio is that of the equations' branch and shortcut, image by image",
    arguments: ["resnet8", "preact_resnet8", "cifar_bottleneck_resnet11"])
  func equations(architecture: String) async throws {
    let subject = try smallSubject(.named(architecture))
    // One more than fits in a run of the network.
    let data = try Small.pictures(17)
    let view = try await BlockIdentity.measure(of: [subject], on: data)
    let batch = try subject.loader(of: data, batch: 17).firstBatch()
    let graph = subject.model.graph
    let trace = try Reference(graph: graph, parameters: subject.model.parameters).forward(
      batch.images.map(Double.init), batch: 17, options: .init(statistics: .running))
    for block in view.networks[0].blocks {
      let addition = graph.layers[try graph.index(of: block.name + ".add")]
      func norms(_ layer: Int) -> [Double] {
        let values = trace.outputs[layer]
        let size = values.count / 17
        return (0..<17).map { sample in
          values[sample * size..<(sample + 1) * size].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
      }
      let ratios = zip(norms(addition.inputs[0]), norms(addition.inputs[1])).map { $0 / $1 }
      let expected = ratios.reduce(0, +) / 17
      #expect(expected > 0 && abs(block.ratio - expected) <= 1e-4 * expected, "\(block.name)")
    }
    #expect(view.images == 17)
  }

  @Test("Shortcuts that change what they carry are told")
  func shortcuts() async throws {
    let data = try Small.pictures(4)
    func flags(_ architecture: Architecture) async throws -> [Bool] {
      try await BlockIdentity.measure(of: [smallSubject(architecture)], on: data).networks[0].blocks
        .map(\.hasChangingShortcut)
    }
    #expect(try await flags(.cifar(depth: 14)) == [false, false, true, false, true, false])
    #expect(try await flags(.cifar(depth: 8, shortcut: .projectionEverywhere)) == [true, true, true])
  }

  @Test("A shortcut that carries nothing but zeros gives no ratio")
  func zeros() async throws {
    let subject = try smallSubject(.cifar(depth: 8)) { parameters in
      parameters.merging(
        ["bn1.weight", "bn1.bias"].map { ($0, Tensor(shape: [16])) }, uniquingKeysWith: { $1 })
    }
    let view = try await BlockIdentity.measure(of: [subject], on: Small.pictures(4))
    #expect(view.networks[0].blocks[0].ratio.isNaN)
    #expect(view.networks[0].blocks[1].ratio.isFinite)
    #expect(view.table.rows[0][2].text == "")
  }

  private func view(_ blocks: [BlockIdentity.Block]) -> BlockIdentity {
    BlockIdentity(
      networks: [.init(name: "net", error: 8.5, blocks: blocks)], dataSet: "pictures", images: 1)
  }

  @Test("The finding and the table are made of the numbers")
  func finding() {
    let blocks: [BlockIdentity.Block] = [
      .init(name: "layer1.0", ratio: 0.5, hasChangingShortcut: false, errorWithout: 9),
      .init(name: "layer1.1", ratio: 0.25, hasChangingShortcut: false, errorWithout: 8.75),
      .init(name: "layer2.0", ratio: 2, hasChangingShortcut: true, errorWithout: 60),
    ]
    let some = view(blocks)
    #expect(
      some.finding
        == "In net the branches of the 2 blocks whose shortcut is the identity add 0.38 of its norm in the median, from 0.25 "
        + "(layer1.1) to 0.50 (layer1.0). Without the one that adds the least, layer1.1, the error goes from 8.5 % to 8.8 %; "
        + "the greatest error, without layer2.0, is 60.0 %.")
    #expect(
      view(Array(blocks.suffix(1))).finding.hasPrefix(
        "In net the branches add, to what shortcuts make of their input, 2.00 of its norm in the median"))
    #expect(
      some.table.rows[2] == [.text("net"), .text("layer2.0"), .number(2), .text("yes"), .number(60), .number(8.5)])
    #expect(some.figures.map(\.suffix) == [nil])
    for text in ["‖F(x)‖ / ‖x‖", "test error without the block (%)", "net, whole 8.5", "pictures, 1 image<"] {
      #expect(some.figures[0].svg.contains(text), "\(text)")
    }
  }

  @Test("A plain network has no branches, and no images show nothing")
  func refusals() async throws {
    let data = try Small.pictures(4)
    let plain = try await Small.failure {
      _ = try await BlockIdentity.measure(of: [smallSubject(.named("plain8"))], on: data)
    }
    #expect(plain.code == .usage && plain.place == "plain8")
    let subject = try smallSubject(.cifar(depth: 8))
    let none = try await Small.failure { _ = try await BlockIdentity.measure(of: [subject], on: data, images: 0) }
    #expect(none.code == .usage)
    let misfit = try await Small.failure {
      _ = try await BlockIdentity.measure(of: [subject], on: Small.pictures(4, classes: 3))
    }
    #expect(misfit.code == .data)
    #expect(try await Small.failure { _ = try await BlockIdentity.measure(of: [], on: data) }.code == .usage)
  }
}
