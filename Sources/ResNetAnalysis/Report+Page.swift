import ResNetCore
import ResNetFiles
import ResNetModel
import ResNetModels
import ResNetPlots
import ResNetTraining

extension Report {
  /// Writes the page as a file, whole or not at all, in place of one that is there.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where it cannot be written; what `html()` throws.
  public func write(to path: String) throws { try AtomicFile.write(html(), to: path) }

  /// The page as HTML that is well-formed XML too; the same report gives the same bytes.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where memory for pictures is missing.
  public func html() throws -> String {
    let sections = try self.sections
    let page = Markup.element(
      "html", ["xmlns": "http://www.w3.org/1999/xhtml", "lang": "en"],
      .element(
        "head", [:], .element("meta", ["charset": "utf-8"]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]), .element("title", [:], Markup(title)),
        Markup(style: Self.style)),
      .element(
        "body", [:], header(sections),
        .element("main", [:], sections.map(\.markup)),
        .element("footer", [:], .element("p", [:], "Made by resnet report \(packageVersion)."))))
    return "<!DOCTYPE html>\n" + page.text
  }

  /// A part of the page that can be jumped to.
  struct Section {
    /// Its name in addresses; no two sections have the same.
    let id: String
    let title: String
    let content: [Markup]

    var markup: Markup {
      .element("section", ["id": id], [.element("h2", [:], Markup(title))] + content)
    }
  }

  private var sections: [Section] {
    get throws {
      let comparisons = views.filter { $0.name == Comparison.name }
      let others = views.filter { $0.name != Comparison.name }
      let all = [
        Section(id: "training", title: "What was trained on what", content: facts),
        Section(id: "comparison", title: "How the networks compare", content: viewArticles(comparisons, from: 1)),
        Section(id: "results", title: "What came of it", content: results),
        Section(id: "curves", title: "How training went", content: try curves),
        Section(id: "diagnosis", title: "What is wrong, and what to change", content: diagnosis),
        Section(id: "mistakes", title: "What is mistaken for what", content: try mistakes),
        Section(id: "views", title: "Why it works", content: viewArticles(others, from: comparisons.count + 1)),
      ]
      return all.filter { !$0.content.isEmpty }
    }
  }

  /// What is at the top: what the page is about, what it lacks, and where to find what.
  private func header(_ sections: [Section]) -> Markup {
    let links = sections.map { section in
      Markup.element("li", [:], .element("a", ["href": "#\(section.id)"], Markup(section.title)))
    }
    return .element(
      "header", [:],
      [.element("h1", [:], Markup(title)), .element("p", ["class": "lead"], Markup(lead))] + tiles
        + [notice, .element("nav", ["aria-label": "Contents"], .element("ul", [:], links))])
  }

  /// What the page lacks, where it lacks something.
  private var notice: Markup {
    guard !notes.isEmpty else { return "" }
    return .element(
      "aside", ["class": "notes"], .element("h2", [:], "Not on this page"),
      .element("ul", [:], notes.map { .element("li", [:], Markup($0)) }))
  }

  /// The networks, each once.
  var networkNames: [String] {
    runs.map(\.record.network).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// What the page is about.
  var title: String {
    guard !runs.isEmpty else { return views.count == 1 ? views[0].title : "Why networks work" }
    let names = networkNames
    let networks = names.count <= 4 ? listed(names) : "\(names.count) networks"
    let sets = Set(runs.map(\.record.data.training.name))
    guard let set = sets.first, sets.count == 1 else { return networks }
    // The parts of a set are called after it.
    return "\(networks) on \(set.hasSuffix(" training") ? String(set.dropLast(" training".count)) : set)"
  }

  private var lead: String {
    guard let run = runs.first?.record else { return counted(views.count, "view") + " of networks." }
    if runs.count > 1 {
      let tested = runs.compactMap { run in run.record.testError.map { (run.name, $0) } }
      let best = tested.min { $0.1 < $1.1 }
      return "\(runs.count) runs of \(counted(networkNames.count, "network"))."
        + (best.map { " The least test error at the end is that of \($0.0): \(percentage($0.1))." } ?? "")
    }
    let state =
      switch run.state {
      case .finished: "was trained"
      case .running, .interrupted: "is being trained"
      case .failed: "failed in training"
      }
    return "A \(run.architecture.kind.rawValue) network of \(counted(run.architecture.depth, "layer")) \(state) on "
      + "\(images(run.data.training)) for \(counted(run.lastEpoch?.epoch ?? 0, "epoch"))"
      + (run.data.test.map { ", and tested on \(grouped($0.count)) others." } ?? ".")
  }

  /// The few figures that matter most of a single run.
  private var tiles: [Markup] {
    guard runs.count == 1, let run = runs.first?.record else { return [] }
    let figures = [
      run.testError.map { ("test error", percentage($0)) },
      run.lastEpoch.map { ("training error", percentage($0.trainingError)) },
      ("parameters", grouped(run.parameters)), ("time", clockTime(run.seconds)),
    ].compactMap(\.self)
    return [
      .element(
        "dl", ["class": "tiles"],
        figures.map { name, value in
          .element("div", [:], .element("dt", [:], Markup(name)), .element("dd", [:], Markup(value)))
        })
    ]
  }
}

extension RunRecord {
  /// The error at the end on images that the run tested on, in percent: on those of a last test, if there was one.
  var testError: Double? { (evaluation ?? lastEpoch?.evaluation)?.topOneError }
}

/// An error in percent, in the two places that papers give; it stays on one line.
func percentage(_ value: Double, places: Int = 2) -> String {
  value.isFinite ? percent(value, places).replacing(" ", with: "\u{A0}") : "no number"
}

/// So many images.
func images(_ set: RunRecord.Images) -> String { "\(grouped(set.count)) image\(set.count == 1 ? "" : "s")" }
