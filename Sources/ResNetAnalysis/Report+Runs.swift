import ResNetCore
import ResNetEngine
import ResNetImages
import ResNetModels
import ResNetTraining

extension Report {
  /// What was trained on what: what all runs have in common, and in a table what they have not.
  var facts: [Markup] {
    guard let first = runs.first else { return [] }
    let facts = runs.map(\.record.facts)
    let names = first.record.facts.map(\.name)
    let (common, others) = names.indices.reduce(into: ([Int](), [Int]())) { parts, index in
      if Set(facts.map { $0[index].value }).count == 1 { parts.0.append(index) } else { parts.1.append(index) }
    }
    let list = Self.list(common.filter { !facts[0][$0].value.isEmpty }.map { (names[$0], facts[0][$0].value) })
    guard !others.isEmpty else { return [list] }
    return [list, table(others.map { index in (names[index], facts.map { $0[index].value }) }, isOfText: true)]
  }

  /// The errors at the end.
  var results: [Markup] {
    guard !runs.isEmpty else { return [] }
    var tables: [Markup] = []
    if runs.contains(where: { !$0.isLookedAt }),
      let comparison = try? Comparison(runs.map { try .init(ofRunAt: $0.path) })
    {
      let summary = comparison.summary
      tables.append(
        Self.table(
          summary.columns, summary.rows.map { $0.map(\.shown) }, caption: "Medians over the seeds, errors in percent"))
    }
    typealias Column = (name: String, value: (RunRecord) -> String?)
    let columns: [Column] = [
      ("state", { $0.state == .finished ? nil : $0.state.rawValue }),
      ("epochs", { $0.lastEpoch.map { "\($0.epoch)" } }),
      ("training error", { $0.lastEpoch.map { percentage($0.trainingError) } }),
      ("test error", { $0.lastEpoch?.evaluation.map { percentage($0.topOneError) } }),
      ("best epoch", { $0.best.map { "\(percentage($0.topOneError)) (\($0.epoch))" } }),
      ("last test", { $0.evaluation.map { percentage($0.topOneError) } }),
      ("top-5 error", { ($0.evaluation ?? $0.lastEpoch?.evaluation)?.topFiveError.map { percentage($0) } }),
      ("training loss", { $0.lastEpoch.map { lossText($0.trainingLoss) } }),
      ("test loss", { $0.lastEpoch?.evaluation.map { lossText($0.loss) } }),
      ("calibration error", { ($0.evaluation ?? $0.lastEpoch?.evaluation).map { percentage($0.calibrationError) } }),
      ("time", { clockTime($0.seconds) + ($0.sittings.count > 1 ? " in \($0.sittings.count) sittings" : "") }),
    ]
    // What no run has makes no column.
    let shown = columns.filter { column in runs.contains { column.value($0.record) != nil } }
    let values = shown.map { column in (column.name, runs.map { column.value($0.record) ?? "–" }) }
    tables.append(runs.count == 1 ? Self.list(values.map { ($0.0, $0.1[0]) }) : table(values))
    let words =
      "The training error is that of the last epoch's images as they were trained on, the test error that of the test "
      + "images after it; an image counts as wrong where its class does not have the greatest logit. Losses are mean "
      + "cross-entropies in nats. The calibration error is how far confidence lies from accuracy (Guo et al. 2017, "
      + "https://arxiv.org/abs/1706.04599)."
    return tables + [.element("p", ["class": "small"], .prose(words))]
  }

  /// Names and what belongs to them.
  static func list(_ entries: [(name: String, value: String)]) -> Markup {
    .element(
      "dl", ["class": "facts"],
      entries.map { entry in
        .element(
          "div", [:], .element("dt", [:], Markup(entry.name)), .element("dd", [:], Markup(entry.value)))
      })
  }

  /// What was measured of each run: a column for each, or where they are many a row.
  private func table(_ measures: [(name: String, values: [String])], isOfText: Bool = false) -> Markup {
    let names = runs.map(\.name)
    guard names.count > Self.mostColumns else {
      return Self.table([""] + names, measures.map { [$0.name] + $0.values }, isOfText: isOfText)
    }
    let rows = names.enumerated().map { run, name in [name] + measures.map { $0.values[run] } }
    return Self.table(["run"] + measures.map(\.name), rows, isOfText: isOfText)
  }

  /// How many runs have a column each.
  private static let mostColumns = 4

  /// A table that can be moved sideways where the page is narrower.
  ///
  /// - Parameter isOfText: whether cells hold words, which stand to the left.
  static func table(_ head: [String], _ rows: [[String]], caption: String? = nil, isOfText: Bool = false) -> Markup {
    let cells = rows.map { row in
      Markup.element(
        "tr", [:],
        [.element("th", ["scope": "row"], Markup(row.first ?? ""))]
          + row.dropFirst().map { .element("td", [:], Markup($0)) })
    }
    return .element(
      "div", ["class": "sideways"],
      .element(
        "table", ["class": isOfText ? "words" : nil],
        (caption.map { [.element("caption", [:], Markup($0))] } ?? []) + [
          .element("thead", [:], .element("tr", [:], head.map { .element("th", ["scope": "col"], Markup($0)) })),
          .element("tbody", [:], cells),
        ]))
  }
}

extension RunRecord {
  /// What the run was, name by name; a value that says nothing is empty.
  fileprivate var facts: [(name: String, value: String)] {
    let sitting = sittings.first
    return [
      ("network", "\(network), \(architecture.kind.rawValue)"), ("layers", "\(architecture.depth)"),
      ("parameters", grouped(parameters)),
      ("normalisation", architecture.normalization == .batch ? "" : architecture.normalization.rawValue),
      ("trained on", "\(data.training.name), \(images(data.training))"),
      ("tested on", data.test.map { "\($0.name), \(images($0))" } ?? "nothing"),
      ("began with", from.map { $0.place ?? "a model" } ?? ""),
      ("recipe", "\(recipe.name): \(recipe.length), batches of \(recipe.batch)"),
      ("learning rate", "\(recipe.learningRate), \(recipe.schedule)"),
      (
        "descent",
        "momentum \(recipe.momentum)\(recipe.nesterov ? " (Nesterov)" : ""), weight decay \(recipe.weightDecay)"
          + (recipe.decaysNormalizationAndBiases || recipe.weightDecay == 0 ? "" : " of weights alone")
      ),
      ("changes of images", recipe.augmentation.words),
      ("seed", "\(seed)"),
      ("precision", precision.rawValue),
      ("machine", sitting.map { "\($0.processor), \(counted(threads, "thread"))" } ?? ""),
      ("system", sitting.map { "\($0.system), resnet \($0.version)" } ?? ""),
      ("begun", sitting.map { Self.moment($0.began) } ?? ""),
      ("problem", problem ?? ""),
    ]
  }

  /// A time such as 2026-11-22T05:44:18Z as people write it, to the minute.
  private static func moment(_ time: String) -> String {
    guard time.count == 20, time.hasSuffix("Z") else { return time }
    return time.prefix(16).replacing("T", with: " ") + " UTC"
  }
}
