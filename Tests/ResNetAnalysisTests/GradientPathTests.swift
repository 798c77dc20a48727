import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel
import ResNetModels
import Testing

@testable import ResNetAnalysis

@Suite struct GradientPathTests {
  @Test("Of 54 blocks half of the branches are taken in the mean, and lengths 5 to 17 hold 0.45 % of the paths")
  func binomial() {
    let shares = binomialShares(54)
    // Whole numbers below 2⁵³ over a power of two: nothing is rounded.
    #expect((0...54).allSatisfy { shares[$0] == Double(combinations(54, $0)) * 0x1p-54 })
    #expect(shares.reduce(0, +) == 1)
    #expect(abs(shares.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } - 27) < 1e-12)
    let effective = (5...17).reduce(0) { $0 + combinations(54, $1) }
    #expect(shares[5...17].reduce(0, +) == Double(effective) * 0x1p-54)
    #expect(inPercent(100 * shares[5...17].reduce(0, +)) == "0.45 %")
    #expect(binomialShares(0) == [1] && binomialShares(2) == [0.25, 0.5, 0.25])
    // The deepest network of the catalogue: what is too small to be a number is zero, and the rest is whole.
    #expect(abs(binomialShares(1200).reduce(0, +) - 1) < 1e-12)
  }

  @Test(
    "The gradients along all paths add up to the gradient",
    arguments: ["resnet8", "preact_resnet8", "cifar_bottleneck_resnet11", "resnet14"])
  @EngineActor
  func sum(network: String) throws {
    let subject = try smallSubject(.named(network))
    let engine = try subject.engine()
    let batch = try subject.loader(of: Small.pictures(3), batch: 3).firstBatch()
    let blocks = try BlockList(residual: subject)
    let gated = try engine.program(batch: 3, purpose: .alongPaths)
    let count = blocks.blocks.count
    var total = Array(repeating: 0.0, count: batch.images.count)
    for number in 0..<1 << count {
      let path = (0..<count).filter { number >> $0 & 1 == 1 }
      for (position, value) in try blocks.gradient(along: path, batch, in: gated).scalars.enumerated() {
        total[position] += Double(value)
      }
    }
    var purpose = Purpose.alongPaths
    purpose.gates = false
    let whole = try engine.program(batch: 3, purpose: purpose)
    whole.take(batch)
    try whole.run()
    let expected = try whole.inputGradient().scalars.map { Double($0) * 3 }
    let size = expected.map(abs).max() ?? 0
    #expect(size > 0)
    #expect(zip(total, expected).allSatisfy { abs($0 - $1) <= 1e-4 * size })
  }

  @Test("Where branches add nothing and learn nothing all of the gradient runs along the path of no length")
  func shortcutsAlone() async throws {
    let subject = try smallSubject(.cifar(depth: 20), parameters: addingNothing)
    let network = try await GradientPaths.measure(of: [subject], on: Small.pictures(5), paths: 4).networks[0]
    #expect(network.blocks == 9)
    #expect(network.lengths[0].meanNorm > 0)
    #expect(network.lengths.dropFirst().allSatisfy { $0.meanNorm == 0 && $0.medianNorm == 0 })
    #expect(network.gradientShares == [1] + Array(repeating: 0, count: 9))
    #expect(network.effectiveLengths(carrying: 0.95) == 0...0)
  }

  @Test("Norms are those of each image's own gradient, whatever the batch, in mean and median over all paths")
  func norms() async throws {
    let subject = try smallSubject(.cifar(depth: 8))
    let data = try Small.pictures(5)
    let network = try await GradientPaths.measure(of: [subject], on: data).networks[0]
    #expect(network.lengths.map(\.paths) == [1, 3, 3, 1])
    #expect(network.lengths.map(\.share) == [0.125, 0.375, 0.375, 0.125])
    let single = try await EngineActor.run {
      let blocks = try BlockList(residual: subject)
      let program = try subject.engine().program(batch: 1, purpose: .alongPaths)
      let batches = try subject.loader(of: data, batch: 1).epoch(0)
      var norms: [[Double]] = Array(repeating: [], count: 4)
      while let batch = try batches.next() {
        for path in [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] {
          norms[path.count] += sampleNorms(try blocks.gradient(along: path, batch, in: program))
        }
      }
      return norms
    }
    for (length, norms) in zip(network.lengths, single) {
      let mean = norms.reduce(0, +) / Double(norms.count)
      #expect(mean > 0 && abs(length.meanNorm - mean) <= 1e-4 * mean)
      #expect(abs(length.medianNorm - median(of: norms)) <= 1e-4 * mean)
    }
  }

  @Test("The same seed draws the same paths, another seed others")
  func seeds() async throws {
    let subject = try smallSubject(.cifar(depth: 20))
    let data = try Small.pictures(3)
    func measured(seed: UInt64) async throws -> GradientPaths {
      try await GradientPaths.measure(of: [subject], on: data, paths: 2, seed: seed)
    }
    let one = try await measured(seed: 1)
    #expect(try await measured(seed: 1) == one)
    #expect(try await measured(seed: 2) != one)
  }

  private func network(_ norms: [Double]) -> GradientPaths.Network {
    let shares = binomialShares(norms.count - 1)
    return GradientPaths.Network(
      name: "net", lengths: zip(shares, norms).map { .init(paths: 1, share: $0, meanNorm: $1, medianNorm: $1) })
  }

  @Test("Effective lengths are the shortest run that carries the part asked for")
  func effective() {
    // Shares of all paths 1, 4, 6, 4, 1 sixteenths; of the gradient 8, 8, 3, 1, 0 twentieths.
    let falling = network([8, 2, 0.5, 0.25, 0])
    #expect(zip(falling.gradientShares, [0.4, 0.4, 0.15, 0.05, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(falling.effectiveLengths(carrying: 0.4) == 0...0)
    #expect(falling.effectiveLengths(carrying: 0.8) == 0...1)
    #expect(falling.effectiveLengths(carrying: 0.95) == 0...2)
    #expect(falling.effectiveLengths(carrying: 1) == 0...3)
    #expect(network([1, 1, 1]).effectiveLengths(carrying: 1) == 0...2)
    #expect(network([0, 0, 0]).effectiveLengths(carrying: 0.5) == nil)
    #expect(network([1, .infinity, 0]).effectiveLengths(carrying: 0.5) == nil)
  }

  @Test("The finding is made of the numbers")
  func finding() {
    func paths(_ networks: [GradientPaths.Network]) -> GradientPaths {
      GradientPaths(networks: networks, dataSet: "pictures", images: 3)
    }
    #expect(
      paths([network([8, 2, 0.5, 0, 0])]).finding
        == "net has 4 blocks: its paths are 2.0 blocks long in the mean, the gradient runs through 0.7. Paths of lengths "
        + "0 to 2 carry 100.0 % of it; they are 68.8 % of all paths: short paths do most of the work.")
    #expect(paths([network([1, 1, 1])]).finding.hasSuffix("no length is preferred."))
    #expect(
      paths([network([0, 0, 1])]).finding.hasSuffix(
        "Paths of length 2 carry 100.0 % of it; they are 25.0 % of all paths: long paths do most of the work."))
    #expect(paths([network([0, 0])]).finding.contains("cannot be told apart"))
  }

  @Test("The view has a picture of three panels and a row for each length")
  func view() throws {
    let view = GradientPaths(
      networks: [network([8, 2, 0.5, 0.25, 0]), network([1, 1, 1])], dataSet: "pictures", images: 3)
    #expect(view.figures.map(\.suffix) == [nil])
    for text in [
      "share of all paths (%)", "‖∂L/∂x‖", "share of the gradient along all paths (%)", "pictures, 3 images",
    ] {
      #expect(view.figures[0].svg.contains(text), "\(text)")
    }
    #expect(view.table.rows.count == 8)
    #expect(view.table.rows[1].prefix(4) == [.text("net"), .integer(1), .integer(1), .number(0.25)])
  }

  @Test("A plain network has no paths, and no images or paths show nothing")
  func refusals() async throws {
    let data = try Small.pictures(4)
    let plain = try await Small.failure {
      _ = try await GradientPaths.measure(of: [smallSubject(.named("plain8"))], on: data)
    }
    #expect(plain.code == .usage && plain.place == "plain8" && plain.message == "it has no shortcuts")
    let subject = try smallSubject(.cifar(depth: 8))
    for (images, paths) in [(0, 1), (1, 0), (1, -5)] {
      let error = try await Small.failure {
        _ = try await GradientPaths.measure(of: [subject], on: data, images: images, paths: paths)
      }
      #expect(error.code == .usage)
    }
    let misfit = try await Small.failure {
      _ = try await GradientPaths.measure(of: [subject], on: Small.pictures(4, classes: 3))
    }
    #expect(misfit.code == .data)
    #expect(try await Small.failure { _ = try await GradientPaths.measure(of: [], on: data) }.code == .usage)
  }
}
