import Foundation
import ResNet
import ResNetFiles

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
