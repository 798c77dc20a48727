import Foundation
import ResNetCore
import ResNetEngine
import ResNetFiles
import ResNetGraph
import ResNetModels
import ResNetTesting
import Testing

/// Full-size networks against torchvision's, for as many as `Scripts/fixtures/compare_with_torchvision.py` has written.
@Suite struct TorchvisionTests {
  private static let folder = ProcessInfo.processInfo.environment["RESNET_TORCHVISION"]

  private static let files =
    folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) }?
    .filter { $0.hasSuffix(".safetensors") }.sorted() ?? []

  @Test(
    "Full-size networks give torchvision's logits and gradients",
    .enabled(if: folder != nil, "RESNET_TORCHVISION names no folder"), arguments: files)
  @EngineActor
  func network(_ name: String) throws {
    let file = try Safetensors(contentsOf: "\(Self.folder ?? "")/\(name)")
    let architecture = try Architecture.named(String(name.dropLast(".safetensors".count)))
    let graph = try architecture.graph(classes: 1000)
    // Names and shapes are all that torchvision's state_dict has, and no more.
    let names = file.entries.map(\.name).filter {
      $0 != "input" && !$0.hasPrefix("double.") && !$0.hasPrefix("single.")
    }
    #expect(names.sorted() == graph.parameters.map(\.name).sorted())
    let engine = try Engine(graph: graph)
    for name in names { try engine.parameters.set(name, to: file.tensor(named: name)) }
    let input = try file.tensor(named: "input")

    func check(_ part: String, _ found: [Float], within bound: Double) throws {
      func values(_ precision: String) throws -> [Double] {
        try file.tensor(named: "\(precision).\(part)").scalars.map(Double.init)
      }
      let difference = greatestDifference(found.map(Double.init), try values("double"))
      let pyTorch = greatestDifference(try values("single"), try values("double"))
      print("\(architecture.name), \(part): \(Float(difference)), PyTorch's float32 \(Float(pyTorch))")
      #expect(difference <= bound + 4 * pyTorch, "\(part)")
    }
    let evaluation = try engine.program(batch: input.shape[0], purpose: .inference)
    _ = evaluation.input.update(from: input.scalars)
    try evaluation.run()
    try check("evaluation", Array(evaluation.logits), within: 1e-5)
    let training = try engine.program(batch: input.shape[0], purpose: .training)
    _ = training.input.update(from: input.scalars)
    for sample in training.labels.indices { training.labels[sample] = Int32(sample) }
    try training.run()
    try check("training", Array(training.logits), within: 1e-5)
    try check("gradient", training.gradient(#require(graph.parameters.first).name).scalars, within: 1e-4)
  }
}
