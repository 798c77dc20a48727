/// How often the images of each class were taken for each class.
struct ConfusionCounts {
  private let classes: Int
  /// `[true class, predicted class]`, with a last column for images without a predicted class.
  private var counts: [Int]

  init(classes: Int) {
    self.classes = classes
    counts = [Int](repeating: 0, count: classes * (classes + 1))
  }

  /// Adds samples with logits `[count, classes]` and labels `[count]`.
  mutating func add(logits: UnsafeBufferPointer<Float>, labels: some Collection<Int32>) {
    for (sample, label) in labels.enumerated() {
      let row = UnsafeBufferPointer(rebasing: logits[sample * classes..<(sample + 1) * classes])
      counts[Int(label) * (classes + 1) + (Scores.prediction(row) ?? classes)] += 1
    }
  }

  /// The images of one true class by their predicted class.
  func row(_ label: Int) -> [Int] { Array(counts[label * (classes + 1)..<(label + 1) * (classes + 1) - 1]) }

  /// The images of one true class, those without a predicted class too.
  func images(_ label: Int) -> Int { counts[label * (classes + 1)..<(label + 1) * (classes + 1)].reduce(0, +) }
}
