import Foundation
import ResNetCore

/// A safetensors file of a header and as many data bytes as asked for; the length can lie.
func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  file(Array(header.utf8), data: data, length: length)
}

func file(_ header: [UInt8], data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  let length = length ?? UInt64(header.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + header + (0..<data).map { UInt8($0 & 0x3F) }
}

/// Runs `body` with the path of a new folder that is gone afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("resnet-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

func contents(_ path: String) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The clone that the tests lie in: …/Tests/ResNetFilesTests/Support.swift.
let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path
