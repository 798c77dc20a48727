import ResNetCore
import Testing

@testable import ResNetAnalysis

@Suite struct LesionViewTests {
  private func network(
    _ name: String, isResidual: Bool = true, error: Double, blocks: [Double?],
    deletions: [Lesions.Deletion] = [], exchanges: [Lesions.Exchange] = []
  ) -> Lesions.Network {
    Lesions.Network(
      name: name, isResidual: isResidual, error: error,
      blocks: blocks.enumerated().map { Lesions.Block(name: "layer1.\($0.offset)", error: $0.element) },
      deletions: deletions, exchanges: exchanges)
  }

  private func view(_ networks: [Lesions.Network]) -> Lesions {
    Lesions(networks: networks, dataSet: "pictures", images: 1000, chance: 90)
  }

  @Test("The finding says what each network misses, and how much of what is lost by guessing")
  func finding() {
    let residual = network(
      "r", error: 10, blocks: [11, 12, 50],
      deletions: [
        .init(blocks: [0], error: 11), .init(blocks: [0, 1], error: 30), .init(blocks: [0, 2], error: 60),
        .init(blocks: [1, 2], error: 40), .init(blocks: [0, 1, 2], error: 88),
      ],
      exchanges: [.init(swaps: 1, order: [1, 0, 2], error: 20), .init(swaps: 2, order: [1, 2, 0], error: 35)])
    let plain = network("p", isResidual: false, error: 12, blocks: [88, nil, 90])
    #expect(
      view([residual, plain]).finding
        == "r, a residual network of 3 blocks, hardly notices the loss of one: it is wrong about 10.0 % of the images, without "
        + "one of its 3 blocks about 12.0 % in the median, and at worst 50.0 % (layer1.2). Without 2 of them the error is "
        + "40.0 % (30.0 % to 60.0 % in 3 draws). With blocks exchanged 2 times, which leaves Kendall's τ of their order at "
        + "-0.33, it is 35.0 %. "
        + "p, a plain network of 3 blocks, does not survive the loss of one: it is wrong about 12.0 % of the images, without "
        + "one of its 2 blocks (1 that changes the shape cannot be deleted) about 89.0 % in the median, and at worst 90.0 % "
        + "(layer1.2). Guessing is wrong 90.0 % of the time.")
    #expect(view([network("s", error: 10, blocks: [30])]).finding.contains("suffers from the loss of one"))
  }

  @Test("A network that has learned nothing says nothing about lesions")
  func unlearned() {
    #expect(
      view([network("u", error: 89, blocks: [90])]).finding
        == "u is wrong about 89.0 % of the images, hardly less than by guessing, so that lesions of it tell nothing. Guessing is "
        + "wrong 90.0 % of the time.")
  }

  @Test("Blocks that cannot be deleted leave a gap in the line, and an empty cell in the table")
  func gap() throws {
    let view = view([network("p", isResidual: false, error: 12, blocks: [88, nil, 90])])
    #expect(view.figures.map(\.suffix) == [nil, "several"])
    for text in ["One block deleted", "deleted block", "test error (%)", "p, whole 12", "guessing 90", "1000 images"] {
      #expect(view.figures[0].svg.contains(text), "\(text)")
    }
    #expect(view.table.rows.map { $0[5] } == [.number(12), .number(88), .empty, .number(90)])
  }

  @Test("Each treatment has its row, and each number of blocks its median and its band")
  func table() {
    let view = view([
      network(
        "r", error: 10, blocks: [11, 12],
        deletions: [.init(blocks: [0], error: 11), .init(blocks: [1], error: 15), .init(blocks: [0, 1], error: 70)],
        exchanges: [.init(swaps: 1, order: [1, 0], error: 20)])
    ])
    #expect(
      view.table.commaSeparated == """
        network,treatment,count,blocks,kendall_tau,test_error_percent
        r,none,0,,,10.0
        r,one deleted,1,layer1.0,,11.0
        r,one deleted,1,layer1.1,,12.0
        r,several deleted,1,layer1.0,,11.0
        r,several deleted,1,layer1.1,,15.0
        r,several deleted,2,layer1.0 layer1.1,,70.0
        r,exchanged,1,layer1.1 layer1.0,-1.0,20.0

        """)
    #expect(view.figures.map(\.suffix) == [nil, "several", "exchanged"])
    #expect(view.figures[1].svg.contains("r 70") && view.figures[1].svg.contains("fill-opacity"))
    #expect(view.figures[2].svg.contains("pairs of blocks in reversed order (%)"))
  }

  @Test("Medians, shares and lists read as a sentence has them")
  func words() {
    #expect(median(of: [3, 1, 2]) == 2 && median(of: [4, 1, 2, 3]) == 2.5)
    #expect(median(of: []).isNaN && median(of: [1, .nan]).isNaN)
    #expect(inPercent(8.66) == "8.7 %" && inPercent(0.449) == "0.45 %" && inPercent(0) == "0.0 %")
    #expect(inPercent(.nan) == "no number")
    #expect(inPercent(0.996) == "1.0 %" && inPercent(0.994) == "0.99 %")
  }
}
