import ResNetCore

extension Lesions {
  /// As in `resnet analyze lesion`.
  public static let name = "lesion"

  /// What deleting and exchanging mean, and what is measured.
  public static let definition = """
    A block of a trained network is deleted by setting the output of its branch to zero and keeping its shortcut; a block \
    of a plain network by passing on what it is given in place of its output, which is possible where both have one \
    shape. Several blocks at once are drawn at random. Two blocks are exchanged by giving each the weights and running \
    statistics of the other; both belong to one stage and have weights of the same shapes, and every such pair is as \
    likely as any other. How far the order is from the trained one is the share of all pairs of blocks that stand the \
    other way round, (1 − τ) / 2 with Kendall's τ. The error is that of classification on test images, by running \
    statistics; nothing is trained again. The line is the median over the draws, the band reaches from the least to the \
    greatest error. After Veit, Wilber and Belongie, "Residual networks behave like ensembles of relatively shallow \
    networks" (2016).
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    A residual network hardly notices the loss of one block, unless it is one that changes the shape, and its error \
    rises smoothly with the number of blocks that are deleted or exchanged; a plain network falls to chance with the \
    first one. Veit et al. (2016), https://arxiv.org/abs/1605.06431.
    """

  /// What the view shows, of which networks.
  public var title: String { "Deleted and exchanged blocks: \(listed(networks.map(\.name)))" }

  /// A row for each treatment of each network.
  public var table: ViewTable {
    ViewTable(
      trusted: ["network", "treatment", "count", "blocks", "kendall_tau", "test_error_percent"],
      networks.flatMap { network in
        func names(_ blocks: [Int]) -> ViewTable.Cell {
          .text(blocks.map { network.blocks[$0].name }.joined(separator: " "))
        }
        func row(
          _ treatment: String, _ count: Int, _ blocks: ViewTable.Cell, tau: Double? = nil, error: Double?
        ) -> [ViewTable.Cell] {
          [
            .text(network.name), .text(treatment), .integer(count), blocks, tau.map { .number($0) } ?? .empty,
            error.map { .number($0) } ?? .empty,
          ]
        }
        return [row("none", 0, .empty, error: network.error)]
          + network.blocks.map { row("one deleted", 1, .text($0.name), error: $0.error) }
          + network.deletions.map { row("several deleted", $0.blocks.count, names($0.blocks), error: $0.error) }
          + network.exchanges.map { row("exchanged", $0.swaps, names($0.order), tau: $0.kendallTau, error: $0.error) }
      })
  }
}
