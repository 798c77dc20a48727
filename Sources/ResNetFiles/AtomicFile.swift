import ResNetCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes files that are there whole or not at all, even where the machine stops in the middle.
///
/// The bytes go to a temporary name in the same folder, are forced to the disk, and take the file's name in one step;
/// then the folder is forced to the disk too. Whatever fails, the file that was there before stays and nothing else does.
public enum AtomicFile {
  private static let prefix = ".resnet-"
  private static let suffix = ".tmp"

  /// Whether a file of that name is one that a process is writing, or has left when it was killed.
  public static func isTemporary(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }

  /// Takes the bytes of a file, front to back.
  public struct Sink {
    let descriptor: Int32
    let path: String

    /// Writes all of `bytes`.
    ///
    /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
      var rest = bytes
      while !rest.isEmpty {
        let count = try checked("written", at: path) { systemWrite(descriptor, rest) }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }

    /// Writes all of `bytes`.
    ///
    /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason.
    public func append(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { try append($0) }
    }
  }

  /// Refuses a path that cannot be written, and leaves everything as it is.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason.
  package static func check(_ path: String) throws {
    let (temporary, descriptor) = try makeTemporary(in: folder(of: resolvedTarget(path)), for: path)
    close(descriptor)
    unlink(temporary)
  }

  /// Writes `bytes` as the file at `path`, in place of one that is there.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { try $0.append(bytes) }
  }

  /// Writes `text` in UTF-8 as the file at `path`, in place of one that is there.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// Writes what `body` appends as the file at `path`, in place of one that is there.
  ///
  /// - Throws: what `body` throws, or `ResNetError` of code `inputOutput` with the path and the system's reason.
  public static func write(to path: String, _ body: (Sink) throws -> Void) throws {
    let target = try resolvedTarget(path)
    let folder = folder(of: target)
    let (temporary, descriptor) = try makeTemporary(in: folder, for: path)
    var isOpen = true
    do {
      try body(Sink(descriptor: descriptor, path: path))
      try checked("written", at: path) { fsync(descriptor) }
      isOpen = false
      // Never called twice: after a failed close the descriptor may already be somebody else's.
      if close(descriptor) != 0, errno != EINTR { throw systemError(errno, "written", at: path) }
      try checked("written", at: path) { rename(temporary, target) }
    } catch {
      if isOpen { close(descriptor) }
      unlink(temporary)
      throw error
    }
    try synchronize(folder: folder, for: path)
  }

  /// The regular file that `path` names or would name; links are followed so that they stay links.
  static func resolvedTarget(_ path: String) throws -> String {
    try checkPath(path)
    guard !path.hasSuffix("/") else { throw systemError(EISDIR, "written", at: path) }
    var status = stat()
    guard stat(path, &status) == 0 else {
      let number = errno
      guard number == ENOENT else { throw systemError(number, "written", at: path) }
      return path
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw systemError(EISDIR, "written", at: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ResNetError(
        .inputOutput, "cannot be written: it is a device or a pipe", at: path,
        remedy: "Give the path of a file")
    }
    guard let resolved = realpath(path, nil) else { throw systemError(errno, "written", at: path) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func makeTemporary(in folder: String, for path: String) throws -> (String, Int32) {
    while true {
      // A short name of its own: the target's with a suffix could be longer than a file system allows.
      let name = "\(folder)/\(prefix)\(String(UInt64.random(in: 0...UInt64.max), radix: 36))\(suffix)"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (name, descriptor) }
      let number = errno
      if number != EEXIST, number != EINTR { throw systemError(number, "written", at: path) }
    }
  }

  private static func synchronize(folder: String, for path: String) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A folder that may be written but not listed cannot be opened; the file itself is whole all the same.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Some file systems cannot force a folder to the disk and say EINVAL.
    if fsync(descriptor) != 0, errno != EINVAL, errno != EINTR { throw systemError(errno, "written", at: path) }
  }
}
