import ResNetCore
import ResNetGraph

/// Finds scales for inference in 8 bits by watching a network's activations on typical samples.
///
/// ```swift
/// let calibrator = Calibrator(engine)
/// while let batch = try batches.next() {
///   try batch.images.withUnsafeBufferPointer { try calibrator.add($0) }
/// }
/// let fast = try Engine(graph: engine.graph, precision: .int8, quantization: calibrator.quantization())
/// ```
///
/// The same samples give the same scales, whatever their order and batches.
@EngineActor
public final class Calibrator {
  private let engine: Engine
  private let purpose: Purpose
  private let layers: [String]
  private var histograms: [MagnitudeHistogram]

  /// Makes a calibrator that has seen nothing.
  ///
  /// - Parameter engine: the network with its parameters, in single precision for the truth.
  public init(_ engine: Engine) {
    self.engine = engine
    layers = Quantization.layers(of: engine.graph)
    histograms = layers.map { _ in MagnitudeHistogram() }
    var purpose = Purpose.inference
    purpose.observations = Set(layers)
    self.purpose = purpose
  }

  /// Runs the network on samples `[batch, channels, height, width]` and takes note of its activations.
  ///
  /// - Throws: `ResNetError` of code `data` with the layer where an activation is not a finite number, `usage` where there
  ///   is no whole sample, and what `Engine.program` throws.
  public func add(_ samples: UnsafeBufferPointer<Float>) throws {
    let size = engine.graph.inputShape.count
    guard samples.count > 0, samples.count % size == 0 else {
      throw ResNetError(
        .usage, "\(samples.count) numbers are not samples of \(engine.graph.inputShape)", remedy: "Give whole samples")
    }
    let program = try engine.program(batch: samples.count / size, purpose: purpose)
    _ = program.input.update(from: samples)
    try program.run()
    for (position, layer) in layers.enumerated() {
      guard histograms[position].add(try program.activation(layer).scalars) else {
        throw ResNetError(
          .data, "an activation is not a finite number", at: layer,
          remedy: "Quantise a model that has learned something")
      }
    }
  }

  /// The scales for what it has seen.
  ///
  /// - Throws: `ResNetError` of code `data` where activations are too small to be told from zero.
  public func quantization() throws -> Quantization {
    let integers = IntegerScales(engine.graph) { _ in nil }
    let scales = try zip(layers, histograms).map { layer, histogram in
      let isUnsigned = integers.elements[try engine.graph.index(of: layer)] == .uint8
      return (layer, histogram.scale(levels: isUnsigned ? 255 : 127))
    }
    return try Quantization(scales: Dictionary(uniqueKeysWithValues: scales))
  }
}
