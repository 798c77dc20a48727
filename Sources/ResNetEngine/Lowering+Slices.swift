extension Lowering {
  /// From one slice of a tensor to the next, in bytes.
  func pitch(_ layout: Layout, slices: Int) -> Int { batch / slices * layout.bytes }
}

extension Binder {
  /// Where a slice of a value begins.
  func address(_ value: Int?, slice: Int, pitch: Int) -> UnsafeMutableRawPointer? {
    value.map { address($0) + slice * pitch }
  }
}
