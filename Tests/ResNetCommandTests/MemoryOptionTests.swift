import Foundation
import ResNet
import Testing

@testable import ResNetCommand

@Suite struct MemoryOptionTests {
  @Test(
    "A size is a number and a unit, or bytes",
    arguments: [
      ("512MiB", 536_870_912), ("2GiB", 2_147_483_648), ("2GB", 2_000_000_000), ("1.5GiB", 1_610_612_736),
      ("64KiB", 65_536), ("1TiB", 1_099_511_627_776), ("123456789", 123_456_789), ("0", 0),
    ])
  func sizes(text: String, bytes: Int) throws {
    #expect(try memorySize(text) == bytes)
  }

  @Test(
    "What is no size is refused with what is",
    arguments: [
      "", "GiB", "2 GiB", "2gib", "-1", "-1GiB", "1e3", "1.5", "0x10", "nan", "infGiB", "2Gi", "1..5GiB", ".GiB",
      "999999999999GiB", "99999999999999999999", "２GiB",
    ])
  func refusals(text: String) {
    let error = #expect(throws: ResNetError.self) { try memorySize(text) }
    #expect(error?.code == .usage)
    #expect(error?.remedy.contains("512MiB") == true)
  }

  @Test("A summary tells the memory of training before anything runs, with a limit and without")
  func summary() throws {
    func plan(_ arguments: String...) throws -> TrainingMemory {
      struct Summary: Decodable {
        var training: TrainingMemory
      }
      let result = try Tool.run(
        ["summary", "resnet20", "--training", "--batch", "64", "--threads", "1", "--json"] + arguments)
      #expect(result.status == 0, "\(result.errors)")
      return try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8)).training
    }
    let whole = try plan()
    #expect(whole.recomputedLayers == 0)
    #expect(whole.optimizerBytes == 4 * 269_722)
    let limit = whole.totalBytes - whole.arenaBytes / 4
    let limited = try plan("--memory-limit", "\(limit)")
    #expect(limited.recomputedLayers > 0)
    #expect(limited.totalBytes <= limit)

    let text = try Tool.run(["summary", "resnet20", "--training", "--batch", "64"]).output
    #expect(text.contains("memory to train with batches of 64"))
    #expect(text.contains("computed twice: nothing"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  #if os(Linux)
    @Test("What is planned is what the process then holds, with a limit and without")
    func peak() throws {
      struct Result: Decodable {
        var peakMemoryMiB: Double
        var memory: TrainingMemory
      }
      func measured(_ arguments: String...) throws -> Result {
        let result = try Tool.run(
          [
            "bench", "train", "--network", "resnet20", "--batch", "128", "--threads", "1", "--seconds", "0", "--json",
          ] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(Result.self, from: Data(result.output.utf8))
      }
      let whole = try measured()
      let limit = whole.memory.totalBytes - whole.memory.arenaBytes / 4
      let limited = try measured("--memory-limit", "\(limit)")
      for result in [whole, limited] {
        let planned = Double(result.memory.totalBytes) / 1_048_576
        #expect(abs(result.peakMemoryMiB / planned - 1) <= 0.1, "\(result.peakMemoryMiB) of \(planned) MiB")
      }
      #expect(limited.peakMemoryMiB <= Double(limit) / 1_048_576)
    }
  #endif
}
