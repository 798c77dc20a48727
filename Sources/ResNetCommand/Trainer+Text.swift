import ResNet
import ResNetCore

extension Trainer {
  /// What a run begins with, what of it learns and what images count, in sentences of 80 columns at most; empty for a run
  /// that begins with nothing and does nothing special.
  ///
  /// - Parameters:
  ///   - place: where the model is that it begins with.
  ///   - isNew: whether the run is not taken up again.
  nonisolated func origin(_ place: String?, isNew: Bool) -> [String] {
    var begin: [String] = []
    if let takeover {
      begin.append("fine-tuned from \(place ?? "a model")")
      if isNew {
        begin[0] += ": \(takeover.taken) of \(takeover.tensors) tensors taken over"
        if let head = takeover.newHead {
          begin.append("head \(head) new for \(counted(model.classes.count, "class", "classes"))")
        }
      }
    }
    if let layer = fineTuning.freezeUntil {
      begin.append(
        "frozen until \(layer) (\(learnedCount) of \(model.graph.parameterCount) parameters learn)")
    }
    var counting: [String] = []
    let scales = fineTuning.learningRateScales.sorted { $0.key < $1.key }
    if !scales.isEmpty {
      counting.append("learning rate times " + scales.map { "\($0.value) in \($0.key)" }.joined(separator: ", "))
    }
    if fineTuning.classWeights != nil {
      counting.append("classes weighted by a file")
    } else if recipe.classWeights == .auto {
      counting.append("all classes weighted the same")
    }
    if recipe.sampling == .balanced { counting.append("each class drawn equally often") }
    return [begin, counting].filter { !$0.isEmpty }.map { wrapped($0.joined(separator: ", ")) }
  }
}

extension Trainer {
  /// Trains to the end of the run, and shows how it goes.
  ///
  /// - Parameters:
  ///   - command: what to type to go on where it is interrupted.
  ///   - each: called with every epoch.
  nonisolated func train(
    showing reporter: ProgressReporter, toGoOn command: String?, each: (EpochReport) throws -> Void = { _ in }
  ) async throws {
    reporter.begin(after: await history)
    do {
      for try await epoch in epochs {
        reporter.show(epoch)
        try each(epoch)
      }
    } catch let error as CancellationError {
      if let command { reporter.note("stopped and saved; to go on: \(command)") }
      throw error
    }
  }
}
