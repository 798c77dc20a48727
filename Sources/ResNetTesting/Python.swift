import Foundation
import ResNetCore

/// The Python environment that `Scripts/python-for-tests` makes, as `make test` does.
package enum Python {
  /// Whether it is there; a package that is missing in it is a failure, not a reason to skip.
  package static let isThere = FileManager.default.isExecutableFile(atPath: interpreter)
  /// What a test says that is skipped for want of it.
  package static let absence = "NOT READ BACK: there is no .build/python, which Scripts/python-for-tests makes"

  private static let interpreter = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: ".build/python/bin/python").path

  /// The lines that `script` prints.
  ///
  /// - Throws: `ResNetError` of code `software` where it does not succeed; standard error has its reason.
  package static func run(_ script: String, _ arguments: [String]) throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: interpreter)
    process.arguments = ["-c", script] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ResNetError(
        .software, "the script ended with \(process.terminationStatus)", at: interpreter,
        remedy: "Read what it says on standard error")
    }
    return text.split(separator: "\n").map(String.init)
  }
}
