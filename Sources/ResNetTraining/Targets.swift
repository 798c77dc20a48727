/// The share of each class in each sample of a batch, times the weight of the class: what weighted cross-entropy learns from.
enum Targets {
  /// Writes targets `[count, classes]`.
  ///
  /// - Parameters:
  ///   - labels: the class of each sample, `[count]`.
  ///   - shares: the share of each class in each sample, `[count, classes]`, where samples are mixed; else each is of its
  ///     label's class alone.
  ///   - weights: the weight of each class; 1 if `nil`.
  static func write(
    labels: some Collection<Int32>, shares: [Float]?, weights: [Float]?,
    into targets: UnsafeMutableBufferPointer<Float>
  ) {
    if let shares {
      _ = targets.update(fromContentsOf: shares)
    } else {
      targets.update(repeating: 0)
      let classes = targets.count / max(labels.count, 1)
      for (sample, label) in labels.enumerated() { targets[sample * classes + Int(label)] = 1 }
    }
    guard let weights else { return }
    for position in targets.indices { targets[position] *= weights[position % weights.count] }
  }

  /// The class of the greatest share of each sample, the first of equal ones: what a mixed sample is counted as.
  static func labels(_ shares: [Float], count: Int) -> [Int32] {
    let classes = shares.count / max(count, 1)
    return (0..<count).map { sample in
      let row = shares[sample * classes..<(sample + 1) * classes]
      let greatest = row.max()
      return Int32((row.firstIndex { $0 == greatest } ?? row.startIndex) - row.startIndex)
    }
  }
}
