import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel

/// Measures a model on labelled images, with the statistics that training gathered; changes nothing.
///
/// ```swift
/// let evaluation = try await Evaluator(model).evaluate(on: cifar.test)
/// print(evaluation.topOneError, evaluation.perClass[0])
/// ```
public struct Evaluator: Sendable {
  /// The model that is measured.
  public let model: Model
  private let batch: Int
  private let loaderThreads: Int?
  /// How activations and packed weights are stored; a quantised model alone can be measured in `int8`.
  public var precision: Precision

  /// Makes an evaluator.
  ///
  /// - Parameters:
  ///   - model: what is measured.
  ///   - batch: images in one run of the network; it changes the speed alone.
  ///   - loaderThreads: threads that prepare batches; as many as suit the images if `nil`.
  ///   - precision: how activations and packed weights are stored.
  public init(_ model: Model, batch: Int = 128, loaderThreads: Int? = nil, precision: Precision = .float32) {
    self.model = model
    self.batch = batch
    self.loaderThreads = loaderThreads
    self.precision = precision
  }

  /// Measures the model on all images of a set.
  ///
  /// - Throws: `ResNetError` of code `data` where classes or images do not fit the model, `usage` for an impossible
  ///   batch, `unavailable` where oneDNN or memory is missing.
  public func evaluate(on dataSet: DataSet) async throws -> Evaluation {
    try await evaluate(on: dataSet, mistakes: 0).evaluation
  }

  /// Measures the model on all images of a set, and keeps so many of the mistakes that it was surest of, those first.
  ///
  /// - Throws: as `evaluate(on:)`.
  public func evaluate(
    on dataSet: DataSet, mistakes limit: Int
  ) async throws -> (evaluation: Evaluation, mistakes: [Mistake]) {
    try check(dataSet)
    let loader = try Loader(
      dataSet, preprocessing: model.preprocessing(for: dataSet), batchSize: batch, order: .sequential,
      threads: loaderThreads ?? dataSet.usualLoaderThreads, input: model.input)
    return try await EngineActor.run {
      let engine = try Engine(graph: model.graph, precision: precision, quantization: model.quantization)
      try engine.parameters.set(model.parameters)
      var confusion = ConfusionCounts(classes: dataSet.classCount)
      var worst = WorstMistakes(limit: limit, classes: dataSet.classCount)
      let summary = try engine.evaluate(loader) {
        confusion.add(logits: $0, labels: $1)
        worst.add(logits: $0, labels: $1)
      }
      return (Evaluation(summary, confusion, classNames: dataSet.classNames), worst.mistakes)
    }
  }

  /// Refuses a set that the model cannot be measured on, without measuring.
  ///
  /// - Throws: `ResNetError` of code `data` where classes or images do not fit the model.
  public func check(_ dataSet: DataSet) throws {
    if dataSet.imageShape == nil { _ = try PicturePreparation(model.preprocessing(for: dataSet), input: model.input) }
    if let shape = dataSet.imageShape, shape != model.input {
      throw ResNetError(
        .data, "images of \(shape) do not fit a model for \(model.input)", at: dataSet.name,
        remedy: "Use the kind of images that the model was trained on")
    }
    guard dataSet.classCount == model.classes.count else {
      throw ResNetError(
        .data, "the data has \(dataSet.classCount) classes, the model \(model.classes.count)", at: dataSet.name,
        remedy: "Use data with the classes that the model was trained on")
    }
  }
}

extension Model {
  /// What is done to the images of a set before the network sees them: pictures, which have sizes of their own, are resized
  /// to its input where its preprocessing takes images as they are.
  package func preprocessing(for dataSet: DataSet) -> Preprocessing {
    dataSet.imageShape == nil ? preprocessing.resizing(to: input) : preprocessing
  }

  /// What a reader of errors should know where the model calls its classes otherwise than a set of images, as what is said
  /// of the model.
  package func noteOnClasses(of dataSet: DataSet) -> String? {
    zip(classes, dataSet.classNames).first { $0 != $1 }.map { own, other in
      "calls its classes otherwise than the data, \(quoted(own)) where that has \(quoted(other)): the errors mean "
        + "something only where both are the same"
    }
  }
}

extension Engine {
  /// Measures the network on what a loader gives.
  ///
  /// - Parameter each: is shown the logits `[count, classes]` and labels `[count]` of every batch.
  package func evaluate(
    _ loader: Loader, each: (UnsafeBufferPointer<Float>, Batch.Values<Int32>) -> Void = { _, _ in }
  ) throws -> EvaluationSummary {
    let clock = Stopwatch()
    var scores = Scores()
    let batches = loader.epoch(0)
    while let batch = try batches.next() {
      try Task.checkCancellation()
      each(try score(batch, &scores), batch.labels)
    }
    return EvaluationSummary(
      scores, dataSet: loader.dataSet.name, classes: graph.outputShape.count, seconds: clock.seconds)
  }

  /// Adds what the network makes of a batch.
  ///
  /// - Returns: the logits `[count, classes]`, valid until a program runs again.
  @discardableResult
  func score(_ batch: Batch, _ scores: inout Scores) throws -> UnsafeBufferPointer<Float> {
    let program = try program(batch: batch.count, purpose: .inference)
    program.take(batch)
    try program.run()
    scores.add(logits: program.logits, labels: batch.labels)
    return program.logits
  }
}
