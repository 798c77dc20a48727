import COneDNN
import Foundation
import ResNetCore
import ResNetKernels

/// A oneDNN memory object: a descriptor and where its values lie.
final class Memory {
  let pointer: OneDNNMemory
  /// Where the values lie.
  let address: UnsafeMutableRawPointer?
  private let descriptor: Descriptor
  private let owned: UnsafeMutableRawPointer?
  private let api: UnsafePointer<OneDNN>

  /// Values that lie in memory of somebody else.
  @EngineActor
  init(_ descriptor: Descriptor, at address: UnsafeMutableRawPointer?, _ runtime: OneDNNRuntime) throws {
    self.descriptor = descriptor
    self.api = runtime.api
    self.address = address
    owned = nil
    pointer = try Self.make(descriptor, address, runtime)
  }

  /// Values in memory of its own, zeros at first.
  @EngineActor
  init(allocating descriptor: Descriptor, _ runtime: OneDNNRuntime) throws {
    self.descriptor = descriptor
    self.api = runtime.api
    let bytes = max(descriptor.bytes, 64)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memset(memory, 0, bytes)
    address = memory
    owned = memory
    do {
      pointer = try Self.make(descriptor, memory, runtime)
    } catch {
      memory.deallocate()
      throw error
    }
  }

  deinit {
    _ = api.pointee.memory_destroy(pointer)
    owned?.deallocate()
  }

  @EngineActor
  private static func make(
    _ descriptor: Descriptor, _ address: UnsafeMutableRawPointer?, _ runtime: OneDNNRuntime
  ) throws -> OneDNNMemory {
    var made: OneDNNMemory?
    try runtime.check(
      runtime.api.pointee.memory_create(&made, descriptor.pointer, runtime.engine, address), "a memory object")
    guard let made else {
      throw ResNetError(.software, "oneDNN gave no memory object", remedy: "Please report this")
    }
    return made
  }
}

extension ResNetPrimitiveCall {
  /// The execution of a primitive, as a step.
  @EngineActor
  init(
    _ primitive: Primitive, _ arguments: UnsafeMutableBufferPointer<OneDNNArgument>, _ runtime: OneDNNRuntime
  ) {
    // Handles are plain pointers and the status an int32, so the two function types have one calling convention.
    let function = unsafeBitCast(
      runtime.api.pointee.primitive_execute,
      to: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int32, UnsafeRawPointer?) -> Int32).self)
    self.init(
      function: function, primitive: UnsafeMutableRawPointer(primitive.pointer),
      stream: UnsafeMutableRawPointer(runtime.stream), arguments: UnsafeRawPointer(arguments.baseAddress),
      count: Int32(arguments.count))
  }
}
