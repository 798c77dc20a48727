import ResNetCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes of a known number that can be read from any position: a file's, or an array's.
///
/// Files are read rather than mapped, since a mapped file that another process cuts short ends the program with a
/// signal instead of an error.
struct ByteSource: Sendable {
  private enum Storage: Sendable {
    case bytes([UInt8])
    case file(OpenFile)
  }

  /// The path, or what else an error should name.
  let place: String
  /// The number of bytes.
  let count: Int
  private let storage: Storage

  /// Takes an array; errors call it `place`.
  init(bytes: [UInt8], place: String) {
    self.place = place
    self.count = bytes.count
    self.storage = .bytes(bytes)
  }

  /// Opens a regular file.
  ///
  /// - Throws: `ResNetError` of code `data` where there is none, `inputOutput` where it cannot be read.
  init(contentsOf path: String) throws {
    try checkPath(path)
    let descriptor: Int32
    do {
      // Not blocking, so that a pipe without a writer is refused below rather than waited for.
      descriptor = try checked("read", at: path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    } catch  where NamelessEntry.isShown(by: path) {
      throw ResNetError(.data, "its name is not UTF-8", at: path, remedy: "Rename it")
    }
    let file = OpenFile(descriptor: descriptor)
    var status = stat()
    try checked("read", at: path) { fstat(file.descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ResNetError(.data, "is not a regular file", at: path, remedy: "Give the path of a file")
    }
    self.place = path
    self.count = Int(status.st_size)
    self.storage = .file(file)
  }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: `ResNetError` where there are fewer, or the file cannot be read.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    guard offset >= 0, offset <= count, buffer.count <= count - offset else { throw endsEarly() }
    switch storage {
    case .bytes(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
      }
    case .file(let file):
      var filled = 0
      while filled < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        let got = try checked("read", at: place) {
          pread(file.descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
        }
        guard got > 0 else { throw endsEarly() }
        filled += got
      }
    }
  }

  /// The `count` bytes from `offset` on.
  ///
  /// - Throws: `ResNetError` where there are fewer, or the file cannot be read.
  func read(_ count: Int, at offset: Int) throws -> [UInt8] {
    guard count >= 0, offset >= 0, offset <= self.count, count <= self.count - offset else { throw endsEarly() }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(
        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]), at: offset)
      initialized = count
    }
  }

  /// The error for a file that has fewer bytes than it should.
  func endsEarly() -> ResNetError {
    ResNetError(.data, "the file ends too early", at: place, remedy: "Fetch or write the file again: it was cut short")
  }
}

/// Owns a file descriptor and closes it.
private final class OpenFile: Sendable {
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}
