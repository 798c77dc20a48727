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
      commonest.isEmpty ? [] : Columns.table(commonest), unpredicted,
    ]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var numbers: [[String]] {
    [["error", percent(self.topOneError)]] + (self.topFiveError.map { [["top-5 error", percent($0)]] } ?? [])
      + [["loss", lossText(self.loss)], ["calibration error", percent(self.calibrationError)]]
  }

  private var classes: [[String]] {
    let isShort = perClass.count <= Self.mostClasses
    let shown = isShort ? perClass : worstClasses(most: 10).map { perClass[$0] }
    let head = isShort ? "class" : "class (the \(shown.count) worst of \(perClass.count))"
    return [[head, "images", "error"]]
      + shown.map { [cell($0.name), "\($0.images)", $0.error.map { percent($0) } ?? "–"] }
  }

  /// The five mistakes that are made most often.
  private var commonest: [[String]] {
    let most = confusions(most: 5)
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
