import Foundation
import Testing

/// The tool as it was built beside these tests, run as a user runs it.
enum Tool {
  /// What a run came to.
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Where the tool is: beside the test bundle, whose path is the program's own name on Linux and an argument elsewhere.
  private static let path: String? = CommandLine.arguments.lazy
    .compactMap { argument -> String? in
      var folder = URL(fileURLWithPath: argument)
      while folder.pathComponents.count > 1 {
        folder.deleteLastPathComponent()
        let tool = folder.appending(path: "resnet").path
        if folder.pathComponents.contains(".build"), FileManager.default.isExecutableFile(atPath: tool),
          !isFolder(tool)
        {
          return tool
        }
      }
      return nil
    }.first

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Where the tool is.
  static func located() throws -> String { try #require(path, "the tool was not built beside the tests") }

  /// Runs the tool, or another program, with arguments, from a folder of its own choice.
  ///
  /// - Parameter terminal: what takes the place of standard error.
  static func run(
    _ arguments: [String], program: String? = nil, environment: [String: String] = [:], in folder: String? = nil,
    terminal: PseudoTerminal? = nil
  ) throws -> Result {
    try start(arguments, program: program, environment: environment, in: folder, terminal: terminal).end()
  }

  /// What starts the tool as somebody whom permissions stop, who root is not; `nil` where that cannot be, which is told.
  static func asNobody(or test: String) throws -> [String]? {
    guard getuid() == 0 else { return [] }
    let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    guard FileManager.default.isExecutableFile(atPath: nobody[0]) else {
      print("SKIPPED: \(test), because root may do anything and there is no setpriv")
      return nil
    }
    let probe = try start(["--version"], by: nobody).end()
    guard probe.status == 0 else {
      print("SKIPPED: \(test), because another user may not run the tool: \(probe.errors)")
      return nil
    }
    return nobody
  }

  /// Starts the tool, or another program.
  ///
  /// - Parameters:
  ///   - wrapper: a program and arguments that it is run by.
  ///   - terminal: what takes the place of standard error.
  static func start(
    _ arguments: [String], program: String? = nil, environment: [String: String] = [:], in folder: String? = nil,
    by wrapper: [String] = [], terminal: PseudoTerminal? = nil
  ) throws -> RunningTool {
    let command = wrapper + [try program ?? located()] + arguments
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    return try RunningTool(process, terminal)
  }
}

/// The tool at work.
final class RunningTool {
  private let process: Process
  // Files, because a pipe that nobody empties stops who writes to it.
  private let streams: TemporaryFolder
  private let terminal: PseudoTerminal?

  fileprivate init(_ process: Process, _ terminal: PseudoTerminal?) throws {
    self.process = process
    self.terminal = terminal
    streams = try TemporaryFolder()
    let (output, errors) = (streams.path + "/output", streams.path + "/errors")
    for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try terminal?.handle ?? FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
  }

  /// Sends it a signal.
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits until something is so, for a minute at most.
  func wait(until condition: () throws -> Bool) throws {
    for _ in 0..<6000 {
      if try condition() { return }
      guard process.isRunning else {
        Issue.record("the tool ended: \(try end().errors)")
        return
      }
      usleep(10_000)
    }
    process.terminate()
    Issue.record("nothing came of a minute's waiting")
  }

  /// Waits for its end.
  func end() throws -> Tool.Result {
    process.waitUntilExit()
    return Tool.Result(
      status: process.terminationStatus, output: try String(contentsOfFile: streams.path + "/output", encoding: .utf8),
      errors: try terminal?.written() ?? String(contentsOfFile: streams.path + "/errors", encoding: .utf8))
  }
}

/// A folder for one test's files, removed with it.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "resnet-command-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], to file: String) throws {
    let url = URL(fileURLWithPath: path + "/" + file)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }
}

/// A small data set in CIFAR-10's format: some records in each file, labels that go round.
func writeCIFAR10(
  to folder: TemporaryFolder, in place: String = ".", records: Int = 4, label: UInt8? = nil
) throws {
  let names = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
  for (number, name) in names.enumerated() {
    var bytes: [UInt8] = []
    for record in number * records..<(number + 1) * records {
      bytes.append(label ?? UInt8(record % 10))
      for pixel in 0..<3072 { bytes.append(UInt8(pixel * (record + 3) / 8 % 256)) }
    }
    try folder.write(bytes, to: place + "/" + name)
  }
}
