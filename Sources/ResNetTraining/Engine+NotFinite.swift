import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

extension Engine {
  /// The error for a batch whose loss is not finite, which names the first layer whose output is not.
  ///
  /// - Parameter explosion: that of the gradients before, if there was one.
  func notFinite(
    _ batch: Batch, step: Int, epoch: Int, after explosion: GradientWatch.Explosion? = nil
  ) -> ResNetError {
    let layer = firstLayerNotFinite(batch)
    return ResNetError(
      .data,
      "the loss is not finite" + (layer.map { ": the first output that is not is that of layer \($0)" } ?? "")
        + (explosion.map { "; \($0)" } ?? ""),
      at: "step \(step) in epoch \(epoch)",
      remedy: "Use a lower learning rate, or a longer warm-up; what was saved before is kept")
  }

  /// Runs the batch once more with all outputs kept; `nil` where all are finite or memory for that is missing.
  private func firstLayerNotFinite(_ batch: Batch) -> String? {
    var purpose = Purpose(statistics: .batch)
    purpose.observations = Set(graph.layers.map(\.name))
    do {
      let program = try program(batch: batch.count, purpose: purpose)
      program.take(batch)
      try program.run()
      return try graph.layers.first { layer in
        try !program.activation(layer.name).scalars.allSatisfy(\.isFinite)
      }?.name
    } catch {
      return nil
    }
  }
}
