import ResNetCore
import ResNetData

extension DataSet {
  /// So many images drawn at random, the same for the same seed, in the set's own order; all where it has no more.
  ///
  /// - Throws: `ResNetError` of code `usage` for less than one image.
  func drawn(_ images: Int, seed: UInt64) throws -> DataSet {
    subset(try drawnPositions(images, seed: seed), name: name)
  }

  /// The places in the set of the images that `drawn` gives.
  func drawnPositions(_ images: Int, seed: UInt64) throws -> [Int] {
    guard images > 0 else {
      throw ResNetError(.usage, "\(images) images show nothing", at: name, remedy: "Use at least one")
    }
    guard images < count else { return Array(0..<count) }
    var random = RandomNumbers(seed: seed, purpose: .testing)
    return random.permutation(count).prefix(images).sorted()
  }
}

/// Different sets of `size` of the numbers below `count`, each in order: as many as there are, at most `draws`; the same
/// for the same seed.
func drawnSubsets(of count: Int, size: Int, draws: Int, seed: UInt64) -> [[Int]] {
  let limit = min(draws, combinations(count, size))
  var seen: Set<[Int]> = []
  var subsets: [[Int]] = []
  var draw: UInt64 = 0
  while subsets.count < limit {
    var random = RandomNumbers(seed: seed, purpose: .testing, epoch: size, index: draw)
    let subset = random.permutation(count).prefix(size).sorted()
    if seen.insert(subset).inserted { subsets.append(subset) }
    draw += 1
  }
  return subsets
}

/// In how many ways `size` of `count` things can be chosen; the greatest number there is where they are more.
func combinations(_ count: Int, _ size: Int) -> Int {
  var result = 1
  for taken in 0..<min(size, count - size) {
    let (product, overflow) = result.multipliedReportingOverflow(by: count - taken)
    guard !overflow else { return .max }
    // The product is C(count, taken + 1) times this, so nothing is left over.
    result = product / (taken + 1)
  }
  return result
}

/// The shares of the subsets of `count` things that have 0, 1, … `count` of them: C(count, k) / 2^count.
func binomialShares(_ count: Int) -> [Double] {
  // Each thing more is taken by one half of the subsets. Halving is exact, and what is too small to be a number is 0.
  (0..<count).reduce(into: [1.0]) { shares, _ in
    shares = (0...shares.count).map { size in
      ((size < shares.count ? shares[size] : 0) + (size > 0 ? shares[size - 1] : 0)) / 2
    }
  }
}
