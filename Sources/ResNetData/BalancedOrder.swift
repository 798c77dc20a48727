import ResNetCore

/// The order of an epoch in which every class comes equally often.
enum BalancedOrder {
  /// What an epoch draws: position + count · (how often the image came before), `labels.count` of them.
  ///
  /// Where the number of images is no multiple of the number of classes, a random choice of classes comes once more. All
  /// of it is a function of the arguments.
  static func draws(labels: [Int32], seed: UInt64, epoch: Int) -> [Int] {
    var members: [Int32: [Int]] = [:]
    for (position, label) in labels.enumerated() { members[label, default: []].append(position) }
    let classes = members.keys.sorted()
    guard !classes.isEmpty else { return [] }
    var random = RandomNumbers(seed: seed, purpose: .shuffling, epoch: epoch)
    let (share, rest) = labels.count.quotientAndRemainder(dividingBy: classes.count)
    var counts = Array(repeating: share, count: classes.count)
    for lucky in random.permutation(classes.count).prefix(rest) { counts[lucky] += 1 }
    var draws: [Int] = []
    draws.reserveCapacity(labels.count)
    for (label, count) in zip(classes, counts) {
      let images = members[label] ?? []
      // The order of the whole epoch has the index 0.
      var random = RandomNumbers(seed: seed, purpose: .shuffling, epoch: epoch, index: UInt64(label) + 1)
      var (left, round) = (count, 0)
      while left > 0 {
        let drawn = random.permutation(images.count).prefix(left)
        draws += drawn.map { images[$0] + round * labels.count }
        left -= drawn.count
        round += 1
      }
    }
    return random.permutation(draws.count).map { draws[$0] }
  }
}
