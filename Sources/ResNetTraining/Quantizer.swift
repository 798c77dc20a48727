import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

/// Makes a model ready for inference in 8 bits, after watching it on some images.
///
/// ```swift
/// let fast = try await Quantizer(model).quantize(on: cifar.training)
/// print(try await Evaluator(fast, precision: .int8).evaluate(on: cifar.test))
/// try fast.write(to: "resnet20-int8.safetensors")
/// ```
public struct Quantizer: Sendable {
  /// The model in single precision.
  public let model: Model
  /// The most images that it is watched on.
  public let images: Int
  private let seed: UInt64
  private let loaderThreads: Int?

  /// Images in one run: all activations of all of them are held at once.
  private static let batch = 8

  /// Makes a quantiser.
  ///
  /// - Parameters:
  ///   - model: what is watched and made integers of.
  ///   - images: how many images the model is watched on; all of them where there are fewer.
  ///   - seed: what they are chosen by.
  ///   - loaderThreads: threads that prepare batches; as many as suit the images if `nil`.
  public init(_ model: Model, images: Int = 1000, seed: UInt64 = 0, loaderThreads: Int? = nil) {
    self.model = model
    self.images = images
    self.seed = seed
    self.loaderThreads = loaderThreads
  }

  /// Watches the model on images of a set, training images for an honest test, and makes integers of its weights.
  ///
  /// - Throws: `ResNetError` of code `usage` for an impossible number of images, `data` where images do not fit the model or
  ///   its numbers are not finite, `unavailable` where oneDNN or memory is missing.
  public func quantize(on dataSet: DataSet) async throws -> Model {
    guard images > 0 else {
      throw ResNetError(
        .usage, "a model cannot be calibrated on \(images) images", remedy: "Use some hundreds or thousands")
    }
    try Evaluator(model).check(dataSet)
    let order = try Loader(
      dataSet, preprocessing: model.preprocessing(for: dataSet), batchSize: 1, seed: seed, input: model.input
    ).positions(epoch: 0)
    let chosen = dataSet.subset(Array(order.prefix(images)), name: dataSet.name + ", some of it")
    let loader = try Loader(
      chosen, preprocessing: model.preprocessing(for: dataSet), batchSize: Self.batch, order: .sequential, seed: seed,
      threads: loaderThreads ?? dataSet.usualLoaderThreads, input: model.input)
    let quantization = try await EngineActor.run {
      let engine = try Engine(graph: model.graph)
      try engine.parameters.set(model.parameters)
      let calibrator = Calibrator(engine)
      let batches = loader.epoch(0)
      while let batch = try batches.next() {
        try Task.checkCancellation()
        try batch.images.withUnsafeBufferPointer { try calibrator.add($0) }
      }
      return try calibrator.quantization()
    }
    return try model.quantized(quantization)
  }
}
