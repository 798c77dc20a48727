import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel
import ResNetModels
import ResNetReference
import ResNetTesting
import ResNetTraining
import Testing

@testable import ResNetAnalysis

@Suite struct LesionTests {
  @Test("A lesion of nothing changes nothing: the error is the evaluator's", arguments: ["resnet20", "plain20"])
  func nothing(network: String) async throws {
    let subject = try smallSubject(.named(network))
    let data = try Small.pictures(150)
    let lesions = try await Lesions.measure(of: [subject], on: data, draws: 1)
    let evaluation = try await Evaluator(subject.model).evaluate(on: data)
    #expect(lesions.networks[0].error == evaluation.topOneError)
    #expect(evaluation.topOneError > 30 && evaluation.topOneError < 100)
    #expect(lesions.images == 150 && lesions.dataSet == "pictures" && lesions.chance == 75)
  }

  @Test("Blocks that add nothing are missed by nobody")
  func addNothing() async throws {
    let subject = try smallSubject(.cifar(depth: 20), parameters: addingNothing)
    let network = try await Lesions.measure(of: [subject], on: Small.pictures(40)).networks[0]
    #expect(network.isResidual)
    #expect(network.blocks.map(\.error) == Array(repeating: network.error, count: 9))
    #expect(network.deletions.count > 20 && network.deletions.allSatisfy { $0.error == network.error })
  }

  @Test("Each error is that of the equations with the block's branch at zero")
  func equations() async throws {
    let subject = try smallSubject(.cifar(depth: 8))
    let data = try Small.pictures(12)
    let network = try await Lesions.measure(of: [subject], on: data).networks[0]
    let loader = try subject.loader(of: data, batch: 12)
    let batch = try loader.firstBatch()
    let reference = try Reference(graph: subject.model.graph, parameters: subject.model.parameters)
    func error(without names: [String]) throws -> Double {
      let gates = Dictionary(uniqueKeysWithValues: names.map { ($0 + ".add", Reference.Gate(branch: 0)) })
      let logits = try reference.forward(
        batch.images.map(Double.init), batch: 12, options: .init(statistics: .running, gates: gates)
      ).logits
      let wrong = batch.labels.enumerated().count { sample, label in
        let row = logits[sample * 4..<sample * 4 + 4]
        return row.firstIndex(of: row.max() ?? 0) != sample * 4 + Int(label)
      }
      return 100 * Double(wrong) / 12
    }
    #expect(network.error == (try error(without: [])))
    #expect(network.blocks.map(\.name) == ["layer1.0", "layer2.0", "layer3.0"])
    for block in network.blocks { #expect(block.error == (try error(without: [block.name])), "\(block.name)") }
    #expect(Set(network.blocks.map(\.error) + [network.error]).count > 1)
    // Three pairs, and all three: there are no more sets of so many blocks.
    #expect(network.deletions.map(\.blocks.count) == [1, 1, 1, 2, 2, 2, 3])
    for deletion in network.deletions {
      #expect(deletion.error == (try error(without: deletion.blocks.map { network.blocks[$0].name })))
    }
    #expect(network.exchanges.isEmpty)
  }

  @Test("Blocks with the same parameters change places unnoticed; the error of others is that of a model with theirs")
  func exchanges() async throws {
    let data = try Small.pictures(40)
    let equal = try smallSubject(.cifar(depth: 20)) { parameters in
      // Every exchangeable block is the second of its stage.
      Dictionary(
        uniqueKeysWithValues: parameters.map { name, tensor in
          var parts = name.split(separator: ".").map(String.init)
          guard parts[0].hasPrefix("layer"), parts[1] != "0" || parts[0] == "layer1" else { return (name, tensor) }
          parts[1] = "1"
          return (name, parameters[parts.joined(separator: ".")] ?? tensor)
        })
    }
    let unnoticed = try await Lesions.measure(of: [equal], on: data, draws: 3).networks[0]
    #expect(unnoticed.exchanges.map(\.swaps) == (1...7).flatMap { [$0, $0, $0] })
    #expect(unnoticed.exchanges.allSatisfy { $0.error == unnoticed.error })
    let subject = try smallSubject(.cifar(depth: 20))
    let noticed = try await Lesions.measure(of: [subject], on: data, draws: 1).networks[0]
    let blocks = try BlockList(subject.model.graph)
    for exchange in noticed.exchanges {
      let changed = try Small.changed(
        subject.model, to: blocks.exchanged(subject.model.parameters, order: exchange.order))
      let evaluation = try await Evaluator(changed).evaluate(on: data)
      #expect(exchange.error == evaluation.topOneError)
    }
  }

  @Test("The same seed draws the same blocks and images, another seed others")
  func seeds() async throws {
    let subject = try smallSubject(.cifar(depth: 20))
    let data = try Small.pictures(60)
    func measured(seed: UInt64) async throws -> Lesions {
      try await Lesions.measure(of: [subject], on: data, images: 20, draws: 2, seed: seed)
    }
    let one = try await measured(seed: 1)
    #expect(try await measured(seed: 1) == one)
    #expect(one.images == 20)
    let two = try await measured(seed: 2)
    #expect(two.networks[0].deletions.map(\.blocks) != one.networks[0].deletions.map(\.blocks))
    #expect(two.networks[0].exchanges.map(\.order) != one.networks[0].exchanges.map(\.order))
  }

  @Test("Progress goes from 0 to 1 over all networks")
  func progress() async throws {
    let seen = Seen()
    _ = try await Lesions.measure(
      of: [smallSubject(.cifar(depth: 8)), smallSubject(.named("plain8"))], on: Small.pictures(70), draws: 1
    ) { share in seen.add(share) }
    let shares = seen.values
    #expect(shares.last == 1 && shares == shares.sorted() && shares.allSatisfy { $0 > 0 })
    #expect(shares.contains(0.5))
  }

  @Test("What makes no sense is refused with the network's name before anything is measured")
  func refusals() async throws {
    let subject = try smallSubject(.cifar(depth: 8))
    let data = try Small.pictures(8)
    let dense = try await Small.failure {
      _ = try await Lesions.measure(
        of: [subject, smallSubject(.dense(depth: 10, growth: 4, isCompressed: true), name: "d")], on: data)
    }
    #expect(dense.code == .usage && dense.place == "d" && dense.message.contains("no block that can be deleted"))
    let misfit = try await Small.failure {
      _ = try await Lesions.measure(of: [subject], on: Small.pictures(8, classes: 5))
    }
    #expect(misfit.code == .data && misfit.place?.hasPrefix("resnet8 on pictures") == true)
    #expect(misfit.message.contains("5 classes"))
    let size = try await Small.failure {
      _ = try await Lesions.measure(of: [subject], on: Small.pictures(8, shape: [3, 9, 9]))
    }
    #expect(size.code == .data && size.message.contains("3×9×9"))
    for (images, draws) in [(0, 1), (-1, 1), (1, 0)] {
      let error = try await Small.failure {
        _ = try await Lesions.measure(of: [subject], on: data, images: images, draws: draws)
      }
      #expect(error.code == .usage)
    }
    #expect(try await Small.failure { _ = try await Lesions.measure(of: [], on: data) }.code == .usage)
  }

  @Test("A cancelled measurement ends")
  func cancellation() async throws {
    let subject = try smallSubject(.cifar(depth: 8))
    let data = try Small.pictures(8)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await Lesions.measure(of: [subject], on: data)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  // MARK: What is drawn by lot

  @Test("Kendall's τ is 1 in order, −1 in reverse, and falls by the pairs that stand the other way round")
  func kendall() {
    func tau(_ order: [Int]) -> Double { Lesions.Exchange(swaps: 1, order: order, error: 0).kendallTau }
    #expect(tau([0, 1, 2, 3]) == 1 && tau([3, 2, 1, 0]) == -1)
    #expect(tau([1, 0, 2, 3]) == 1 - 2.0 / 6)
    #expect(tau([3, 1, 2, 0]) == 1 - 2 * 5.0 / 6)
    #expect(tau([0]) == 1)
    #expect(abs(Lesions.Exchange(swaps: 1, order: [3, 1, 2, 0], error: 0).reversedPercent - 100 * 5 / 6.0) < 1e-9)
  }

  @Test("Few numbers of blocks are all tried, of many the first and ten at equal distances up to the last")
  func counts() {
    #expect(PlannedLesions.counts(upTo: 0) == [])
    #expect(PlannedLesions.counts(upTo: 1) == [1])
    #expect(PlannedLesions.counts(upTo: 10) == Array(1...10))
    #expect(PlannedLesions.counts(upTo: 54) == [1, 5, 11, 16, 22, 27, 32, 38, 43, 49, 54])
    #expect(PlannedLesions.counts(upTo: 27).first == 1 && PlannedLesions.counts(upTo: 27).last == 27)
  }

  @Test("Orders exchange blocks within their groups, one pair at a time", arguments: 0..<20)
  func orders(draw: Int) {
    let groups = [[0, 1, 2], [4, 5], [7, 8]]
    let one = PlannedLesions.order(of: 9, groups: groups, swaps: 1, draw: draw, seed: 3)
    #expect(one.indices.count(where: { one[$0] != $0 }) == 2)
    let many = PlannedLesions.order(of: 9, groups: groups, swaps: 50, draw: draw, seed: 3)
    #expect(many.sorted() == Array(0..<9) && many[3] == 3 && many[6] == 6)
    for group in groups { #expect(Set(group.map { many[$0] }) == Set(group)) }
  }

  @Test("Sets of blocks are all different, in order, and as many as there are")
  func subsets() {
    for (count, size) in [(5, 0), (5, 1), (5, 2), (5, 5), (1, 1), (27, 13), (600, 300)] {
      let subsets = drawnSubsets(of: count, size: size, draws: 20, seed: 4)
      #expect(subsets.count == min(20, combinations(count, size)))
      #expect(Set(subsets).count == subsets.count)
      #expect(subsets.allSatisfy { $0.count == size && Set($0).count == size && $0 == $0.sorted() })
      #expect(subsets.joined().allSatisfy { (0..<count).contains($0) })
    }
    #expect(combinations(54, 27) == 1_946_939_425_648_112)
    #expect(combinations(600, 300) == .max)
  }

  @Test("Images are drawn without repeats, whatever the order of the classes")
  func images() throws {
    let data = try Small.pictures(400)
    let drawn = try data.drawn(100, seed: 0)
    #expect(drawn.count == 100)
    // Every fourth image, say, would be of one class.
    #expect(Set(drawn.labels).count == 4)
    #expect(try data.drawn(400, seed: 0).labels == data.labels)
    #expect(try data.drawn(1000, seed: 0).count == 400)
  }
}
