import COneDNN
import Foundation
import ResNetCore
import ResNetGraph
import ResNetKernels

/// A copy of a convolution's weights in the format that a primitive reads, with the normalisation behind it folded in
/// where there is one; brought up to date when the masters have changed.
@EngineActor
final class PackedWeights {
  /// The normalisation that is folded in.
  struct Folding: Hashable {
    var layer: String
    var epsilon: Float
  }

  let descriptor: Descriptor
  let folding: Folding?
  /// Where the packed weights lie.
  var address: UnsafeMutableRawPointer? { memory.address }
  private let memory: Memory
  /// Biases with the folding, where there is one; the masters otherwise.
  var bias: UnsafeMutablePointer<Float>? {
    (foldedBias?.buffer ?? parameters.takeUnretainedValue().buffer(layer + ".bias")).baseAddress
  }

  /// What it takes, in bytes.
  let bytes: Int

  private let parameters: Unmanaged<Parameters>
  private let layer: String
  private let reorder: Primitive
  private let plain: Memory
  private let scratch: Memory
  private let foldedWeights: Allocation<Float>?
  private let foldedBias: Allocation<Float>?
  private let arguments: Allocation<OneDNNArgument>
  private var call: ResNetPrimitiveCall
  /// That of the masters that it holds; 0 before the first.
  private(set) var version = 0

  /// Prepares a copy; `refresh` fills it.
  init(
    layer: String, dimensions: [Int], format: Descriptor, folding: Folding?, parameters: Parameters,
    runtime: OneDNNRuntime
  ) throws {
    self.layer = layer
    self.descriptor = format
    self.folding = folding
    // The parameters own this object, and outlive it.
    self.parameters = .passUnretained(parameters)
    let masters = parameters.buffer(layer + ".weight")
    foldedWeights = folding.map { _ in Allocation(capacity: masters.count) }
    foldedBias = folding.map { Allocation(capacity: parameters.buffer($0.layer + ".weight").count) }
    let plainDescriptor = try Descriptor.plain(dimensions, runtime)
    reorder = try Primitive.reorder(from: plainDescriptor, to: format, runtime)
    plain = try Memory(
      plainDescriptor, at: UnsafeMutableRawPointer((foldedWeights?.buffer ?? masters).baseAddress), runtime)
    memory = try Memory(allocating: format, runtime)
    scratch = try Memory(allocating: reorder.scratchpad, runtime)
    arguments = Allocation(capacity: 3)
    arguments.buffer[0] = OneDNNArgument(index: .source, memory: plain.pointer)
    arguments.buffer[1] = OneDNNArgument(index: .destination, memory: memory.pointer)
    arguments.buffer[2] = OneDNNArgument(index: .scratchpad, memory: scratch.pointer)
    call = ResNetPrimitiveCall(reorder, arguments.buffer, runtime)
    bytes =
      format.bytes + reorder.scratchpad.bytes
      + ((foldedWeights?.buffer.count ?? 0) + (foldedBias?.buffer.count ?? 0)) * MemoryLayout<Float>.stride
  }

  /// Packs again if the masters have changed since.
  func refresh() throws {
    let parameters = parameters.takeUnretainedValue()
    guard version != parameters.version else { return }
    version = parameters.version
    if let folding {
      let weights = parameters.buffer(layer + ".weight")
      let outputs = parameters.buffer(folding.layer + ".weight").count
      resnet_fold_normalization(
        Int64(outputs), Int64(weights.count / outputs), weights.baseAddress,
        parameters.buffer(layer + ".bias").baseAddress, parameters.buffer(folding.layer + ".weight").baseAddress,
        parameters.buffer(folding.layer + ".bias").baseAddress,
        parameters.buffer(folding.layer + ".running_mean").baseAddress,
        parameters.buffer(folding.layer + ".running_var").baseAddress, folding.epsilon,
        foldedWeights?.buffer.baseAddress, foldedBias?.buffer.baseAddress)
    }
    guard resnet_call_primitive(&call) == 0 else {
      throw ResNetError(.software, "oneDNN could not pack the weights", at: layer, remedy: "Please report this")
    }
  }
}

extension Parameters {
  /// The packed copy of a layer's weights in a format, shared by all programs that read it.
  func packed(
    layer: String, dimensions: [Int], format: Descriptor, folding: PackedWeights.Folding?, runtime: OneDNNRuntime
  ) throws -> PackedWeights {
    if let found = packed[layer]?.first(where: { $0.folding == folding && $0.descriptor.isSame(as: format) }) {
      return found
    }
    let made = try PackedWeights(
      layer: layer, dimensions: dimensions, format: format, folding: folding, parameters: self, runtime: runtime)
    packed[layer, default: []].append(made)
    return made
  }
}
