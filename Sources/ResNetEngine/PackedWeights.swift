import COneDNN
import Foundation
import ResNetCore
import ResNetGraph
import ResNetKernels

/// A copy of a convolution's weights in the format in which it is read, with the normalisation behind it folded in
/// where there is one, and as integers where the primitive multiplies such; brought up to date when the masters have
/// changed.
@EngineActor
final class PackedWeights {
  /// How the weights lie.
  enum Format {
    /// As a primitive reads them.
    case primitive(Descriptor)
    /// As a kernel of ours reads them.
    case own(any OwnConvolution)

    var bytes: Int {
      switch self {
      case .primitive(let descriptor): descriptor.bytes
      case .own(let convolution): convolution.weightBytes
      }
    }

    /// What brings weights in plain order into the format.
    @EngineActor
    func packing(_ dimensions: [Int], from element: Element = .float32, _ runtime: OneDNNRuntime) throws -> Packing {
      switch self {
      case .primitive(let descriptor):
        let plain = try Descriptor.plain(dimensions, storing: element, runtime)
        let reorder = try Primitive.reorder(from: plain, to: descriptor, runtime)
        return Packing(scratchBytes: reorder.scratchpad.bytes) { binder, masters, packed, scratch in
          try binder.step(
            reorder,
            [
              (.source, plain, masters), (.destination, descriptor, packed), (.scratchpad, reorder.scratchpad, scratch),
            ],
            runtime)
        }
      case .own(let convolution):
        return Packing(scratchBytes: 0) { binder, masters, packed, _ in
          convolution.packing(binder, from: masters, to: packed)
        }
      }
    }

    @EngineActor
    func isSame(as other: Format) -> Bool {
      switch (self, other) {
      case (.primitive(let some), .primitive(let others)): some.isSame(as: others)
      case (.own(let some), .own(let others)): some.weightOrder == others.weightOrder
      default: false
      }
    }
  }

  /// A call that packs weights, before its operands have addresses.
  struct Packing {
    /// Memory that it works in.
    let scratchBytes: Int
    /// Makes the call of plain weights, where they go, and scratch memory.
    let bind:
      @EngineActor (Binder, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) throws -> Step
  }

  /// The normalisation that is folded in.
  struct Folding: Hashable {
    var layer: String
    var epsilon: Float
  }

  /// What the sums of products of integers are in.
  struct Scaling: Hashable {
    /// The scale of the integers that are read.
    var source: Float
    /// The unit of the result.
    var sum: Float
  }

  let format: Format
  let folding: Folding?
  let scaling: Scaling?
  /// Where the packed weights lie.
  var address: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(memory.buffer.baseAddress) }
  private let memory: Allocation<UInt8>
  /// Biases with the folding, where there is one, in units of the result; the masters otherwise.
  var bias: UnsafeMutablePointer<Float>? { (ownBias?.buffer ?? masterBias).baseAddress }
  /// For each output, what brings the sum of its products of integers to the unit of the result.
  var scales: UnsafeMutablePointer<Float>? { ownScales?.buffer.baseAddress }

  /// What it takes, in bytes.
  let bytes: Int

  private let parameters: Unmanaged<Parameters>
  private let layer: String
  /// What brings plain weights into the format, and what that needs.
  private let packing: Step
  private let binder = Binder(addresses: [])
  private let ownBias: Allocation<Float>?
  private let ownScales: Allocation<Float>?
  /// That of the masters that it holds; 0 before the first.
  private(set) var version = 0

  /// Prepares a copy; `refresh` fills it.
  init(
    layer: String, dimensions: [Int], format: Format, folding: Folding?, scaling: Scaling?, parameters: Parameters,
    runtime: OneDNNRuntime
  ) throws {
    self.layer = layer
    self.format = format
    self.folding = folding
    self.scaling = scaling
    // The parameters own this object, and outlive it.
    self.parameters = .passUnretained(parameters)
    let masters = parameters.buffer(layer + ".weight")
    let outputs = parameters.places[layer + ".weight"]?.parameter.shape[0] ?? 0
    let hasBias = folding != nil || parameters.places[layer + ".bias"] != nil
    ownBias = folding != nil || (scaling != nil && hasBias) ? Allocation(capacity: outputs) : nil
    ownScales = scaling.map { _ in Allocation(capacity: outputs) }
    // What `refresh` packs.
    let plain =
      scaling == nil
      ? UnsafeMutableRawPointer((folding == nil ? masters : parameters.foldedWeights()).baseAddress)
      : UnsafeMutableRawPointer(parameters.integerWeights().baseAddress)
    memory = Allocation(capacity: format.bytes)
    let packing = try format.packing(dimensions, from: scaling == nil ? .float32 : .int8, runtime)
    self.packing = try packing.bind(
      binder, plain, UnsafeMutableRawPointer(memory.buffer.baseAddress), binder.memory(bytes: packing.scratchBytes))
    bytes =
      format.bytes + packing.scratchBytes
      + [ownBias, ownScales].reduce(0) { $0 + ($1?.buffer.count ?? 0) } * MemoryLayout<Float>.stride
  }

  /// Packs again if the masters have changed since.
  func refresh() throws {
    let parameters = parameters.takeUnretainedValue()
    guard version != parameters.version else { return }
    version = parameters.version
    var weights = masters
    if folding != nil {
      weights = UnsafeMutableBufferPointer(rebasing: parameters.foldedWeights()[..<masters.count])
      fold(into: weights)
    }
    if let scaling {
      let integers = UnsafeMutableBufferPointer(rebasing: parameters.integerWeights()[..<masters.count])
      quantize(UnsafeBufferPointer(weights), to: integers, scaling)
    }
    guard packing.function(packing.arguments) == 0 else {
      throw ResNetError(.software, "oneDNN could not pack the weights", at: layer, remedy: "Please report this")
    }
  }

  private var masters: UnsafeMutableBufferPointer<Float> {
    parameters.takeUnretainedValue().buffer(layer + ".weight")
  }

  private var masterBias: UnsafeMutableBufferPointer<Float> {
    parameters.takeUnretainedValue().buffer(layer + ".bias")
  }

  /// Folds the normalisation into the weights, which go to `target`, and the biases.
  private func fold(into target: UnsafeMutableBufferPointer<Float>) {
    guard let folding, let ownBias else { return }
    let parameters = parameters.takeUnretainedValue()
    let outputs = ownBias.buffer.count
    resnet_fold_normalization(
      Int64(outputs), Int64(masters.count / outputs), masters.baseAddress, masterBias.baseAddress,
      parameters.buffer(folding.layer + ".weight").baseAddress,
      parameters.buffer(folding.layer + ".bias").baseAddress,
      parameters.buffer(folding.layer + ".running_mean").baseAddress,
      parameters.buffer(folding.layer + ".running_var").baseAddress, folding.epsilon, target.baseAddress,
      ownBias.buffer.baseAddress)
  }

  /// Makes integers of weights, and brings scales and biases to the unit of the result.
  private func quantize(
    _ weights: UnsafeBufferPointer<Float>, to integers: UnsafeMutableBufferPointer<Int8>, _ scaling: Scaling
  ) {
    guard let ownScales else { return }
    QuantizedWeights.quantize(weights, integers: integers, scales: ownScales.buffer)
    for output in ownScales.buffer.indices {
      let scale = Double(ownScales.buffer[output]) * Double(scaling.source) / Double(scaling.sum)
      ownScales.buffer[output] = Float(scale)
    }
    guard let ownBias else { return }
    let biases = folding == nil ? masterBias : ownBias.buffer
    for output in ownBias.buffer.indices { ownBias.buffer[output] = biases[output] / scaling.sum }
  }
}

extension Parameters {
  /// The packed copy of a layer's weights in a format, shared by all programs that read it.
  func packed(
    layer: String, dimensions: [Int], format: PackedWeights.Format, folding: PackedWeights.Folding?,
    scaling: PackedWeights.Scaling?, runtime: OneDNNRuntime
  ) throws -> PackedWeights {
    let found = packed[layer]?.first {
      $0.folding == folding && $0.scaling == scaling && $0.format.isSame(as: format)
    }
    if let found { return found }
    let made = try PackedWeights(
      layer: layer, dimensions: dimensions, format: format, folding: folding, scaling: scaling, parameters: self,
      runtime: runtime)
    packed[layer, default: []].append(made)
    return made
  }
}
