/// Memory for a fixed number of plain values, zeros at first, that ends with its last reference.
///
/// A class of its own because what is isolated to the engine's thread cannot free memory in its own `deinit`.
final class Allocation<Element: BitwiseCopyable> {
  let buffer: UnsafeMutableBufferPointer<Element>

  init(capacity: Int) {
    let bytes = max(capacity * MemoryLayout<Element>.stride, 64)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    buffer = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Element.self, capacity: capacity), count: capacity)
  }

  deinit { UnsafeMutableRawPointer(buffer.baseAddress)?.deallocate() }
}
