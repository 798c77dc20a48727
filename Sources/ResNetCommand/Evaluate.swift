import ArgumentParser
import ResNet
import ResNetCore

/// `resnet evaluate`: how good models are on a test set.
struct Evaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure trained models on test images.",
    usage: "resnet evaluate <model> ... --data <data> [<options>]",
    discussion: """
      Errors are the share of images, in percent, whose class does not have the
      greatest logit, or is not among the five greatest. The calibration error, in
      percent too, is how far the model's confidence lies from its accuracy.

      One model is measured class by class; several are compared, a line each.
      Quantised models compute with integers unless --precision says otherwise.
      Of a folder of pictures those in test are taken, else those in val, else all.

        resnet evaluate runs/r20 --data cifar-10-batches-bin
        resnet evaluate runs/r20 --data cifar-10-batches-bin \\
          --confusion confusion.svg
        resnet evaluate runs/r20 runs/r56 --data cifar-10-batches-bin --json
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var models: [String]

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String

  @Option(help: "Images in one run of the network.")
  var batch = 128

  @Option(
    help: ArgumentHelp("Draw the confusion matrix of one model as SVG.", valueName: "file"), completion: .file())
  var confusion: String?

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var engine: EngineOptions

  @Flag(help: "Print JSON: one line a model.")
  var json = false

  func validate() throws {
    guard confusion == nil || models.count == 1 else {
      throw ValidationError("A confusion matrix is that of one model: give one, or leave --confusion away.")
    }
  }

  func run() async throws {
    let test = try pictures.open(data).requireTest()
    // Measuring can take long: what does not fit is refused before. One model at a time is held in memory.
    for path in models {
      let model = try evaluator(path, for: test).model
      model.tellNotFinite(path)
      if test.imageShape == nil, let note = model.noteOnResizing { Terminal.note("note: \(cell(path)) \(note)") }
      if let note = model.noteOnClasses(of: test) { Terminal.note("note: \(cell(path)) \(note)") }
    }
    try await engine.apply()
    let comparison = models.count > 1 ? ModelComparison(models, on: test) : nil
    if let comparison, !json { Terminal.print(comparison.heading) }
    for path in models {
      var evaluator = try evaluator(path, for: test)
      evaluator.precision = try await engine.chosenPrecision(for: evaluator.model)
      let evaluation = try await evaluator.evaluate(on: test)
      if let confusion {
        try evaluation.confusionFigure(model: evaluator.model.architecture.name).write(to: confusion)
      }
      if json {
        Terminal.print(try encoded(ModelEvaluation(model: path, evaluation: evaluation)))
      } else if let comparison {
        Terminal.print(comparison.line(path, evaluation.summary))
      } else {
        Terminal.print(evaluation.text(model: evaluator.model.architecture.name))
      }
    }
    for text in DataSet.notesOnBroken(in: [test]) { Terminal.note("note: \(text)") }
  }

  /// Opens a model that fits the data; an error says which of them does not.
  private func evaluator(_ path: String, for test: DataSet) throws -> Evaluator {
    let evaluator = Evaluator(try Model(contentsOf: path), batch: batch)
    do {
      try evaluator.check(test)
    } catch let error as ResNetError {
      throw ResNetError(error.code, error.message, at: "\(path) on \(test.name)", remedy: error.remedy)
    }
    return evaluator
  }
}

/// The JSON of an evaluation with one more member: the model as it was named.
private struct ModelEvaluation: Encodable {
  var model: String
  var evaluation: Evaluation

  private enum CodingKeys: String, CodingKey { case model }

  func encode(to encoder: any Encoder) throws {
    try evaluation.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(model, forKey: .model)
  }
}
