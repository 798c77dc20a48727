import ResNetCore
import ResNetPlots

extension Report {
  /// Views, each with what is seen, its pictures, what was to be expected and what exactly was measured.
  ///
  /// - Parameter first: the number of the first one, by which it can be jumped to.
  func viewArticles(_ views: [KeptView], from first: Int) -> [Markup] {
    views.enumerated().map { number, view in
      .element(
        "article", ["id": "view-\(first + number)"],
        [.element("h3", [:], Markup(view.title)), .element("p", ["class": "finding"], .prose(view.finding))]
          + view.figures.map(Self.figure) + [
            .element("p", [:], .element("strong", [:], "Expected. "), .prose(view.expectation)),
            .element(
              "p", ["class": "small"], .element("strong", [:], "Measured. "), .prose(view.definition),
              Markup(" (\(view.name), from \(view.folder))")),
          ])
    }
  }
}
