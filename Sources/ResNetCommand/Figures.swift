import Foundation
import ResNet
import ResNetFiles

extension Evaluation {
  /// The confusion matrix as a figure.
  func confusionFigure(model: String) throws -> HeatMap {
    try HeatMap(
      confusion: confusion, classes: perClass.map(\.name), title: "\(model) on \(summary.dataSet)",
      subtitle: "error \(percent(summary.topOneError)), \(counted(summary.images, "image"))")
  }
}

extension HeatMap {
  /// Writes the figure, whole or not at all.
  func write(to path: String) throws { try AtomicFile.write(svg(), to: path) }
}

extension FlameGraph {
  /// Writes the figure, whole or not at all.
  func write(to path: String) throws { try AtomicFile.write(svg(), to: path) }
}

extension LinePlot {
  /// Writes the figure, whole or not at all.
  func write(to path: String) throws { try AtomicFile.write(svg(), to: path) }
}
