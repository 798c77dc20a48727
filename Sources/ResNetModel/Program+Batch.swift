import ResNetData
import ResNetEngine

extension Program {
  /// Takes the images of a batch, and its labels where the purpose takes labels: the program needs only be run.
  package func take(_ batch: Batch) {
    _ = input.update(fromContentsOf: batch.images)
    if !labels.isEmpty { _ = labels.update(fromContentsOf: batch.labels) }
  }
}
