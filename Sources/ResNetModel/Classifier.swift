import Foundation
import ResNetCore
import ResNetEngine
import ResNetImages

/// Tells what pictures show: one, or thousands of them.
///
/// ```swift
/// let classifier = try await Classifier(model)
/// for try await result in classifier.classify(files: paths) {
///   print(try result.get().guesses(top: 1))
/// }
/// ```
///
/// The network is compiled once. Pictures of another size than the network takes are resized, also where the model's
/// preprocessing does not: see `Preprocessing.resizing(to:)`.
public struct Classifier: Sendable {
  /// The model that is asked.
  public let model: Model
  /// The most pictures in one run of the network.
  let batch: Int
  let loaderThreads: Int
  let engine: Engine
  private let rules: ImageRules
  private let preparation: PicturePreparation
  /// For pictures that do not have the size of the network's input.
  private let resizing: PicturePreparation

  /// The most pictures in one run.
  private static let mostPictures = 1 << 12
  /// More threads than this would hold batches in memory that the engine is not ready for.
  private static let mostLoaderThreads = 8

  /// Compiles a model.
  ///
  /// - Parameters:
  ///   - model: what tells the classes.
  ///   - rules: what is done about orientation and transparency; as the model says if `nil`.
  ///   - batch: the most pictures in one run of the network; it changes speed and memory, and of results the last bits.
  ///   - loaderThreads: threads that decode; one a processor, at most 8, if `nil`.
  ///   - precision: how activations and packed weights are stored; a quantised model alone can use `int8`.
  /// - Throws: `ResNetError` of code `data` where the network does not take pictures, `usage` for an impossible batch or
  ///   number of threads, `unavailable` where oneDNN, memory or the precision is missing.
  public init(
    _ model: Model, rules: ImageRules? = nil, batch: Int = 32, loaderThreads: Int? = nil,
    precision: Precision = .float32
  ) async throws {
    guard (1...Self.mostPictures).contains(batch) else {
      throw ResNetError(.usage, "a batch of \(batch) is not possible", remedy: "Use 1 to \(Self.mostPictures) pictures")
    }
    let threads = loaderThreads ?? min(ProcessInfo.processInfo.activeProcessorCount, Self.mostLoaderThreads)
    guard (0...1024).contains(threads) else {
      throw ResNetError(.usage, "\(threads) loader threads", remedy: "Choose a number from 0 to 1024")
    }
    let preprocessing = rules.map(model.preprocessing.with) ?? model.preprocessing
    self.model = model
    self.batch = batch
    self.loaderThreads = threads
    self.rules = preprocessing.rules
    preparation = try PicturePreparation(preprocessing, input: model.input)
    resizing = try PicturePreparation(preprocessing.resizing(to: model.input), input: model.input)
    engine = try await EngineActor.run {
      let engine = try Engine(graph: model.graph, precision: precision, quantization: model.quantization)
      try engine.parameters.set(model.parameters)
      return engine
    }
  }

  /// What is done to every picture; those of another size are resized where this does not.
  public var preprocessing: Preprocessing { preparation.preprocessing }

  /// Tells what a picture shows.
  ///
  /// - Throws: `ResNetError` of code `data` where a logit is not a finite number, `unavailable` where memory is missing.
  public func classify(_ image: Image) async throws -> Classification {
    let input = try preparation(for: image)(image)
    let logits = try await EngineActor.run {
      let program = try engine.program(batch: 1, purpose: .inference)
      _ = program.input.update(from: input.scalars)
      try program.run()
      return Array(program.logits)
    }
    return try Classification(image.size, logits: logits, classes: model.classes)
  }

  /// Tells what pictures in files show, one after the other; see `classify(_:)` for sources.
  public func classify(files: [String]) -> Classifications { classify(files.map(ImageSource.file)) }

  /// Tells what pictures show, one after the other. Threads decode ahead of the engine, some batches at most; a picture
  /// that cannot be read is a result with its error, and the others go on.
  public func classify(_ pictures: [ImageSource]) -> Classifications {
    Classifications(classifier: self, pictures: pictures)
  }

  /// Reads a picture and writes the network's input; an error leaves zeros.
  ///
  /// - Returns: the size of the picture.
  func prepare(
    _ source: ImageSource, into input: UnsafeMutableBufferPointer<Float>
  ) -> Result<ImageSize, ResNetError> {
    do {
      let image = try Image(source, rules: rules)
      try preparation(for: image).write(image, into: input)
      return .success(image.size)
    } catch {
      input.update(repeating: 0)
      return .failure(ResNetError(picture: error, at: source.name))
    }
  }

  private func preparation(for image: Image) -> PicturePreparation {
    (image.height, image.width) == (model.input[1], model.input[2]) ? preparation : resizing
  }
}

extension ResNetError {
  /// What is wrong with one of many pictures, and with which.
  init(picture error: any Error, at place: String) {
    self =
      error as? ResNetError ?? ResNetError(.inputOutput, "\(error)", remedy: "Check the file, or leave it out")
    self.place = self.place ?? place
  }
}

extension Model {
  /// Tells what a picture shows: the most likely classes, the likeliest first.
  ///
  /// It compiles the network for one picture in single precision; a `Classifier` does that once for many.
  ///
  /// - Throws: what a `Classifier` throws.
  public func classify(_ image: Image, top: Int = 5) async throws -> [Guess] {
    try await Classifier(self).classify(image).guesses(top: top)
  }
}
