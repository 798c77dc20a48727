import ResNetCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The error of a system call that failed with `number` while doing `action` ("read", "written", "appended to") to the file at `path`.
func systemError(_ number: Int32, _ action: String, at path: String) -> ResNetError {
  let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
  let missingInput = action == "read" && (number == ENOENT || number == ENOTDIR)
  return ResNetError(
    missingInput ? .data : .inputOutput, "cannot be \(action): \(reason)", at: path,
    remedy: remedy(number, action))
}

private func remedy(_ number: Int32, _ action: String) -> String {
  switch number {
  case ENOENT where action == "appended to": "Write the file anew"
  case ENOENT, ENOTDIR:
    action == "read" ? "Check the path" : "Make the folder first, or choose another"
  case EACCES, EPERM:
    action == "read" ? "Ask its owner for the right to read it" : "Choose a folder that you may write to"
  case EROFS: "Choose a folder on a file system that can be written"
  case ENOSPC, EDQUOT: "Free some space, or choose a folder on another disk"
  case EISDIR: "Give the path of a file"
  case EMFILE, ENFILE: "Close some files, or raise the limit with ulimit -n"
  default: "Check the disk and try again"
  }
}

/// Calls `body` again while a signal interrupts it.
///
/// - Throws: `systemError` of `action` and `path` where it returns a negative number.
@discardableResult
func checked<Result: SignedInteger>(
  _ action: String, at path: String, _ body: () -> Result
) throws -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let number = errno
    if number != EINTR { throw systemError(number, action, at: path) }
  }
}

/// Refuses a path with a zero byte in it, which the system would cut short there.
func checkPath(_ path: String) throws {
  guard !path.utf8.contains(0), !path.isEmpty else {
    throw ResNetError(.usage, "\(quoted(path)) is not a path", remedy: "Give the path of a file")
  }
}

/// The system's `write`, under a name that no method hides.
func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
