import Foundation

/// A folder for one test's files, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "resnet-data-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], to file: String) throws {
    let url = URL(fileURLWithPath: path + "/" + file)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, to file: String) throws {
    try write(Array(text.utf8), to: file)
  }

  func remove(_ file: String) throws {
    try FileManager.default.removeItem(atPath: path + "/" + file)
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  /// Makes a file, or a folder, whose name is not UTF-8.
  func makeNameless(in folder: String, ending: String = "", isFolder: Bool = false) throws {
    let name = Array((path + "/" + folder + "/").utf8) + [0xFF, 0xFE] + Array(ending.utf8) + [0]
    let place = name.map { CChar(bitPattern: $0) }
    guard isFolder ? mkdir(place, 0o700) == 0 : close(open(place, O_CREAT | O_WRONLY, 0o600)) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
  }
}
