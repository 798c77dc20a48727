import ArgumentParser
import Foundation
import ResNet
import Testing

@testable import ResNetCommand

/// `resnet bench` of one network and of several, and its profile.
@Suite struct BenchTests {
  private func training(_ arguments: [String]) throws -> Bench.Training {
    try #require(ResNetCommand.parseAsRoot(["bench", "train"] + arguments) as? Bench.Training)
  }

  @Test("All combinations of networks, batches and precisions are measured, in the order of the command line")
  func combinations() throws {
    let precisions = Precision.allCases.map(\.rawValue)
    let command = try training(
      ["--network", "resnet8", "resnet20", "--batch", "1", "16", "--precision"] + precisions + ["--threads", "2"])
    let works = command.options.works(.training, threads: 2)
    #expect(works.count == 4 * precisions.count)
    #expect(works.prefix(precisions.count).map(\.precision) == Precision.allCases)
    #expect(works.filter { $0.precision == .float32 }.map(\.batch) == [1, 16, 1, 16])
    #expect(works.map(\.network).first == "resnet8" && works.map(\.network).last == "resnet20")
    let usual = try training(["--network", "resnet8"]).options.works(.training, threads: 1)
    #expect(usual == [BenchWork(task: .training, network: "resnet8", batch: 128, precision: .float32, threads: 1)])
  }

  @Test("What a process of its own is told is what was asked for")
  func arguments() throws {
    let words = [
      "--network", "resnet8", "plain8", "--batch", "4", "--seconds", "0.5", "--shortcut", "b", "--order",
      "preactivation",
      "--carry", "half", "--survival", "0.5", "--dropout", "0.25", "--stride-in", "1x1", "--normalization", "none",
      "--initialization", "normal:0.01", "--memory-limit", "1GiB",
    ]
    let command = try training(words)
    let work = command.options.works(.training, threads: 3)[1]
    let again = try training(command.options.arguments(work, memoryLimit: command.memory.memoryLimit))
    #expect(again.options.works(.training, threads: try #require(again.options.sharing.threads)) == [work])
    #expect(again.options.seconds == 0.5 && again.options.json && again.memory.memoryLimit == 1 << 30)
    #expect(again.options.options.arguments == command.options.options.arguments)
    #expect(command.options.options.arguments.count == 8)
  }

  @Test(
    "What does not go together is refused",
    arguments: [
      ["--profile", "--batch", "1", "2"], ["--flame", "x.svg", "--network", "resnet8", "resnet20"],
      ["--profile", "--against", "torch"], ["--variants", "nhwc"], ["--peers", "x"],
      ["--against", "torch", "--rounds", "0"], ["--against", "torch", "--variants", "nwhc"],
      ["--against", "openvino", "--variants", "nhwc"], ["--against", "tensorflow"],
    ])
  func refusals(arguments: [String]) {
    #expect(throws: (any Error).self) { try training(["--network", "resnet8"] + arguments) }
  }

  @Test("Several measurements make a table of at most 80 columns, or a line of JSON each")
  func several() throws {
    let arguments = [
      "bench", "infer", "--network", "resnet8", "plain8", "--batch", "1", "3", "--threads", "1", "--seconds", "0",
    ]
    let table = try Tool.run(arguments)
    #expect(table.status == 0 && table.errors.isEmpty, "\(table.errors)")
    let lines = table.output.split(separator: "\n")
    #expect(lines.count == 5 && lines.allSatisfy { $0.count <= 80 && $0.count == lines[0].count })
    let words = lines.map { $0.split(separator: " ").prefix(3).map(String.init) }
    #expect(
      words == [
        ["network", "batch", "precision"], ["resnet8", "1", "f32"], ["resnet8", "3", "f32"], ["plain8", "1", "f32"],
        ["plain8", "3", "f32"],
      ])
    let json = try Tool.run(arguments + ["--json"])
    #expect(json.status == 0, "\(json.errors)")
    let results = try json.output.split(separator: "\n").map {
      try JSONDecoder().decode(BenchResult.self, from: Data($0.utf8))
    }
    #expect(results.map(\.network) == ["resnet8", "resnet8", "plain8", "plain8"])
    #expect(results.map(\.batch) == [1, 3, 1, 3])
    #expect(results.allSatisfy { $0.imagesPerSecond > 0 && $0.peakMemoryMiB > 1 && $0.threads == 1 })
  }

  @Test(
    "Training in integers is refused before anything is measured, alone, among others and against another engine",
    arguments: [
      ["--precision", "int8"], ["--precision", "f32", "int8"], ["--precision", "int8", "--against", "torch"],
    ])
  func integerTraining(arguments: [String]) throws {
    let result = try Tool.run(["bench", "train", "--network", "resnet8", "--batch", "1", "--seconds", "0"] + arguments)
    #expect(result.status == 64 && result.output.isEmpty, "\(result.output)")
    #expect(
      result.errors == """
        error: --precision int8: integers of 8 bits are for inference. Train in f32 or bf16, or use bench infer.

        """)
  }

  @Test("Inference in integers is measured beside other precisions", .computesInIntegers)
  func integers() throws {
    let result = try Tool.run([
      "bench", "infer", "--network", "resnet8", "--batch", "3", "--precision", "f32", "int8", "--threads", "1",
      "--seconds", "0", "--json",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let results = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(BenchResult.self, from: Data($0.utf8))
    }
    #expect(results.map(\.precision) == [.float32, .int8])
    #expect(results.allSatisfy { $0.imagesPerSecond > 0 && $0.peakMemoryMiB > 1 && $0.batch == 3 })
  }

  @Test("A profile of integers tells of operations, not of those in floating point", .computesInIntegers)
  func integerProfile() throws {
    let arguments = [
      "bench", "infer", "--network", "resnet20", "--batch", "4", "--precision", "int8", "--threads", "1", "--seconds",
      "0", "--profile",
    ]
    let result = try Tool.run(arguments)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains(" GOP/s (in registers)") && !result.output.contains("GFLOP/s"), "\(result.output)")
    let json = try Tool.run(arguments + ["--json"])
    let profile = try #require(try JSONDecoder().decode(BenchResult.self, from: Data(json.output.utf8)).profile)
    let step = try #require(profile.steps.first { $0.layer == "layer1.0.conv1" && $0.kind == "convolution" })
    // A byte for each number that is read and written, and for each weight, whose format may have some room.
    let (activations, weights) = (2 * 4 * 16 * 32 * 32, 16 * 16 * 9)
    #expect((activations + weights...activations + 2 * weights).contains(step.bytes), "\(step)")
  }

  @Test("A process of its own that fails ends the tool with its status, or with what became of it")
  func failures() {
    let work = BenchWork(task: .training, network: "resnet8", batch: 1, precision: .float32, threads: 1)
    func failure(_ status: Int32, _ output: String = "") -> (any Error)? {
      do {
        _ = try BenchResult(of: work, from: .init(status: status, output: output, errors: ""))
        return nil
      } catch { return error }
    }
    #expect((failure(69) as? ExitCode)?.rawValue == 69)
    let killed = failure(137) as? ResNetError
    #expect(killed?.code == .unavailable && killed?.message.contains("signal 9") == true)
    #expect((failure(0, "{}\n") as? ResNetError)?.message == "the measurement gave no result")
  }

  @Test("A process of its own that cannot be told where to write is told why")
  func noTemporaryFolder() throws {
    let result = try Tool.run(
      ["bench", "infer", "--network", "resnet8", "--batch", "1", "2", "--seconds", "0"],
      environment: ["TMPDIR": "/proc/nowhere"])
    #expect(result.status == 74)
    #expect(result.errors.contains("Name a folder that you may write to in TMPDIR"), "\(result.errors)")
  }

  @Test("A profile names kinds, layers and peaks, and is drawn", arguments: ["train", "infer"])
  func profile(task: String) throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "bench", task, "--network", "resnet20", "--batch", "4", "--threads", "1", "--seconds", "0", "--profile",
    ]
    let result = try Tool.run(arguments + ["--flame", folder.path + "/flame.svg"])
    #expect(result.status == 0, "\(result.errors)")
    let kinds = ["convolution", "pooling"] + (task == "train" ? ["weight gradient", "update", "packing"] : [])
    for text in kinds + ["layer (slowest 20 of ", "GFLOP/s", "GB/s", " ms a step, medians of ", " (triad)"] {
      #expect(result.output.contains(text), "\(text)")
    }
    let lines = result.output.split(separator: "\n")
    #expect(lines.dropFirst().allSatisfy { $0.count <= 80 }, "\(result.output)")
    let figure = try String(contentsOfFile: folder.path + "/flame.svg", encoding: .utf8)
    #expect(figure.hasPrefix("<svg ") && figure.hasSuffix("</svg>\n"))
    #expect(figure.contains("<title>resnet20 · layer1 · 0 · conv1 · convolution: "))

    let json = try Tool.run(arguments + ["--json"])
    let measured = try JSONDecoder().decode(BenchResult.self, from: Data(json.output.utf8))
    let profile = try #require(measured.profile)
    let graph = try Architecture.named("resnet20").graph(classes: 10)
    let forward = profile.steps.filter { $0.kind == "convolution" }.reduce(0) { $0 + $1.multiplyAdds }
    #expect(forward == 4 * graph.multiplyAdds)
    #expect(profile.peak.multiplyAddsPerSecond > 0 && profile.peak.bytesPerSecond > 0 && profile.runs >= 3)
  }

  @Test("A figure that cannot be written is told with the path")
  func figureNowhere() throws {
    let result = try Tool.run([
      "bench", "infer", "--network", "resnet8", "--batch", "1", "--seconds", "0", "--flame", "/proc/nowhere/flame.svg",
    ])
    #expect(result.status == 74)
    #expect(result.errors.contains("/proc/nowhere/flame.svg"), "\(result.errors)")
  }

  @Test("A profile adds up by kind and by layer, and rates stand beside the peaks")
  func sums() {
    func step(_ layer: String, _ kind: String, _ seconds: Double, _ multiplyAdds: Int = 0) -> StepTime {
      StepTime(
        layer: layer, kind: kind, multiplyAdds: multiplyAdds, bytes: 1_000_000, leastBytes: 500_000, seconds: seconds)
    }
    let profile = Profile(
      steps: [
        step("", "batch", 0.001), step("conv1", "convolution", 0.002, 100_000_000), step("bn1", "normalisation", 0.003),
        step("conv1", "weight gradient", 0.004, 100_000_000), step("", "update", 0),
      ], runs: 7, peak: MachinePeak(multiplyAddsPerSecond: 100e9, bytesPerSecond: 10e9))
    #expect(profile.kinds.map(\.name) == ["weight gradient", "normalisation", "convolution", "batch", "update"])
    #expect(profile.layers.map(\.name) == ["conv1", "bn1", "(batch)", "(update)"])
    #expect(profile.layers[0].multiplyAdds == 200_000_000 && profile.layers[0].bytes == 2_000_000)
    #expect(abs(profile.whole.seconds - 0.01) < 1e-12)
    let text = profile.text(.float32)
    let lines: [[String]] = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    // 0.2 GFLOP in 2 ms are 100 GFLOP/s of 200; 1 MB in 2 ms 0.5 GB/s of 10.
    #expect(lines.contains(["convolution", "2.000", "20", "%", "100.0", "50", "%", "0.5", "5", "%"]))
    #expect(lines.contains(["normalisation", "3.000", "30", "%", "–", "–", "0.3", "3", "%"]))
    #expect(lines.contains(["update", "0.000", "0", "%", "–", "–", "–", "–"]))
    #expect(text.contains("it would be 2.5 MB (2.00 ×)"))
    #expect(text.contains("10.000 ms a step, medians of 7 runs"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    // Single precision alone has convolutions that multiply less often than they count.
    #expect(text.contains("Winograd") && !profile.text(.bfloat16).contains("Winograd"))
  }
}
