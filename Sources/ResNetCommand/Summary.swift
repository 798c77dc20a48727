import ArgumentParser
import ResNet

/// `resnet summary`: the layers of a network, and what they cost.
struct Summary: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a network's layers, parameters and cost.",
    usage: "resnet summary <network> [<options>]",
    discussion: """
      One line a layer: its output as channels × height × width, its parameters,
      and the multiplications with addition that one image takes.

        resnet summary resnet50
        resnet summary resnet20 --classes 100
        resnet summary resnet20 --shortcut b --normalization none
        resnet summary plain34 --json
        resnet summary my-net.json
        resnet summary runs/r20

      Of a model, which is the folder of a run or a safetensors file, it tells too
      how good it was when training kept it, where its file says so.

      With --training also the memory that training takes, before anything runs:

        resnet summary resnet1202 --training --batch 128 --memory-limit 3GiB
      """)

  @Argument(
    help: "A network such as resnet20 ('resnet networks' lists them), a JSON file, or a model.", completion: .networks)
  var network: String

  @OptionGroup var options: NetworkOptions

  @Option(
    help: ArgumentHelp(
      "Classes to tell apart; if not given, the model's, or 1000 for ImageNet's networks and 10 for others.",
      valueName: "number"))
  var classes: Int?

  @Flag(help: "Plan the memory of training too.")
  var training = false

  @Option(help: ArgumentHelp("With --training: images in a step (default: 128).", valueName: "images"))
  var batch: Int?

  @OptionGroup var memory: MemoryOption
  @OptionGroup var engine: EngineOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard training || (batch == nil && memory.memoryLimit == nil) else {
      throw ValidationError("A batch and a memory limit are those of training: give --training too.")
    }
  }

  func run() async throws {
    let argument = try NetworkArgument(network)
    let (architecture, model) = (try options.varied(argument.architecture), argument.model)
    let graph = try architecture.graph(
      classes: classes ?? model?.classes.count ?? architecture.usualClasses, input: model?.input)
    let summary = graph.summary(network: architecture.name)
    // Of a network that is varied nobody knows them.
    let figures = options.isGiven || classes != nil ? nil : argument.model?.figures
    let batch = batch ?? 128
    let plan = training ? try await plan(graph, batch: batch) : nil
    if json {
      Terminal.print(try encoded(PlannedSummary(summary: summary, training: plan, figures: figures)))
    } else {
      let parts = [
        summary.description, plan.map { $0.table(batch: batch, runBytes: runBytes(graph, $0, batch)) },
        figures?.description,
      ]
      Terminal.print(parts.compactMap(\.self).joined(separator: "\n\n"))
    }
  }

  private func runBytes(_ graph: Graph, _ plan: TrainingMemory, _ batch: Int) -> Int {
    TrainingMemory.runBytes(
      batchBytes: batch * graph.inputShape.count * MemoryLayout<Float>.stride, parameterBytes: plan.parameterBytes)
  }

  private func plan(_ graph: Graph, batch: Int) async throws -> TrainingMemory {
    try await engine.apply()
    let (limit, precision) = (memory.memoryLimit, try await engine.chosenPrecision())
    return try await EngineActor.run {
      let engine = try Engine(graph: graph, precision: precision)
      let optimizer = SGD(engine.parameters, recipe: .he2015)
      return try engine.plan([.init(batch: batch, purpose: .training)], within: limit, optimizer: optimizer)
    }
  }
}

/// A network's summary with the memory that training it takes, and how good a model is.
private struct PlannedSummary: Encodable {
  var summary: GraphSummary
  var training: TrainingMemory?
  var figures: Model.Figures?

  private enum Key: CodingKey {
    case training, figures
  }

  func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(training, forKey: .training)
    try container.encodeIfPresent(figures, forKey: .figures)
  }
}
