import Foundation
import ResNet
import Synchronization

/// Another program that this one starts and waits for.
struct ChildProcess: Sendable {
  /// The environment as it was before this program changed anything of it, for the programs that it starts.
  static let inheritedEnvironment = ProcessInfo.processInfo.environment

  /// The file of this program.
  static var thisProgram: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  /// What became of it.
  struct Ended {
    /// Its exit status, or 128 and the number of the signal that ended it.
    var status: Int32
    var output: String
    /// What it wrote to standard error, unless that was shown.
    var errors: String

    /// The last line of its output that is JSON of a kind.
    func lastLine<Value: Decodable>(as type: Value.Type) -> Value? {
      output.split(separator: "\n").reversed().lazy
        .compactMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }.first
    }

    /// What an error message can say of its end: the last line that it wrote to standard error.
    var reason: String {
      let line = errors.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
      return "status \(status)" + (line.map { ": " + printable($0.trimmingCharacters(in: .whitespaces)) } ?? "")
    }
  }

  /// The path of the program.
  var program: String
  var arguments: [String]
  /// Variables that it gets besides the inherited ones.
  var environment: [String: String] = [:]
  /// Whether what it writes to standard error is kept instead of shown.
  var keepsErrors = false

  init(_ program: String, _ arguments: [String], environment: [String: String] = [:], keepsErrors: Bool = false) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.keepsErrors = keepsErrors
  }

  /// Runs it to its end; where the task is cancelled, that comes at once.
  ///
  /// - Throws: `CancellationError` where the task was cancelled, `ResNetError` where it cannot be started.
  func run() async throws -> Ended {
    let files = try StreamFiles()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = Self.inheritedEnvironment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = files.output
    process.standardError = keepsErrors ? files.errors : FileHandle.standardError
    let running = Running()
    let (status, isSignal) = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<(Int32, Bool), any Error>) in
        process.terminationHandler = { process in
          continuation.resume(returning: (process.terminationStatus, process.terminationReason == .uncaughtSignal))
        }
        do {
          try process.run()
          running.began(process.processIdentifier)
        } catch {
          continuation.resume(
            throwing: ResNetError(
              .unavailable, "the program cannot be started", at: program, remedy: "Check that the file can be run"))
        }
      }
    } onCancel: {
      running.end()
    }
    try Task.checkCancellation()
    return Ended(status: isSignal ? 128 + status : status, output: files.read(.output), errors: files.read(.errors))
  }

  /// A process that may have to end before its time, even before it began.
  private final class Running: Sendable {
    private let state = Mutex((identifier: pid_t?.none, isToEnd: false))

    func began(_ identifier: pid_t) {
      let isToEnd = state.withLock { state in
        state.identifier = identifier
        return state.isToEnd
      }
      if isToEnd { Self.end(identifier) }
    }

    func end() {
      let identifier = state.withLock { state in
        state.isToEnd = true
        return state.identifier
      }
      if let identifier { Self.end(identifier) }
    }

    /// Ends the process and those that it started: they are a group of their own on Linux. It has nothing to tidy up, and
    /// may have inherited that it does not hear gentler signals.
    private static func end(_ identifier: pid_t) {
      if kill(-identifier, SIGKILL) != 0 { kill(identifier, SIGKILL) }
    }
  }
}

/// Where a process writes. Files, because a pipe that nobody empties stops who writes to it.
private final class StreamFiles {
  enum Stream: String {
    case output
    case errors
  }

  private let folder = FileManager.default.temporaryDirectory.appending(path: "resnet-\(UUID().uuidString)")
  let output, errors: FileHandle

  /// - Throws: `ResNetError` of code `inputOutput` where the folder for temporary files cannot be written.
  init() throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      (output, errors) = (try Self.file(.output, in: folder), try Self.file(.errors, in: folder))
    } catch {
      throw ResNetError(
        .inputOutput, "cannot be written", at: folder.path, remedy: "Name a folder that you may write to in TMPDIR")
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static func file(_ stream: Stream, in folder: URL) throws -> FileHandle {
    let file = folder.appending(path: stream.rawValue)
    try Data().write(to: file)
    return try FileHandle(forWritingTo: file)
  }

  func read(_ stream: Stream) -> String {
    let bytes = (try? Data(contentsOf: folder.appending(path: stream.rawValue))) ?? Data()
    return String(decoding: bytes, as: UTF8.self)
  }
}
