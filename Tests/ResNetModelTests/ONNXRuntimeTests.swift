import Foundation
import ResNetCore
import ResNetEngine
import ResNetFiles
import ResNetGraph
import ResNetImages
import ResNetModels
import ResNetTesting
import Testing

@testable import ResNetModel

/// What is exported, run by ONNX Runtime and checked by ONNX's own checker.
@Suite struct ONNXRuntimeTests {
  /// Reads every file of a folder: `NAME.onnx`, what goes in and our logits, for a batch of 3.
  private static let script = """
    import glob, os, sys, numpy, onnx, onnx.checker, onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx"))):
        onnx.checker.check_model(path, full_check=True)
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        given, = session.get_inputs()
        asked, = session.get_outputs()
        assert given.name == "input" and given.shape[0] == "batch", (given.name, given.shape)
        assert asked.name == "logits" and asked.shape[0] == "batch", (asked.name, asked.shape)
        data = numpy.fromfile(path[:-4] + "input", "<f4").reshape([3, *given.shape[1:]])
        ours = numpy.fromfile(path[:-4] + "logits", "<f4").reshape([3, -1])
        whole, = session.run(None, {"input": data})
        first, = session.run(None, {"input": data[:1]})
        greatest = abs(ours).max()
        assert whole.shape == ours.shape and first.shape == ours[:1].shape, (path, whole.shape)
        difference = max(abs(whole - ours).max(), abs(first - ours[:1]).max())
        print(os.path.basename(path), difference / greatest, greatest)
    """

  private static func architecture(
    _ name: String, stem: String = #"{"kind": "cifar", "width": 8}"#, block: String, _ rest: String = ""
  ) throws -> Architecture {
    try Architecture(
      json: """
        {"name": "\(name)", "input": [3, 19, 17], "stem": \(stem), "block": \(block),
         "stages": [{"blocks": 2, "width": 8}, {"blocks": 2, "width": 16, "stride": 2}]\(rest)}
        """)
  }

  /// A network of each kind.
  private static func architectures() throws -> [Architecture] {
    var projecting = try Architecture.named("resnet20")
    projecting.shortcut = .projection
    projecting.name = "resnet20b"
    var after = try Architecture.named("resnet20")
    after.shortcut = .zeroPaddingAfter
    after.name = "resnet20after"
    let names = [
      "resnet20", "plain20", "preact_resnet20", "densenet40_k12", "fully_connected_resnet20",
      "cifar_bottleneck_resnet29",
    ]
    return try names.map(Architecture.named) + [
      projecting, after,
      architecture(
        "grouped", stem: #"{"kind": "imagenet", "width": 8}"#,
        block: #"{"branch": [{"kernel": 1}, {"kernel": 3, "groups": 4}, {"kernel": 1, "width": 2}]}"#),
      architecture("squeezed", block: #"{"branch": [{"kernel": 3}, {"kernel": 3}], "squeeze": 4}"#),
      architecture("d", stem: #"{"kind": "deep", "width": 8}"#, block: #""bottleneck""#, #", "shortcut": "d""#),
      architecture("gated", block: #""basic""#, #", "carry": "exclusive-gate""#),
      architecture("halved", block: #""basic""#, #", "carry": "half", "survival": 0.5, "normalization": "none""#),
      architecture(
        "grown",
        block: #"{"connection": "dense", "compression": 0.5, "branch": [{"kernel": 1, "width": 4}, {"kernel": 3}]}"#),
    ]
  }

  @EngineActor
  private func write(_ file: ONNXFile, _ graph: Graph, to path: String) throws {
    try file.write(to: path + ".onnx")
    let engine = try Engine(graph: graph)
    try engine.parameters.set(HashedValues.parameters(of: graph))
    let program = try engine.program(batch: 3, purpose: .inference)
    let input = HashedValues.input(graph.inputShape, batch: 3).scalars
    _ = program.input.update(from: input)
    try program.run()
    for (name, numbers) in [("input", input), ("logits", Array(program.logits))] {
      try numbers.withUnsafeBytes { try Data($0).write(to: URL(filePath: "\(path).\(name)")) }
    }
  }

  private func compare(_ folder: String, count: Int) throws {
    let lines = try Python.run(Self.script, [folder]).map { $0.split(separator: " ") }
    #expect(lines.count == count)
    for line in lines {
      let (difference, greatest) = (Double(line[1]) ?? .nan, Double(line[2]) ?? .nan)
      #expect(difference <= 1e-4 && greatest > 0, "\(line)")
    }
  }

  @Test(
    "ONNX Runtime gives our logits for networks of every kind",
    .enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
  @EngineActor
  func models() throws {
    try withTemporaryFolder { folder in
      let architectures = try Self.architectures()
      for architecture in architectures {
        let classes = ["a", "b", "c", "d", "e"]
        let graph = try architecture.graph(classes: classes.count)
        let deviation = Array(repeating: 0.25, count: architecture.input[0])
        // A mean image is an initializer that no operator takes.
        let preprocessing =
          architecture.name == "resnet20"
          ? try Preprocessing(meanImage: Tensor(repeating: 0.5, shape: architecture.input), deviation: deviation)
          : try Preprocessing(mean: deviation, deviation: deviation)
        let model = try Model(
          architecture: architecture, classes: classes, preprocessing: preprocessing,
          parameters: HashedValues.parameters(of: graph))
        try write(model.onnx(), model.graph, to: "\(folder)/\(architecture.name)")
      }
      try compare(folder, count: architectures.count)
    }
  }

  @Test(
    "ONNX Runtime gives our logits for random graphs, whatever their layers",
    .enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
  @EngineActor
  func randomGraphs() throws {
    try withTemporaryFolder { folder in
      for seed in 0..<120 {
        let graph = try RandomGraph.make(seed: UInt64(seed))
        let operators = ONNXOperators(graph)
        let initializers = HashedValues.parameters(of: graph).sorted { $0.key < $1.key }.map {
          ONNXFile.Initializer($0.key, .float32($0.value))
        }
        let file = ONNXFile(
          name: "random", producer: ("tests", "0"),
          inputs: [.init("input", [.named("batch")] + graph.inputShape.dimensions.map { .fixed($0) })],
          outputs: [.init("logits", [.named("batch"), .fixed(graph.outputShape[0])])], nodes: operators.nodes,
          initializers: initializers + operators.constants, metadata: [:])
        try write(file, graph, to: "\(folder)/\(seed)")
      }
      try compare(folder, count: 120)
    }
  }
}
