import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel
import ResNetTraining

extension Subject {
  /// Gives some images of a set as the network takes them, in their order and not augmented.
  ///
  /// - Parameters:
  ///   - count: how many: so many drawn at random, the same ones each time; all if the set has no more, or `nil`.
  ///   - batch: images in a batch; all in one if `nil`.
  /// - Throws: `ResNetError` of code `data` where the images do not fit the network, `usage` for an impossible count.
  func loader(of dataSet: DataSet, count: Int? = nil, batch: Int? = nil) throws -> Loader {
    let images = try dataSet.drawn(count ?? dataSet.count, seed: 0)
    do {
      try Evaluator(model).check(dataSet)
    } catch var error as ResNetError {
      error.place = "\(name) on \(error.place ?? dataSet.name)"
      throw error
    }
    return try Loader(
      images, preprocessing: model.preprocessing(for: dataSet), batchSize: batch ?? images.count, order: .sequential,
      threads: dataSet.usualLoaderThreads, input: model.input)
  }

  /// An engine with the network's parameters, in single precision.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where oneDNN or memory is missing.
  @EngineActor
  func engine() throws -> Engine {
    let engine = try Engine(graph: model.graph)
    try engine.parameters.set(model.parameters)
    return engine
  }
}

/// Refuses to measure nothing.
///
/// - Throws: `ResNetError` of code `usage`.
func requireSubjects(_ subjects: [Subject]) throws {
  guard subjects.isEmpty else { return }
  throw ResNetError(.usage, "there is no network to measure", remedy: "Name at least one")
}
