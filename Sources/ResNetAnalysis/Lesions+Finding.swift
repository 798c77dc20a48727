import ResNetCore

extension Lesions {
  /// How much each network misses a block, several blocks and their order.
  public var finding: String {
    (networks.map { $0.finding(chance: chance) } + ["Guessing is wrong \(inPercent(chance)) of the time."])
      .joined(separator: " ")
  }
}

extension Lesions.Network {
  /// What came of the network.
  fileprivate func finding(chance: Double) -> String {
    guard chance - error >= Self.leastLearned else {
      return
        "\(name) is wrong about \(inPercent(error)) of the images, hardly less than by guessing, so that lesions of it "
        + "tell nothing."
    }
    return [verdict(chance: chance), severalSentence, exchangeSentence].compactMap(\.self).joined(separator: " ")
  }

  /// A network that is not this much better than guessing, in points, has nothing that a lesion could take away.
  private static let leastLearned = 10.0

  /// What one block means to it.
  private func verdict(chance: Double) -> String {
    let single = blocks.compactMap { block in block.error.map { (block.name, $0) } }
    let middle = median(of: single.map(\.1))
    // How much of what it has learned the loss of a block takes, in the median.
    let loss = (middle - error) / (chance - error)
    let effect =
      loss < 0.1
      ? "hardly notices the loss of one"
      : loss < 0.5 ? "suffers from the loss of one" : "does not survive the loss of one"
    let others = blocks.count - single.count
    let rest = others == 0 ? "" : " (\(others) that change\(others == 1 ? "s" : "") the shape cannot be deleted)"
    let worst = single.max { $0.1 < $1.1 }.map { ", and at worst \(inPercent($0.1)) (\($0.0))" } ?? ""
    return "\(name), \(isResidual ? "a residual" : "a plain") network of \(counted(blocks.count, "block")), \(effect): "
      + "it is wrong about \(inPercent(error)) of the images, without one of its \(counted(single.count, "block"))\(rest) "
      + "about \(inPercent(middle)) in the median\(worst)."
  }

  private var severalSentence: String? {
    let deletable = blocks.count(where: { $0.error != nil })
    let counts = Set(deletions.map(\.blocks.count)).filter { $0 > 1 }.sorted()
    // The number nearest to half of the blocks; of two, the smaller.
    guard let half = counts.min(by: { abs(2 * $0 - deletable) < abs(2 * $1 - deletable) }) else { return nil }
    let errors = deletions.filter { $0.blocks.count == half }.map(\.error)
    return "Without \(half) of them the error is \(spread(errors))."
  }

  private var exchangeSentence: String? {
    guard let most = exchanges.map(\.swaps).max() else { return nil }
    let last = exchanges.filter { $0.swaps == most }
    let tau = fixed(median(of: last.map(\.kendallTau)), 2)
    return "With blocks exchanged \(counted(most, "time")), which leaves Kendall's τ of their order at \(tau), it is "
      + "\(spread(last.map(\.error)))."
  }

  /// The median with what it is the median of.
  private func spread(_ errors: [Double]) -> String {
    guard errors.count > 1, let least = errors.min(), let greatest = errors.max() else {
      return inPercent(errors.first ?? .nan)
    }
    return
      "\(inPercent(median(of: errors))) (\(inPercent(least)) to \(inPercent(greatest)) in \(counted(errors.count, "draw")))"
  }
}
