import ResNetCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lets files grow by whole pieces.
enum AppendedFile {
  /// Appends `bytes` to the file at `path`, in one write, and forces them to the disk.
  ///
  /// A machine that stops in the middle can leave a part of them; what fails otherwise leaves the file as it was.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason, also where there is no file.
  static func append(_ bytes: [UInt8], to path: String) throws {
    let target = try AtomicFile.resolvedTarget(path)
    let descriptor = try checked("appended to", at: path) { open(target, O_WRONLY | O_APPEND | O_CLOEXEC) }
    defer { close(descriptor) }
    let size = try checked("appended to", at: path) { lseek(descriptor, 0, SEEK_END) }
    do {
      try AtomicFile.Sink(descriptor: descriptor, path: path).append(bytes)
      try checked("appended to", at: path) { fsync(descriptor) }
    } catch {
      // Half a piece would make everything appended after it unreadable.
      _ = ftruncate(descriptor, size)
      throw error
    }
  }
}
