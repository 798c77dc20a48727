import COneDNN
import ResNetCore
import ResNetKernels

/// A oneDNN memory object: a descriptor, and where its values lie in memory of somebody else.
final class Memory {
  let pointer: OneDNNMemory
  private let descriptor: Descriptor
  private let api: UnsafePointer<OneDNN>

  @EngineActor
  init(_ descriptor: Descriptor, at address: UnsafeMutableRawPointer?, _ runtime: OneDNNRuntime) throws {
    self.descriptor = descriptor
    self.api = runtime.api
    var made: OneDNNMemory?
    try runtime.check(
      runtime.api.pointee.memory_create(&made, descriptor.pointer, runtime.engine, address), "a memory object")
    guard let made else {
      throw ResNetError(.software, "oneDNN gave no memory object", remedy: "Please report this")
    }
    pointer = made
  }

  deinit { _ = api.pointee.memory_destroy(pointer) }
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
