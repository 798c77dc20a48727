import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel
import ResNetTraining

/// What is done to the blocks of a network before it is tested.
struct Treatment: Hashable, Sendable {
  /// The positions of the blocks that are deleted.
  var deleted: [Int] = []
  /// For each block the position of the one whose parameters it takes; its own if `nil`.
  var order: [Int]?
}

extension BlockList {
  /// The classification error of a network under each of several treatments, in percent: each batch of images is shown to
  /// all of them in turn.
  ///
  /// - Parameter progress: is told the share that is done, from 0 to 1.
  /// - Throws: `CancellationError`; `ResNetError` where images cannot be read or memory is missing.
  @EngineActor
  func errors(
    under treatments: [Treatment], of model: Model, on loader: Loader, progress: (Double) -> Void
  ) throws -> [Double] {
    let engine = try Engine(graph: graph)
    try engine.parameters.set(model.parameters)
    var purpose = Purpose.inference
    purpose.gates = true
    var scores = Array(repeating: Scores(), count: treatments.count)
    var order: [Int]?
    let batches = loader.epoch(0)
    while let batch = try batches.next() {
      let program = try engine.program(batch: batch.count, purpose: purpose)
      for (position, treatment) in treatments.enumerated() {
        try Task.checkCancellation()
        if treatment.order != order {
          order = treatment.order
          try engine.parameters.set(order.map { exchanged(model.parameters, order: $0) } ?? model.parameters)
        }
        try delete(treatment.deleted, in: program)
        program.take(batch)
        try program.run()
        scores[position].add(logits: program.logits, labels: batch.labels)
        let done = Double(batch.number) + Double(position + 1) / Double(treatments.count)
        progress(done / Double(loader.batchesPerEpoch))
      }
    }
    return scores.map { 100 * Double($0.topOneMisses) / Double($0.count) }
  }
}
