import ResNetCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock that one process at a time holds, given back with its last reference or with the end of the process, however
/// that came.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock that a file stands for, which is made where it is missing and stays.
  ///
  /// - Returns: `nil` where another process, or another part of this one, holds it.
  /// - Throws: `ResNetError` of code `inputOutput` where the file cannot be made or the file system knows no locks.
  public init?(at path: String) throws {
    try checkPath(path)
    descriptor = try checked("written", at: path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    var tries = 10
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      if number == EINTR { continue }
      // Somebody may only be looking whether it is held.
      if number == EWOULDBLOCK, tries > 0 {
        tries -= 1
        usleep(10_000)
        continue
      }
      close(descriptor)
      if number == EWOULDBLOCK { return nil }
      throw systemError(number, "locked", at: path)
    }
  }

  deinit { close(descriptor) }

  /// Whether somebody holds the lock that a file stands for; a missing file is held by nobody.
  public static func isHeld(at path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
