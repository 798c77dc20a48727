import ResNetCore

/// All that is done to one network, and what the errors are of.
struct PlannedLesions: Sendable {
  let blocks: BlockList
  private let deletions: [[Int]]
  private let exchanges: [(swaps: Int, order: [Int])]

  init(_ blocks: BlockList, draws: Int, seed: UInt64) {
    self.blocks = blocks
    let deletable = blocks.deletable
    deletions = Self.counts(upTo: deletable.count).flatMap { count in
      drawnSubsets(of: deletable.count, size: count, draws: draws, seed: seed).map { $0.map { deletable[$0] } }
    }
    let groups = blocks.exchangeable
    exchanges = Self.counts(upTo: groups.joined().count).flatMap { swaps in
      (0..<draws).map { draw in
        (swaps, Self.order(of: blocks.blocks.count, groups: groups, swaps: swaps, draw: draw, seed: seed))
      }
    }
  }

  /// Whole numbers from 1 to the greatest, all of them or some at equal distances.
  static func counts(upTo greatest: Int) -> [Int] {
    guard greatest > Lesions.mostCounts else { return (0..<greatest).map { $0 + 1 } }
    let most = Lesions.mostCounts
    return Set([1] + (1...most).map { (2 * greatest * $0 + most) / (2 * most) }).sorted()
  }

  /// An order of the blocks after pairs of one group, each as likely as any other, have changed places.
  static func order(of count: Int, groups: [[Int]], swaps: Int, draw: Int, seed: UInt64) -> [Int] {
    let pairs = groups.flatMap { group in
      group.indices.flatMap { first in group[(first + 1)...].map { (group[first], $0) } }
    }
    // Deletions have the same purpose and epochs, and lower indices.
    var random = RandomNumbers(seed: seed, purpose: .testing, epoch: swaps, index: (1 << 32) + UInt64(draw))
    var order = Array(0..<count)
    for _ in 0..<swaps {
      let (first, second) = pairs[random.integer(below: pairs.count)]
      order.swapAt(first, second)
    }
    return order
  }

  /// Nothing; the loss of each block; that of several; exchanges.
  var treatments: [Treatment] {
    [Treatment()] + blocks.deletable.map { Treatment(deleted: [$0]) } + deletions.map { Treatment(deleted: $0) }
      + exchanges.map { Treatment(order: $0.order) }
  }

  /// What the errors under `treatments` say of a network.
  func network(_ errors: [Double], name: String) -> Lesions.Network {
    let deletable = blocks.deletable
    let single = Dictionary(uniqueKeysWithValues: zip(deletable, errors[1...]))
    let several = zip(deletions, errors[(1 + deletable.count)...])
    let exchanged = zip(exchanges, errors[(1 + deletable.count + deletions.count)...])
    return Lesions.Network(
      name: name, isResidual: blocks.isResidual, error: errors[0],
      blocks: blocks.blocks.enumerated().map { Lesions.Block(name: $0.element.name, error: single[$0.offset]) },
      deletions: several.map { Lesions.Deletion(blocks: $0, error: $1) },
      exchanges: exchanged.map { Lesions.Exchange(swaps: $0.swaps, order: $0.order, error: $1) })
  }
}
