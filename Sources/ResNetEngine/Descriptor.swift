import COneDNN
import ResNetCore

/// A oneDNN memory descriptor that ends with its last reference.
final class Descriptor {
  let pointer: OneDNNMemoryDescriptor
  private let api: UnsafePointer<OneDNN>

  private init(_ pointer: OneDNNMemoryDescriptor, _ api: UnsafePointer<OneDNN>) {
    self.pointer = pointer
    self.api = api
  }

  deinit { _ = api.pointee.memory_desc_destroy(pointer) }

  /// Of values in a named format.
  @EngineActor
  static func make(
    _ dimensions: [Int], _ format: OneDNNFormat, storing element: Element = .float32, _ runtime: OneDNNRuntime
  ) throws -> Descriptor {
    var made: OneDNNMemoryDescriptor?
    try runtime.check(
      runtime.api.pointee.memory_desc_create_with_tag(
        &made, Int32(dimensions.count), dimensions.map(Int64.init), element.dataType, format),
      "a tensor of \(Shape(dimensions))")
    guard let made else { throw Self.missing }
    return Descriptor(made, runtime.api)
  }

  /// Of activations of some samples.
  @EngineActor
  static func make(_ dimensions: [Int], _ layout: Layout, _ runtime: OneDNNRuntime) throws -> Descriptor {
    try make(dimensions, layout.format, storing: layout.element, runtime)
  }

  /// Of weights in plain order, with or without groups.
  @EngineActor
  static func plain(
    _ dimensions: [Int], storing element: Element = .float32, _ runtime: OneDNNRuntime
  ) throws -> Descriptor {
    try make(dimensions, dimensions.count == 5 ? .abcde : .abcd, storing: element, runtime)
  }

  /// A copy of one that belongs to something else.
  @EngineActor
  static func copy(_ existing: OpaquePointer?, _ runtime: OneDNNRuntime) throws -> Descriptor {
    var made: OneDNNMemoryDescriptor?
    try runtime.check(runtime.api.pointee.memory_desc_clone(&made, existing), "the copy of a descriptor")
    guard let made else { throw Self.missing }
    return Descriptor(made, runtime.api)
  }

  /// The bytes that a tensor of this kind takes.
  var bytes: Int { api.pointee.memory_desc_get_size(pointer) }

  func isSame(as other: Descriptor) -> Bool { api.pointee.memory_desc_equal(pointer, other.pointer) != 0 }

  private static let missing = ResNetError(
    .software, "oneDNN gave no descriptor", remedy: "Please report this with the network's name")
}
