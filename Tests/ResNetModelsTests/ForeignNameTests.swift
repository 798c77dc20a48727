import Foundation
import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct ForeignNameTests {
  /// A network in `Tests/Fixtures/names`, which `Scripts/fixtures/make_names.py` wrote.
  struct Names: Sendable, CustomTestStringConvertible {
    var network: String
    var count: Int
    var hash: UInt64
    /// Some of the arrays, as `name elements`.
    var shown: [String]

    var testDescription: String { network }
  }

  private static func read(_ file: String) throws -> [Names] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/names")
    let lines = try String(contentsOf: folder.appending(path: file), encoding: .utf8).split(separator: "\n")
    var result: [Names] = []
    for line in lines where !line.hasPrefix("#") {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 3, let count = Int(words[1]), let hash = UInt64(words[2], radix: 16) {
        result.append(Names(network: words[0], count: count, hash: hash, shown: []))
      } else {
        result[result.count - 1].shown.append(words.joined(separator: " "))
      }
    }
    return result
  }

  private func check(_ names: Names) throws {
    let arrays = try Architecture.named(names.network).graph(classes: 1000).parameters.map {
      "\($0.name) \($0.shape.count)"
    }
    for array in names.shown { #expect(arrays.contains(array), "\(array)") }
    #expect(arrays.count == names.count)
    #expect(stableHash(arrays.map { $0 + "\n" }.joined()) == names.hash)
  }

  @Test("Every array is called as in torchvision, has as many elements, and stands in the same place")
  func torchvision() throws {
    let all = try Self.read("torchvision.txt")
    #expect(all.count == 14)
    for names in all { try check(names) }
  }

  @Test("What torchvision does not have is called as in timm")
  func timm() throws {
    let all = try Self.read("timm.txt")
    #expect(all.count == 3)
    for names in all { try check(names) }
  }
}
