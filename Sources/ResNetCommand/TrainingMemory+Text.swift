import ResNet

extension TrainingMemory {
  /// What a step of so many images takes of memory, as a small table.
  ///
  /// - Parameter runBytes: what a run takes besides.
  func table(batch: Int, runBytes: Int) -> String {
    let rows = [
      ("activations, gradients", arenaBytes), ("parameters", parameterBytes), ("packed copies", packedBytes),
      ("optimiser", optimizerBytes), ("program, libraries", otherBytes), ("in all", totalBytes),
    ]
    let table = Columns.table(rows.filter { $0.1 > 0 }.map { [$0.0, mebibytes($0.1)] })
    return
      (["memory to train with batches of \(batch)"] + table
      + ["computed twice: \(recomputed)", "a run takes \(mebibytes(runBytes)) more to save its model, and its data"])
      .joined(separator: "\n")
  }

  private var recomputed: String {
    recomputedLayers == 0 ? recomputation : "\(recomputation) (\(recomputedLayers) outputs)"
  }
}

/// A number of bytes, rounded up, as in `12 MiB`.
func mebibytes(_ bytes: Int) -> String { "\((bytes + 1 << 20 - 1) >> 20) MiB" }
