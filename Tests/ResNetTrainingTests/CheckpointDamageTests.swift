import Foundation
import ResNetCore
import ResNetModel
import Synchronization
import Testing

@testable import ResNetTraining

/// What a disk, a crash or a stray program can do to a run's files. After each: the run goes on to the same end, or an
/// error says what to do, and the last good checkpoint is intact.
@Suite struct CheckpointDamageTests {
  private let folder: TemporaryFolder
  private let path: String
  private let files: [String]
  private let model: Data

  init() async throws {
    folder = try TemporaryFolder()
    path = folder.path + "/run"
    let policy = CheckpointPolicy(interval: .steps(2))
    try await train(smallTrainer(keptIn: RunFolder(path, data: "generated", checkpoints: policy)))
    files = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints").sorted()
    model = try folder.bytes(of: "run/model.safetensors")
  }

  private func write(_ data: Data, to name: String) throws {
    try data.write(to: URL(fileURLWithPath: path + "/" + name))
  }

  /// Goes on, and returns the notes.
  private func resume() async throws -> [String] {
    let notes = Mutex<[String]>([])
    let folder = try RunFolder(resuming: path)
    for note in folder.notes { notes.withLock { $0.append(note) } }
    try await train(smallTrainer(keptIn: folder, note: { note in notes.withLock { $0.append(note) } }))
    return notes.withLock { $0 }
  }

  /// Reads the newest checkpoint as the run would, and says what it found.
  private func expectDamageIsNoticed(_ what: String) async throws {
    let notes = try await resume()
    #expect(notes.contains { $0.contains("the checkpoint before it is used") }, "\(what): \(notes)")
    #expect(try folder.bytes(of: "run/model.safetensors") == model, "\(what)")
  }

  @Test("A checkpoint that was cut at any 4 KiB is noticed, and the one before is used")
  func cut() async throws {
    let name = "checkpoints/" + files[2]
    let good = try folder.bytes(of: "run/" + name)
    #expect(good.count > 20 * 4096)
    for length in stride(from: 0, to: good.count, by: 4096) {
      try write(good.prefix(length), to: name)
      try await expectDamageIsNoticed("cut at \(length)")
      #expect(try folder.bytes(of: "run/\(name).damaged") == good.prefix(length))
    }
  }

  @Test("A flipped bit anywhere in a checkpoint is noticed")
  func flipped() async throws {
    let name = "checkpoints/" + files[2]
    let good = try folder.bytes(of: "run/" + name)
    var random = RandomNumbers(seed: 1, purpose: .testing)
    // The first bytes hold the header's length, the next ones text, the rest numbers.
    let places = Array(0..<12) + (0..<60).map { _ in random.integer(below: good.count) }
    for place in places {
      var bad = good
      bad[place] ^= UInt8(1 << random.integer(below: 8))
      try write(bad, to: name)
      try await expectDamageIsNoticed("a bit of byte \(place)")
    }
  }

  @Test("Where all checkpoints are damaged nothing is thrown away, and the error says what to do")
  func allDamaged() async throws {
    for name in files { try write(Data("x".utf8), to: "checkpoints/" + name) }
    let error = try await failure { _ = try await resume() }
    #expect(error.code == .data)
    #expect(error.message == "none of the 3 checkpoints can be read")
    #expect(error.remedy.contains("--overwrite"))
    #expect(try folder.bytes(of: "run/model.safetensors") == model)
  }

  @Test("A description that was cut anywhere is replaced by that in the newest checkpoint")
  func descriptionCut() async throws {
    let good = try folder.bytes(of: "run/run.json")
    for length in stride(from: 0, to: good.count - 2, by: 97) {
      try write(good.prefix(length), to: "run.json")
      let notes = try await resume()
      #expect(notes.contains { $0.contains("the newest checkpoint says the same") }, "cut at \(length): \(notes)")
      #expect(try RunFolder.record(of: path).state == .finished)
    }
    try FileManager.default.removeItem(atPath: path + "/run.json")
    _ = try await resume()
    #expect(try RunFolder.record(of: path).state == .finished)
  }

  @Test("A damaged description without a checkpoint is refused with what to do")
  func descriptionAlone() async throws {
    try FileManager.default.removeItem(atPath: path + "/checkpoints")
    for text in ["", "{}", "[1]", #"{"format": 1}"#, #"{"seed": 1, "seed": 2}"#] {
      try write(Data(text.utf8), to: "run.json")
      let error = try await failure { _ = try await resume() }
      #expect(error.code == .data)
      #expect(error.place?.contains("run.json") == true)
    }
  }

  @Test("A state that no run can be in is refused, however sound its file")
  func impossible() throws {
    var progress = TrainingState.Progress()
    for (step, possible) in [(0, true), (3, true), (4, false), (-1, false), (.max, false)] {
      progress.step = step
      #expect(progress.isPossible(batchesPerEpoch: 3, images: 20) == possible, "\(step)")
    }
    progress.step = 0
    progress.epochTimes = [1]
    #expect(!progress.isPossible(batchesPerEpoch: 3, images: 20))
    let scores = Data(#"{"count": 21, "loss": 1, "topOneMisses": 0, "topFiveMisses": 0}"#.utf8)
    #expect(try !JSONDecoder().decode(Scores.self, from: scores).isPossible(images: 20))
  }

  @Test("A checkpoint or a description of a newer version is refused, not taken for damage in silence")
  func newer() async throws {
    var text = String(decoding: try folder.bytes(of: "run/run.json"), as: UTF8.self)
    text = text.replacingOccurrences(of: "\"format\" : 1", with: "\"format\" : 2")
    try write(Data(text.utf8), to: "run.json")
    for read in [{ _ = try RunFolder.record(of: path) }, { _ = try RunFolder(resuming: path) }] {
      let error = try await failure { try read() }
      #expect(error.code == .unavailable)
      #expect(error.message == "the run is of format 2, and only 1 can be read")
      #expect(error.remedy.contains("newer"))
    }
    try FileManager.default.removeItem(atPath: path + "/run.json")
    let name = "checkpoints/" + files[2]
    let bytes = try folder.bytes(of: "run/" + name)
    let place = try #require(bytes.firstRange(of: Data(#""resnet.checkpoint":"1""#.utf8)))
    var newer = bytes
    newer[place.upperBound - 2] = UInt8(ascii: "2")
    try write(newer, to: name)
    let error = try await failure { _ = try await resume() }
    #expect(error.code == .unavailable)
    #expect(error.message.contains("the checkpoint is of format"))
    #expect(try folder.bytes(of: "run/" + name) == newer)
  }

  @Test("Checkpoints are told apart by their steps, not by clocks that may have been set back")
  func clocks() async throws {
    for (position, name) in files.enumerated() {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: Double(1_000_000_000 - position * 100_000))],
        ofItemAtPath: path + "/checkpoints/" + name)
    }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: 1e7)], ofItemAtPath: path + "/run.json")
    let trainer = try smallTrainer(keptIn: RunFolder(resuming: path))
    try await trainer.prepare()
    #expect(await trainer.step == 7)
  }

  @Test("A disk too small for the run is told before the first step")
  func space() async throws {
    let trainer = try smallTrainer()
    let few = RunFolder.diskBytes(for: trainer, policy: CheckpointPolicy(keep: 1))
    let many = RunFolder.diskBytes(for: trainer, policy: CheckpointPolicy(keep: 10_000))
    #expect(few > 2 * 300_000 && many > 1000 * few)
    let error = try #require(RunFolder.refusal(needed: 3 << 30, free: 2 << 30, at: "here"))
    #expect(error.code == .inputOutput)
    #expect(error.message == "the run takes 3072 MiB and the disk has 2048 MiB left")
    #expect(error.remedy.contains("--keep"))
    #expect(RunFolder.refusal(needed: 2 << 30, free: 3 << 30, at: "here") == nil)
    // What the run has written already is there for it.
    #expect(RunFolder.bytesOnDisk(path) > 3 * 300_000)
  }
}
