import COneDNN
import ResNetCore
import ResNetKernels

/// A piece of memory that a program needs for some of its steps.
struct PlanValue {
  /// Its size.
  var bytes: Int
  /// Whether it must stay untouched from the first step to after the last one, to be written or read from outside.
  var isKept = false
  /// The value whose memory this one takes over.
  var alias: Int?
}

/// One call of a kernel or primitive, before its operands have addresses.
struct PlanStep {
  /// The layer that it works for.
  var layer: Int
  /// What it does, for people.
  var name: String
  /// The values that it reads or writes.
  var uses: [Int]
  /// Makes the call once addresses are known.
  var bind: @EngineActor (Binder) throws -> Step
}

/// A call with everything in place: a function and the structure that it reads.
typealias Step = ResNetStep

/// Values and steps of a program, in the order in which they run.
@EngineActor
final class Plan {
  private(set) var values: [PlanValue] = []
  private(set) var steps: [PlanStep] = []

  /// A new value of so many bytes.
  func value(bytes: Int) -> Int {
    values.append(PlanValue(bytes: bytes))
    return values.count - 1
  }

  /// A new value of float32 numbers.
  func floats(_ count: Int) -> Int { value(bytes: count * MemoryLayout<Float>.stride) }

  /// A value in the memory of another one, which nothing reads any more once this one is written.
  func overwriting(_ value: Int) -> Int {
    values.append(PlanValue(bytes: values[value].bytes, isKept: values[value].isKept, alias: value))
    return values.count - 1
  }

  /// Keeps a value's memory for it alone.
  func keep(_ value: Int) { values[root(value)].isKept = true }

  /// Whether a value's memory is for it alone.
  func isKept(_ value: Int) -> Bool { values[root(value)].isKept }

  /// The value that owns the memory.
  func root(_ value: Int) -> Int {
    var value = value
    while let next = values[value].alias { value = next }
    return value
  }

  /// Adds a call.
  func step(
    _ name: String, layer: Int, uses: [Int?], bind: @escaping @EngineActor (Binder) throws -> Step
  ) {
    steps.append(PlanStep(layer: layer, name: name, uses: uses.compactMap(\.self), bind: bind))
  }
}

/// Gives values their addresses and keeps what steps point to for as long as the program lives.
@EngineActor
final class Binder {
  private var addresses: [UnsafeMutableRawPointer]
  private var objects: [AnyObject] = []

  init(addresses: [UnsafeMutableRawPointer]) { self.addresses = addresses }

  /// Gives back what no further call needs: of a program in portions there are many binders.
  func forgetAddresses() { addresses = [] }

  func address(_ value: Int) -> UnsafeMutableRawPointer { addresses[value] }

  func floats(_ value: Int) -> UnsafeMutablePointer<Float> {
    addresses[value].assumingMemoryBound(to: Float.self)
  }

  func floats(_ value: Int?) -> UnsafeMutablePointer<Float>? { value.map { floats($0) } }

  func address(_ value: Int?) -> UnsafeMutableRawPointer? { value.map { address($0) } }

  /// Where the channels of a part begin.
  func address(_ part: Part) -> UnsafeMutableRawPointer {
    address(part.value) + part.offset * part.layout.element.bytes
  }

  /// A number that a call reads.
  func constant(_ value: Float) -> UnsafeMutableRawPointer? {
    let stored = Allocation<Float>(capacity: 1)
    stored.buffer.initialize(repeating: value)
    objects.append(stored)
    return UnsafeMutableRawPointer(stored.buffer.baseAddress)
  }

  /// Memory that calls work in.
  func memory(bytes: Int) -> UnsafeMutableRawPointer? {
    let stored = Allocation<UInt8>(capacity: bytes)
    objects.append(stored)
    return UnsafeMutableRawPointer(stored.buffer.baseAddress)
  }

  /// A call of one of our kernels.
  func step<Arguments: BitwiseCopyable>(
    _ function: @escaping @convention(c) (UnsafeRawPointer?) -> Int32, _ arguments: Arguments
  ) -> Step {
    let stored = Allocation<Arguments>(capacity: 1)
    stored.buffer.initialize(repeating: arguments)
    objects.append(stored)
    // The structure has room for one element, so it has an address.
    return Step(function: function, arguments: UnsafeRawPointer(stored.buffer.baseAddress.unsafelyUnwrapped))
  }

  /// A call of a oneDNN primitive; arguments are descriptors and addresses by index.
  func step(
    _ primitive: Primitive, _ arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)],
    _ runtime: OneDNNRuntime
  ) throws -> Step {
    step(resnet_call_primitive, try call(primitive, arguments, runtime))
  }

  private func call(
    _ primitive: Primitive, _ arguments: [(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)],
    _ runtime: OneDNNRuntime
  ) throws -> ResNetPrimitiveCall {
    let list = Allocation<OneDNNArgument>(capacity: arguments.count)
    objects.append(list)
    for (position, (index, descriptor, address)) in arguments.enumerated() {
      let memory = try Memory(descriptor, at: address, runtime)
      objects.append(memory)
      list.buffer[position] = OneDNNArgument(index: index, memory: memory.pointer)
    }
    objects.append(primitive)
    return ResNetPrimitiveCall(primitive, list.buffer, runtime)
  }

  /// Calls of a primitive, one for each list of arguments: where there are several they run at the same time, each on one
  /// thread, which the primitive was made for.
  func step(
    _ primitive: Primitive, parts: [[(OneDNNIndex, Descriptor, UnsafeMutableRawPointer?)]], _ runtime: OneDNNRuntime
  ) throws -> Step {
    if parts.count == 1 { return try step(primitive, parts[0], runtime) }
    let list = Allocation<ResNetPrimitivePart>(capacity: parts.count)
    objects.append(list)
    for (position, arguments) in parts.enumerated() {
      list.buffer[position] = ResNetPrimitivePart(call: try call(primitive, arguments, runtime), status: 0)
    }
    return step(
      resnet_call_primitives, ResNetPrimitiveParts(parts: list.buffer.baseAddress, count: Int64(parts.count)))
  }
}
