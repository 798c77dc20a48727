import ResNetCore
import ResNetImages
import ResNetPlots
import ResNetTraining

extension Report {
  /// The most classes of a table; of more, the worst are shown.
  private static let mostClasses = 40

  /// For each run that was looked at the confusion matrix and the worst mistakes; for all together the errors of classes.
  var mistakes: [Markup] {
    get throws {
      let looked = runs.compactMap { run in run.evaluation.map { (run: run, evaluation: $0) } }
      // Columns of one table are about the same classes and images.
      var groups: [[(run: Run, evaluation: Evaluation)]] = []
      for entry in looked {
        let group = groups.firstIndex { Self.areAlike($0[0].evaluation, entry.evaluation) }
        if let group { groups[group].append(entry) } else { groups.append([entry]) }
      }
      let parts = try looked.flatMap { entry -> [Markup] in
        let figure = try entry.evaluation.confusionFigure(model: entry.run.name).svg()
        let heading = Markup.element("h3", [:], "What \(entry.run.name) mistakes")
        return (looked.count > 1 ? [heading] : []) + [try Self.figure(figure), Self.commonest(entry.evaluation)]
          + (try gallery(entry.run))
      }
      return groups.map(Self.classTable) + parts
    }
  }

  private static func areAlike(_ one: Evaluation, _ other: Evaluation) -> Bool {
    one.dataSet == other.dataSet && one.perClass.map(\.name) == other.perClass.map(\.name)
      && one.perClass.map(\.images) == other.perClass.map(\.images)
  }

  /// The mistakes that are made most often, in a sentence.
  private static func commonest(_ evaluation: Evaluation) -> Markup {
    let most = evaluation.confusions(most: 5)
    guard !most.isEmpty else { return .element("p", [:], "Every image is taken for what it is.") }
    func name(_ label: Int) -> String { evaluation.perClass[label].name }
    let pairs = most.map { "\(name($0.label)) for \(name($0.predicted)) (\($0.count))" }
    return .element("p", [:], "Most often taken for another: \(listed(pairs)).")
  }

  /// The error of each class, a column for each run, as a number and as a bar.
  private static func classTable(_ group: [(run: Run, evaluation: Evaluation)]) -> Markup {
    let classes = group[0].evaluation.perClass
    let isWhole = classes.count <= mostClasses
    let shown = isWhole ? Array(classes.indices) : group[0].evaluation.worstClasses(most: mostClasses)
    let errors = shown.map { label in group.map { $0.evaluation.perClass[label].error } }
    let greatest = errors.joined().compactMap(\.self).max() ?? 0
    let rows = zip(shown, errors).map { label, errors in
      Markup.element(
        "tr", [:],
        [
          .element("th", ["scope": "row"], Markup(classes[label].name)),
          .element("td", [:], Markup(grouped(classes[label].images))),
        ]
          + errors.flatMap { error -> [Markup] in
            let width = greatest > 0 ? 100 * (error ?? 0) / greatest : 0
            return [
              .element("td", [:], Markup(error.map { percentage($0) } ?? "–")),
              .element("td", ["class": "bar"], .element("i", ["style": "width:\(fixed(width, 1))%"])),
            ]
          })
    }
    let errorHeads = group.map { entry in
      Markup.element(
        "th", ["scope": "col", "colspan": "2"], Markup(group.count == 1 ? "error" : "error of \(entry.run.name)"))
    }
    let head = ["class", "images"].map { Markup.element("th", ["scope": "col"], Markup($0)) } + errorHeads
    let caption =
      "Errors by class on \(group[0].evaluation.dataSet)"
      + (isWhole ? "" : ": the \(mostClasses) worst of \(classes.count) classes")
    return .element(
      "div", ["class": "sideways"],
      .element(
        "table", ["class": "classes"], .element("caption", [:], Markup(caption)),
        .element("thead", [:], .element("tr", [:], head)), .element("tbody", [:], rows)))
  }

  /// The mistakes that a run's model was surest of, with their pictures.
  private func gallery(_ run: Run) throws -> [Markup] {
    guard !run.mistakes.isEmpty, let classes = run.evaluation?.perClass.map(\.name) else { return [] }
    let items = try run.mistakes.map { entry -> Markup in
      let mistake = entry.mistake
      let (own, predicted) = (classes[mistake.label], classes[mistake.predicted])
      func share(_ probability: Double) -> String { percentage(100 * probability, places: 1) }
      let picture: Markup =
        if let image = entry.picture {
          .element(
            "img",
            [
              "src": try image.dataAddress(), "width": "\(image.width)", "height": "\(image.height)",
              "class": max(image.width, image.height) < 96 ? "pixels" : nil,
              "alt": "Image \(mistake.position): \(own), taken for \(predicted)",
            ])
        } else {
          .element("span", ["class": "gone"], "The picture cannot be read.")
        }
      return .element(
        "li", [:], .element("span", ["class": "frame"], picture),
        .element("span", ["class": "said"], .element("b", [:], Markup(predicted)), " \(share(mistake.probability))"),
        .element("span", ["class": "said"], "is \(own) \(share(mistake.ownProbability))"))
    }
    let words =
      "The mistakes that \(run.name) was surest of: what it says and how surely, below that what the image is and how "
      + "likely the network held that."
    return [.element("p", [:], Markup(words)), .element("ul", ["class": "mistakes"], items)]
  }
}
