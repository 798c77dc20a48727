import Foundation
import Testing

/// The Python environment that `Scripts/python-for-tests` makes, as `make test` does.
enum Python {
  /// Whether it is there; a package that is missing in it is a failure, not a reason to skip.
  static let isThere = FileManager.default.isExecutableFile(atPath: interpreter)
  static let absence: Comment = "NOT READ BACK: there is no .build/python, which Scripts/python-for-tests makes"

  private static let interpreter = packageFolder + "/.build/python/bin/python"

  /// The lines that `script` prints; that it succeeds is required.
  static func run(_ script: String, _ arguments: [String]) throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: interpreter)
    process.arguments = ["-c", script] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text.split(separator: "\n").map(String.init)
  }
}
