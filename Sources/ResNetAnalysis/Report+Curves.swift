import ResNetCore
import ResNetPlots
import ResNetTraining

extension Report {
  /// Errors and losses by epoch, several runs together.
  var curves: [Markup] {
    get throws {
      let known = runs.filter { $0.curve != nil }
      // Where there are too many, those that are looked at stand for the others.
      let isCrowded = known.count > Self.mostCurves
      let shown = (isCrowded ? known.filter(\.isLookedAt) : known).compactMap(\.curve)
      guard !shown.isEmpty else { return [] }
      let isPart = shown.count < known.count
      let subtitle = isPart ? "\(shown.count) of \(known.count) runs: of each network one" : nil
      return [
        try Self.figure(RunCurve.figure(of: shown, title: "Errors by epoch", subtitle: subtitle).svg()),
        try Self.figure(RunCurve.lossFigure(of: shown, title: "Losses by epoch", subtitle: subtitle).svg()),
      ]
    }
  }

  /// A figure that was drawn just now.
  static func figure(_ svg: String) throws -> Markup { figure(try SVGFigure(svg, at: "a figure of the page")) }

  /// A figure of a page; one that is broader than the text may leave its column.
  static func figure(_ figure: SVGFigure) -> Markup {
    .element("figure", ["class": figure.width > mostShrunk ? "broad" : nil], Markup(figure))
  }

  /// What is wrong with each run; those that nothing is wrong with in one sentence.
  var diagnosis: [Markup] {
    let diagnoses = runs.compactMap { run in run.measurements.map { (run.name, Diagnosis(of: $0)) } }
    let sound = diagnoses.filter { $0.1.findings.isEmpty }
    let broken = diagnoses.filter { !$0.1.findings.isEmpty }
    var parts: [Markup] = []
    if let first = sound.first {
      let whole = diagnoses.count == 1 ? "Nothing is wrong" : "Nothing is wrong with \(listed(sound.map(\.0)))"
      parts.append(.element("p", [:], "\(whole), as far as can be seen."))
      parts.append(Self.looked(first.1))
    }
    for (name, diagnosis) in broken {
      if diagnoses.count > 1 { parts.append(.element("h3", [:], Markup(name))) }
      parts.append(.element("ol", ["class": "findings"], diagnosis.findings.map(Self.finding)))
      parts.append(Self.looked(diagnosis))
    }
    return parts
  }

  private static func finding(_ finding: Diagnosis.Finding) -> Markup {
    .element(
      "li", [:], .element("strong", [:], Markup(finding.fault)),
      list([("measured", finding.measured), ("meaning", finding.meaning), ("change", finding.remedy)]))
  }

  private static func looked(_ diagnosis: Diagnosis) -> Markup {
    let rest = diagnosis.notLooked.isEmpty ? "" : " Not looked at: \(diagnosis.notLooked.joined(separator: "; "))."
    return .element(
      "p", ["class": "small"], "Looked at: \(diagnosis.looked.joined(separator: "; ")).\(rest)")
  }
}
