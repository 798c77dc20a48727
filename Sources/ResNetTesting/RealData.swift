import Foundation

/// A folder of real data, where this machine has it: under `RESNET_DATA` or the package's own `.data`.
package func realData(_ name: String) -> String? {
  let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return [ProcessInfo.processInfo.environment["RESNET_DATA"], package.path + "/.data"]
    .compactMap { $0.map { $0 + "/" + name } }.first { FileManager.default.fileExists(atPath: $0) }
}
