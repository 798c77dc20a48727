import COneDNN
import ResNetCore

/// A oneDNN primitive: code that was made for one shape.
final class Primitive {
  let pointer: OneDNNPrimitive
  /// Bytes of scratch memory that each execution needs.
  let scratchpad: Descriptor
  /// The same where several executions run at the same time: each has cache lines of its own.
  var scratchBytes: Int { MemoryPlan.rounded(scratchpad.bytes) }
  private let descriptor: OneDNNPrimitiveDescriptor
  private let api: UnsafePointer<OneDNN>

  /// Takes a primitive descriptor over and makes its code.
  @EngineActor
  init(_ descriptor: OneDNNPrimitiveDescriptor, _ runtime: OneDNNRuntime) throws {
    self.api = runtime.api
    self.descriptor = descriptor
    var made: OneDNNPrimitive?
    do {
      try runtime.check(api.pointee.primitive_create(&made, descriptor), "a primitive")
      guard let made else {
        throw ResNetError(.software, "oneDNN gave no primitive", remedy: "Please report this with the network's name")
      }
      self.pointer = made
      self.scratchpad = try .copy(api.pointee.primitive_desc_query_md(descriptor, .scratchpadDescriptor, 0), runtime)
    } catch {
      // `deinit` does not run for an instance that was never complete.
      _ = api.pointee.primitive_desc_destroy(descriptor)
      if let made { _ = api.pointee.primitive_destroy(made) }
      throw error
    }
  }

  deinit {
    _ = api.pointee.primitive_destroy(pointer)
    _ = api.pointee.primitive_desc_destroy(descriptor)
  }

  /// The format that the primitive chose for one of its arguments.
  @EngineActor
  func format(_ query: OneDNNQuery, _ runtime: OneDNNRuntime) throws -> Descriptor {
    try .copy(api.pointee.primitive_desc_query_md(descriptor, query, 0), runtime)
  }

  /// oneDNN's name for the code that it chose, as in `jit:avx2`.
  var implementation: String {
    var name: UnsafePointer<CChar>?
    guard api.pointee.primitive_desc_query(descriptor, .implementationName, 0, &name) == .success, let name else {
      return "unknown"
    }
    return String(cString: name)
  }

  /// A primitive that changes the format of a tensor.
  @EngineActor
  static func reorder(from: Descriptor, to: Descriptor, _ runtime: OneDNNRuntime) throws -> Primitive {
    let attributes = try Attributes(runtime)
    defer { withExtendedLifetime(attributes) {} }
    var made: OneDNNPrimitiveDescriptor?
    try runtime.check(
      runtime.api.pointee.reorder_primitive_desc_create(
        &made, from.pointer, runtime.engine, to.pointer, runtime.engine, attributes.pointer), "a change of format")
    return try Primitive(unwrap(made), runtime)
  }

  /// The descriptor that a successful call returned.
  static func unwrap(_ made: OneDNNPrimitiveDescriptor?) throws -> OneDNNPrimitiveDescriptor {
    guard let made else {
      throw ResNetError(.software, "oneDNN gave no descriptor", remedy: "Please report this with the network's name")
    }
    return made
  }
}

/// Attributes of a primitive: scratch memory is always ours; convolutions may add to their destination, end in ReLU, or
/// take scales for integers.
final class Attributes {
  let pointer: OneDNNAttributes
  private let api: UnsafePointer<OneDNN>

  /// - Parameters:
  ///   - addend: how what the destination holds, and is added to, is stored.
  ///   - scales: arguments that have scales, and which of their dimensions have one for each position, a bit for each.
  @EngineActor
  init(
    _ runtime: OneDNNRuntime, addend: Element? = nil, relu: Bool = false, scales: [(OneDNNIndex, Int32)] = []
  ) throws {
    self.api = runtime.api
    var made: OneDNNAttributes?
    try runtime.check(api.pointee.primitive_attr_create(&made), "attributes")
    guard let made else {
      throw ResNetError(.software, "oneDNN gave no attributes", remedy: "Please report this")
    }
    self.pointer = made
    try runtime.check(api.pointee.primitive_attr_set_scratchpad_mode(made, .user), "scratch memory of ours")
    for (argument, dimensions) in scales {
      try runtime.check(api.pointee.primitive_attr_set_scales_mask(made, argument, dimensions), "scales")
    }
    guard addend != nil || relu else { return }
    var operations: OneDNNPostOperations?
    try runtime.check(api.pointee.post_ops_create(&operations), "post-operations")
    guard let operations else { return }
    defer { _ = api.pointee.post_ops_destroy(operations) }
    if let addend {
      try runtime.check(api.pointee.post_ops_append_sum(operations, 1, 0, addend.dataType), "a fused addition")
    }
    if relu {
      try runtime.check(
        api.pointee.post_ops_append_eltwise(operations, .elementwiseReLU, 0, 0), "a fused ReLU")
    }
    try runtime.check(api.pointee.primitive_attr_set_post_ops(made, operations), "post-operations")
  }

  deinit { _ = api.pointee.primitive_attr_destroy(pointer) }
}
