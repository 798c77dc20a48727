import ArgumentParser
import ResNet
import ResNetFiles

/// Prints what becomes of pictures as it comes, and keeps what is written at the end.
struct PredictionReport {
  private let command: Predict
  private let classifier: Classifier
  private let sources: [ImageSource]
  private let text: PredictionText
  private var progress: PictureProgress
  private var count = 0
  private var failures = 0
  private var isResizingTold = false
  private var logits: [Float] = []

  init(_ command: Predict, _ classifier: Classifier, _ sources: [ImageSource]) {
    self.command = command
    self.classifier = classifier
    self.sources = sources
    text = PredictionText(
      files: sources.map(\.name), classes: classifier.model.classes, isLine: command.top == 1 && !command.explain)
    progress = PictureProgress(total: sources.count)
    if command.csv { Terminal.print(PredictionTable.heading) }
  }

  /// Tells the next result.
  mutating func add(_ result: Classifications.Element) throws {
    let source = sources[count]
    count += 1
    var prediction = PicturePrediction(file: source.name)
    switch result {
    case .success(let classification):
      (prediction.width, prediction.height) = (classification.size.width, classification.size.height)
      prediction.guesses = classification.guesses(top: command.top)
      if command.explain {
        prediction.explanation = try classifier.preprocessing.explain(source, input: classifier.model.input)
      }
      tellResizing(of: classification.size)
      if command.logits != nil { logits += classification.logits }
    case .failure(let reason):
      let error = Self.refusal(ofFolder: source) ?? reason
      failures += 1
      prediction.error = "\(error)"
      Terminal.note("error: \(error)")
      if command.logits != nil { logits += repeatElement(.nan, count: classifier.model.classes.count) }
    }
    if command.json {
      Terminal.print(try encoded(prediction))
    } else if command.csv {
      Terminal.print(PredictionTable.lines(prediction))
    } else if prediction.error == nil {
      Terminal.print(text.lines(prediction))
    }
    // The results of a batch come all at once: rates in the middle of one would mean nothing.
    if count.isMultiple(of: command.batch) { progress.show(count) }
  }

  /// What is wrong with a folder that was kept as a source; `nil` for a file.
  private static func refusal(ofFolder source: ImageSource) -> ResNetError? {
    guard case .file(let path) = source, isFolder(path) else { return nil }
    do {
      _ = try PictureArguments.pictures(in: path)
      return nil
    } catch {
      return error as? ResNetError
    }
  }

  /// Writes the logits.
  ///
  /// - Throws: the exit status where a picture has no result, which has been told.
  func end() throws {
    Terminal.finishProgress()
    let classes = classifier.model.classes
    if let path = command.logits {
      try Safetensors.write(
        ["logits": Tensor(shape: [sources.count, classes.count], scalars: logits)],
        metadata: ["files": encoded(sources.map(\.name)), "classes": encoded(classes)], to: path)
    }
    guard failures > 0 else { return }
    if count > 1 {
      Terminal.note("error: \(failures) of \(count) pictures have no result. Mend them, or leave them out.")
    }
    throw ExitCode(ResNetError.Code.data.exitStatus)
  }

  /// Says once that a network for small images sees a picture otherwise than it was trained.
  private mutating func tellResizing(of size: ImageSize) {
    let (own, input) = (classifier.preprocessing, classifier.model.input)
    guard !isResizingTold, own.fitted(to: input, for: size).geometry != own.geometry,
      let note = classifier.model.noteOnResizing
    else { return }
    isResizingTold = true
    Terminal.note("note: \(cell(command.model)) \(note); --explain shows how")
  }
}
