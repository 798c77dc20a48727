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
  /// Into how many slices of the batch it is divided; each is a call of its own.
  var slices = 1
  /// Whether it may run later than its place says, because nothing but what is outside asks for its results.
  var canWait = false
  /// Makes the call for a slice once addresses are known.
  var bind: @EngineActor (Binder, Int) throws -> Step
}

/// A call with everything in place: a function and the structure that it reads.
struct Step {
  let function: @convention(c) (UnsafeRawPointer?) -> Int32
  let arguments: UnsafeRawPointer
}

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
    _ name: String, layer: Int, uses: [Int?], canWait: Bool = false,
    bind: @escaping @EngineActor (Binder) throws -> Step
  ) {
    steps.append(
      PlanStep(layer: layer, name: name, uses: uses.compactMap(\.self), canWait: canWait) { binder, _ in
        try bind(binder)
      })
  }

  /// Adds a call for each slice of the batch.
  func step(
    _ name: String, layer: Int, uses: [Int?], slices: Int,
    bind: @escaping @EngineActor (Binder, Int) throws -> Step
  ) {
    steps.append(PlanStep(layer: layer, name: name, uses: uses.compactMap(\.self), slices: slices, bind: bind))
  }

  /// Orders neighbours that are divided alike slice by slice, so that each finds in the cache what the one before it left.
  ///
  /// A step that is divided reads and writes of what else is divided nothing but its own slice.
  func interleave() {
    var (result, run, waiting): ([PlanStep], [PlanStep], [PlanStep]) = ([], [], [])
    func endRun() {
      for slice in 0..<(run.first?.slices ?? 0) {
        result += run.map { step in
          var call = step
          call.bind = { binder, _ in try step.bind(binder, slice) }
          return call
        }
      }
      result += waiting
      (run, waiting) = ([], [])
    }
    for step in steps {
      if step.canWait && !run.isEmpty {
        waiting.append(step)
      } else if step.slices > 1 {
        if let first = run.first, first.slices != step.slices { endRun() }
        run.append(step)
      } else {
        endRun()
        result.append(step)
      }
    }
    endRun()
    steps = result
  }
}

/// Gives values their addresses and keeps what steps point to for as long as the program lives.
@EngineActor
final class Binder {
  private let addresses: [UnsafeMutableRawPointer]
  private var objects: [AnyObject] = []

  init(addresses: [UnsafeMutableRawPointer]) { self.addresses = addresses }

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
    let list = Allocation<OneDNNArgument>(capacity: arguments.count)
    objects.append(list)
    for (position, (index, descriptor, address)) in arguments.enumerated() {
      let memory = try Memory(descriptor, at: address, runtime)
      objects.append(memory)
      list.buffer[position] = OneDNNArgument(index: index, memory: memory.pointer)
    }
    objects.append(primitive)
    return step(resnet_call_primitive, ResNetPrimitiveCall(primitive, list.buffer, runtime))
  }
}
