import COneDNN
import Foundation
import Testing

@Suite("Libraries that do not serve")
struct MissingLibraryTests {
  @Test("An empty folder is named")
  func emptyFolder() throws {
    try inTemporaryFolder { folder in
      let message = refusal(of: folder.path)
      #expect(message == "none in \(folder.path)")
    }
  }

  @Test("A missing file is named, with the system's reason")
  func missingFile() throws {
    try inTemporaryFolder { folder in
      let file = folder.appending(path: "libdnnl.so.3").path
      #expect(refusal(of: file).hasPrefix("\(file): "))
    }
  }

  @Test("A file that is no library is refused, with the system's reason")
  func notALibrary() throws {
    try inTemporaryFolder { folder in
      let file = folder.appending(path: fileName)
      try Data("not a library".utf8).write(to: file)
      #expect(refusal(of: folder.path).hasPrefix("\(file.path): "))
    }
  }

  @Test(
    "A library of another version is refused, with the version that it has",
    .enabled(if: compiler != nil, "there is no C compiler to make such a library with"),
    arguments: [
      (2, 6, "found version 2.6, need at least 3.2"), (3, 1, "found version 3.1, need at least 3.2"),
      (4, 0, "found version 4.0, need a 3.x from 3.2"), (3, 2, "version 3.2 lacks dnnl_engine_create"),
    ])
  func otherVersion(major: Int, minor: Int, reason: String) throws {
    try inTemporaryFolder { folder in
      let file = folder.appending(path: fileName)
      try compile(
        "static struct { int major, minor, patch; const char *hash; unsigned cpu, gpu; } version = "
          + "{\(major), \(minor), 0, 0, 0, 0}; const void *dnnl_version(void) { return &version; }", to: file)
      #expect(refusal(of: folder.path) == "\(file.path): \(reason)")
    }
  }

  @Test("A message is cut to the room that it has")
  func shortMessage() {
    var message = [CChar](repeating: 1, count: 8)
    #expect(onednn_load_from("/nowhere", &message, message.count) == nil)
    #expect(text(message) == "/nowher")
    #expect(onednn_load_from("/nowhere", nil, 0) == nil)
  }

  @Test("The search goes from the program's folder to the system's")
  func folders() throws {
    var list = [CChar](repeating: 0, count: 1 << 14)
    #expect(onednn_search_folders(&list, list.count) < list.count)
    let folders = text(list).split(separator: "\n").map(String.init)
    #expect(folders[1].hasSuffix("/lib"))
    #expect(folders.contains(where: { $0.hasSuffix("/.onednn/lib") }))
    let loader = try #require(folders.firstIndex(of: "the system's library paths"))
    #expect(folders[loader + 1] == "/usr/local/lib")
    #expect(onednn_search_folders(nil, 0) == folders.joined(separator: "\n").utf8.count + 1)
  }
}

#if os(macOS)
  private let fileName = "libdnnl.3.dylib"
#else
  private let fileName = "libdnnl.so.3"
#endif

private let compiler: String? = {
  let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
  return ["cc", "clang", "gcc"].flatMap { name in folders.map { "\($0)/\(name)" } }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}()

private func text(_ characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// What is said about a library that must not load.
private func refusal(of path: String) -> String {
  var message = [CChar](repeating: 0, count: 4096)
  #expect(onednn_load_from(path, &message, message.count) == nil)
  return text(message)
}

private func compile(_ source: String, to library: URL) throws {
  let file = library.deletingLastPathComponent().appending(path: "library.c")
  try Data(source.utf8).write(to: file)
  let process = Process()
  process.executableURL = URL(filePath: try #require(compiler))
  process.arguments = ["-shared", "-fPIC", "-o", library.path, file.path]
  try process.run()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0)
}

private func inTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "COneDNNTests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
