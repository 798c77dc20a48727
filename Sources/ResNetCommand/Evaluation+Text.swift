import ResNet

extension Evaluation {
  /// Classes in a table; of more, some of the worst are shown.
  private static let mostClasses = 20

  /// All that a person wants to know about one model: the numbers, the classes, and what is confused most often.
  func text(model: String) -> String {
    let speed = fixed(summary.imagesPerSecond, 0)
    let heading = "\(cell(model)) on \(cell(self.dataSet)) (\(counted(self.images, "image")), \(speed) images/s)"
    let parts = [
      [shortened(heading, to: Columns.lineWidth)], Columns.table(numbers), Columns.table(classes),
      confusions.isEmpty ? [] : Columns.table(confusions), unpredicted,
    ]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var numbers: [[String]] {
    [["error", percent(self.topOneError)]] + (self.topFiveError.map { [["top-5 error", percent($0)]] } ?? [])
      + [["loss", lossText(self.loss)], ["calibration error", percent(self.calibrationError)]]
  }

  private var classes: [[String]] {
    let isShort = perClass.count <= Self.mostClasses
    let worst = perClass.enumerated().sorted { first, second in
      // A class without images is no bad one.
      let (one, other) = (first.element.error ?? -1, second.element.error ?? -1)
      return one != other ? one > other : first.offset < second.offset
    }
    let shown = isShort ? perClass : worst.prefix(10).map(\.element)
    let head = isShort ? "class" : "class (the \(shown.count) worst of \(perClass.count))"
    return [[head, "images", "error"]]
      + shown.map { [cell($0.name), "\($0.images)", $0.error.map { percent($0) } ?? "–"] }
  }

  /// The five mistakes that are made most often.
  private var confusions: [[String]] {
    var pairs: [(label: Int, predicted: Int, count: Int)] = []
    for (label, row) in confusion.enumerated() {
      for (predicted, count) in row.enumerated() where predicted != label && count > 0 {
        pairs.append((label, predicted, count))
      }
    }
    // The order of equal counts is that of the classes.
    let most = pairs.sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }.prefix(5)
    func name(_ label: Int) -> String { shortened(cell(perClass[label].name), to: 30) }
    return most.isEmpty
      ? []
      : [["most often confused (true → predicted)", "images"]]
        + most.map { ["\(name($0.label)) → \(name($0.predicted))", "\($0.count)"] }
  }

  private var unpredicted: [String] {
    let count = self.images - confusion.reduce(0) { $0 + $1.reduce(0, +) }
    return count == 0 ? [] : ["\(count) of \(self.images) images have no predicted class: logits that are not numbers"]
  }
}
