import ResNetCore
import ResNetPlots

extension Evaluation {
  /// A mistake that is made more than once, or may be.
  public struct Confusion: Hashable, Sendable {
    /// The position of the class that the images have.
    public var label: Int
    /// The position of the class that they were taken for.
    public var predicted: Int
    /// How many images.
    public var count: Int
  }

  /// The mistakes that are made most often, the commonest first; equal ones in the order of the classes.
  public func confusions(most limit: Int) -> [Confusion] {
    let all = confusion.enumerated().flatMap { label, row in
      row.enumerated().filter { $0.offset != label && $0.element > 0 }
        .map { Confusion(label: label, predicted: $0.offset, count: $0.element) }
    }
    let sorted = all.sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
    return Array(sorted.prefix(limit))
  }

  /// The positions of the classes with the greatest errors, the worst first; equal ones in their order, and those without
  /// images last.
  public func worstClasses(most limit: Int) -> [Int] {
    // A class without images is no bad one.
    let errors = perClass.map { $0.error ?? -1 }
    return Array(errors.indices.sorted { (errors[$1], $0) < (errors[$0], $1) }.prefix(limit))
  }

  /// The confusion matrix as a figure.
  ///
  /// - Throws: `ResNetError` of code `usage` where there are no classes.
  public func confusionFigure(model: String) throws -> HeatMap {
    try HeatMap(
      confusion: confusion, classes: perClass.map(\.name), title: "\(model) on \(summary.dataSet)",
      subtitle: "error \(percent(summary.topOneError)), \(counted(summary.images, "image"))")
  }
}
