import Foundation
import ResNet
import Testing

@testable import ResNetCommand

/// What happens to a run when something happens to it.
@Suite struct SurvivalTests {
  private let folder: TemporaryFolder
  private var run: String { folder.path + "/run" }

  init() throws {
    folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "data")
  }

  private func training(_ output: String, epochs: Int) -> [String] {
    [
      "train", "--network", "resnet8", "--data", folder.path + "/data", "--output", output, "--epochs", "\(epochs)",
      "--batch", "10", "--threads", "1", "--checkpoint-every", "5",
    ]
  }

  private func checkpoints(in run: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")
    return (names ?? []).filter { $0.hasPrefix("step-") }.sorted()
  }

  private func model(in run: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors"))
  }

  @Test("Ctrl-C and a request to end save the run, say how to go on, and end with 130 and 143")
  func interruption() throws {
    var arguments = training(run, epochs: 1_000_000)
    for (number, status) in [(SIGINT, 130), (SIGTERM, 143)] {
      let tool = try Tool.start(arguments)
      let before = checkpoints(in: run)
      try tool.wait { checkpoints(in: run) != before }
      tool.signal(number)
      let result = try tool.end()
      #expect(result.status == Int32(status), "\(result.errors)")
      #expect(result.errors.contains("to go on: resnet train --resume \(run)"), "\(result.errors)")
      #expect(try RunFolder.record(of: run).state == .interrupted)
      arguments = ["train", "--resume", run, "--checkpoint-every", "5"]
    }
    #expect(try RunFolder.record(of: run).sittings.count == 2)
  }

  @Test("One request that arrives twice, as timeout sends it, is no impatience: the run is saved")
  func echo() throws {
    let tool = try Tool.start(training(run, epochs: 1_000_000))
    try tool.wait { !checkpoints(in: run).isEmpty }
    tool.signal(SIGTERM)
    tool.signal(SIGTERM)
    tool.signal(SIGINT)
    let result = try tool.end()
    #expect([130, 143].contains(result.status), "\(result.errors)")
    #expect(result.errors.contains("to go on: resnet train --resume \(run)"), "\(result.errors)")
    #expect(try RunFolder.record(of: run).state == .interrupted)
  }

  @Test("A signal a second after the first means that nobody will wait")
  func impatience() {
    let (received, start) = (Interruption.Received(), ContinuousClock.now)
    #expect(received.add(SIGINT, at: start) == .first)
    #expect(received.add(SIGTERM, at: start + .milliseconds(999)) == .echo)
    #expect(received.add(SIGTERM, at: start + Interruption.patience) == .impatience)
    #expect(received.signal == SIGINT)
  }

  @Test("Interrupted, a run that tells JSON tells nothing else")
  func interruptedJSON() throws {
    let tool = try Tool.start(training(run, epochs: 1_000_000) + ["--progress", "json"])
    try tool.wait { !checkpoints(in: run).isEmpty }
    tool.signal(SIGINT)
    let result = try tool.end()
    #expect(result.status == 130)
    let events = try result.errors.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
    #expect(events.last?["event"] as? String == "end")
    #expect(events.contains { ($0["text"] as? String)?.contains("to go on: resnet train --resume") == true })
  }

  @Test("A run goes on when nobody reads what it says any more", arguments: ["2> /dev/null", "2>&1 > /dev/null"])
  func closedPipe(streams: String) throws {
    let arguments = (training(run, epochs: 4) + ["--progress", "json"]).joined(separator: " ")
    let result = try Tool.run(
      ["-c", "set -o pipefail; '\(try Tool.located())' \(arguments) \(streams) | head -n 1"], program: "/bin/bash")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try RunFolder.record(of: run).state == .finished)
  }

  @Test("What a killed process left is taken away, what belongs to others is not, and a damaged description is told")
  func remains() throws {
    #expect(try Tool.run(training(run, epochs: 2)).status == 0)
    for name in ["run/.resnet-abc.tmp", "run/checkpoints/.resnet-abc.tmp", "run/checkpoints/mine.txt"] {
      try folder.write([1], to: name)
    }
    try folder.write(Array("{".utf8), to: "run/run.json")
    let resumed = try Tool.run(["train", "--resume", run])
    #expect(resumed.status == 0)
    #expect(resumed.errors.contains("note: ") && resumed.errors.contains("the newest checkpoint says the same"))
    #expect(try Tool.run(training(run, epochs: 2) + ["--overwrite"]).status == 0)
    let names = try FileManager.default.subpathsOfDirectory(atPath: run)
    #expect(!names.contains { $0.hasSuffix(".tmp") })
    #expect(names.contains("checkpoints/mine.txt"))
  }

  @Test("Another batch may be meant: the run goes on from the beginning of its epoch", arguments: ["5", "20"])
  func otherBatch(batch: String) throws {
    let tool = try Tool.start(training(run, epochs: 400))
    try tool.wait { checkpoints(in: run).count >= 2 }
    tool.signal(SIGINT)
    #expect(try tool.end().status == 130)
    let resumed = try Tool.run(["train", "--resume", run, "--override", "--batch", batch, "--epochs", "500"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try RunFolder.record(of: run).lastEpoch?.epoch == 500)
    #expect(try Tool.run(["train", "--resume", run]).status == 0)
  }

  @Test("A run that was killed outright goes on, and ends with the same bits")
  func killed() throws {
    #expect(try Tool.run(training(folder.path + "/whole", epochs: 40)).status == 0)
    let tool = try Tool.start(training(run, epochs: 40))
    try tool.wait { checkpoints(in: run).count >= 2 }
    tool.signal(SIGKILL)
    _ = try tool.end()
    #expect(try RunFolder.record(of: run).state == .running)
    let resumed = try Tool.run(["train", "--resume", run], in: "/")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.output.contains("going on after step"))
    #expect(try model(in: run) == model(in: folder.path + "/whole"))
  }

  @Test("A second process is refused as long as the first is at work")
  func twoProcesses() throws {
    let first = try Tool.start(training(run, epochs: 1_000_000))
    try first.wait { !checkpoints(in: run).isEmpty }
    for arguments in [training(run, epochs: 1) + ["--overwrite"], ["train", "--resume", run]] {
      let second = try Tool.run(arguments)
      #expect(second.status == 64)
      #expect(second.errors.contains("another process is at work on the run in this folder"), "\(second.errors)")
    }
    first.signal(SIGINT)
    #expect(try first.end().status == 130)
  }

  @Test("A full disk ends the run with what to do, and it goes on once there is room")
  func fullDisk() throws {
    let disk = folder.path + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    guard try system("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk) else {
      print("SKIPPED: a full disk, because this user may not mount one")
      return
    }
    defer { _ = try? system("umount", disk) }
    #expect(try Tool.run(training(folder.path + "/whole", epochs: 60)).status == 0)
    let run = disk + "/run"
    let tool = try Tool.start(training(run, epochs: 60))
    try tool.wait { !checkpoints(in: run).isEmpty }
    tool.signal(SIGSTOP)
    _ = try system("dd", "if=/dev/zero", "of=\(disk)/rest", "bs=4096")
    tool.signal(SIGCONT)
    let result = try tool.end()
    #expect(result.status == 74, "\(result.errors)")
    #expect(result.errors.contains("Free some space"), "\(result.errors)")
    try FileManager.default.removeItem(atPath: disk + "/rest")
    let resumed = try Tool.run(["train", "--resume", run])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try model(in: run) == model(in: folder.path + "/whole"))
  }

  @Test("A folder that may no longer be written to ends the run with what to do, and it goes on once it may")
  func permissionLost() throws {
    guard let nobody = try Tool.asNobody(or: "permission lost") else { return }
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    #expect(try Tool.run(training(folder.path + "/whole", epochs: 60)).status == 0)
    let tool = try Tool.start(training(run, epochs: 60), by: nobody)
    try tool.wait { !checkpoints(in: run).isEmpty }
    tool.signal(SIGSTOP)
    for place in [run, run + "/checkpoints"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: place)
    }
    tool.signal(SIGCONT)
    let result = try tool.end()
    #expect(result.status == 74, "\(result.errors)")
    #expect(result.errors.contains("Permission denied"), "\(result.errors)")
    for place in [run, run + "/checkpoints"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: place)
    }
    let resumed = try Tool.start(["train", "--resume", run], by: nobody).end()
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try model(in: run) == model(in: folder.path + "/whole"))
  }

  @Test("A dry run says what the run will cost and writes nothing")
  func dryRun() throws {
    let arguments = training(run, epochs: 50) + ["--dry-run"]
    let text = try Tool.run(arguments)
    #expect(text.status == 0, "\(text.errors)")
    for word in ["time ", "memory ", "disk ", "100 steps of 10 images"] { #expect(text.output.contains(word)) }
    let result = try Tool.run(arguments + ["--json"])
    let estimate = try JSONDecoder().decode(TrainingEstimate.self, from: Data(result.output.utf8))
    #expect(estimate.seconds > 0 && estimate.secondsPerStep > 0 && estimate.peakMemoryBytes > 1 << 20)
    #expect(estimate.diskBytes > 1 << 20)
    #expect(!FileManager.default.fileExists(atPath: run))
    for (output, status) in [(folder.path + "/data/test_batch.bin/x", Int32(74)), ("", 64)] {
      #expect(try Tool.run(training(output, epochs: 1) + ["--dry-run"]).status == status, "\(output)")
    }
    #expect(try Tool.run(training(run, epochs: 1)).status == 0)
    #expect(try Tool.run(arguments).errors.contains("there is a run in this folder already"))
    #expect(try Tool.run(["train", "--resume", run, "--dry-run"]).output.contains("time    0 s"))
  }

  @Test("Results that cannot be written are told with status 74, and the run is kept all the same")
  func lostResults() throws {
    let arguments = training(run, epochs: 1).joined(separator: " ")
    let tool = try Tool.located()
    for command in [arguments, "networks"] {
      let result = try Tool.run(["-c", "'\(tool)' \(command) > /dev/full"], program: "/bin/bash")
      #expect(result.status == 74)
      #expect(result.errors.contains("standard output: results cannot be written: No space left"), "\(result.errors)")
    }
    #expect(try RunFolder.record(of: run).state == .finished)
  }

  @Test("What cannot be meant is refused with the remedy")
  func refusals() throws {
    #expect(try Tool.run(training(run, epochs: 2)).status == 0)
    func refused(_ arguments: String, status: Int32 = 64, _ answer: String) throws {
      let words = arguments.split(separator: " ").map(String.init)
      let result = try Tool.run(["train", "--resume", run] + words)
      #expect(result.status == status, "\(arguments): \(result.errors)")
      #expect(result.errors.contains(answer), "\(arguments): \(result.errors)")
      let lines = result.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
      #expect(lines.count == 1 && lines[0].hasPrefix("error: "), "\(result.errors)")
    }
    try refused("--network resnet14", "--network cannot be given with --resume")
    try refused("--seed 1", "--seed cannot be given with --resume")
    try refused("--shortcut b", "the network's options cannot be given with --resume")
    try refused("--learning-rate 0.3", "recipe.learningRate was 0.2 and is now 0.3")
    try refused("--epochs 4", "Give --extend to train for longer")
    try refused("--extend --epochs 1", "--override")
    try refused("--threads 2", "threads was 1 and is now 2")
    try refused("--data \(folder.path)/elsewhere", status: 65, "there is no such folder")
    try refused("--checkpoint-every 0", "checkpoints every 0 steps are not possible")
    try refused("--keep 0", "0 checkpoints cannot be kept")
    try refused("--keep 9223372036854775807", "Keep 1 to 10000")
    try writeCIFAR10(to: folder, in: "other", records: 5)
    try refused("--data \(folder.path)/other", "others than before: 25 of CIFAR-10 training, before 20. Give")
    let extended = try Tool.run(["train", "--resume", run, "--extend", "--epochs", "3"])
    #expect(extended.status == 0, "\(extended.errors)")
    #expect(extended.output.contains("epoch 3/3"))
    let finished = try Tool.run(["train", "--resume", run])
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.errors.contains("steps of this run are made; --extend"), "\(finished.errors)")
    let new = try Tool.run(["train", "--network", "resnet8"])
    #expect(new.status == 64)
    #expect(new.errors.contains("A new run needs --data and --output"))
    #expect(try Tool.run(["train", "--resume", folder.path + "/data"]).status == 65)
  }

  @Test("With fewer threads than were asked for, the tool says so instead of waiting for the missing ones")
  func threadLimit() throws {
    let bench = ["bench", "train", "--network", "resnet8", "--batch", "8", "--seconds", "0", "--json"]
    let limited = ["OMP_THREAD_LIMIT": "1"]
    #expect(try Tool.run(bench, environment: limited).status == 0)
    let refused = try Tool.run(bench + ["--threads", "2"], environment: limited)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("raise OMP_THREAD_LIMIT"))
  }

  @Test(
    "Where OpenMP may give fewer threads than were asked for, the tool still gets all of them", .timeLimit(.minutes(2)))
  func dynamicThreads() throws {
    let threads = String(2 * ProcessInfo.processInfo.processorCount)
    let bench = [
      "bench", "train", "--network", "resnet8", "--batch", "8", "--seconds", "0", "--json", "--threads", threads,
    ]
    #expect(try Tool.run(bench, environment: ["OMP_DYNAMIC": "true"]).status == 0)
  }

  /// Runs a program of the system and says whether it succeeded.
  private func system(_ command: String...) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
