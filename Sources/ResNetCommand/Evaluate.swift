import ArgumentParser
import ResNet

/// `resnet evaluate`: how good a model is on a test set.
struct Evaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a trained model on test images.",
    usage: "resnet evaluate <model> --data <data> [<options>]",
    discussion: """
      Errors are the share of images, in percent, whose class does not have the
      greatest logit, or is not among the five greatest.

        resnet evaluate runs/r20 --data cifar-10-batches-bin
        resnet evaluate resnet20.safetensors --data cifar-10-batches-bin --json
      """)

  @Argument(help: "The folder of a run, or a safetensors file.", completion: .models)
  var model: String

  @Option(help: "A folder of CIFAR or IDX files, or 'generated'.", completion: .directory)
  var data: String

  @Option(help: "Images in one run of the network.")
  var batch = 128

  @OptionGroup var engine: EngineOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let model = try Model(contentsOf: model)
    let test = try DataSet.open(data).requireTest()
    try await engine.apply()
    let evaluation = try await Evaluator(model, batch: batch).evaluate(on: test)
    Terminal.print(json ? try encoded(evaluation) : "\(model.architecture.name) on \(evaluation)")
  }
}
