import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetImages
import ResNetModel
import ResNetTraining

extension Report {
  /// Looks at images with the runs' models: how good they are class by class, of which mistakes they are surest, and what a
  /// batch of training images shows of gradients and ReLUs.
  ///
  /// Without `data` the images are those that each run says, if they are still there and still the same; what cannot be
  /// looked at is noted.
  ///
  /// - Parameters:
  ///   - data: a folder of images, or `generated`, in place of what runs say.
  ///   - options: how that is read, if it is a folder of pictures; as the runs read theirs if `nil`.
  ///   - progress: is told the share of the models that are done, from 0 to 1.
  /// - Throws: `ResNetError` of code `data` where `data` is no data or does not fit a model, `unavailable` where oneDNN or
  ///   memory is missing.
  public mutating func look(
    at data: String? = nil, pictures options: ImageFolderOptions? = nil,
    progress: (Double) -> Void = { _ in }
  ) async throws {
    let chosen = runs.indices.filter { runs[$0].isLookedAt }
    for (done, index) in chosen.enumerated() {
      progress(Double(done) / Double(chosen.count))
      let run = runs[index]
      guard FileManager.default.fileExists(atPath: "\(run.path)/\(Model.fileName)") else {
        note("\(run.name) has saved no model yet, so no images are looked at with it")
        continue
      }
      do {
        guard let images = try data.map({ try given($0, options, to: run) }) ?? recorded(by: run),
          let model = model(of: run)
        else { continue }
        try await look(at: images, with: model, ofRun: index)
      } catch let error as ResNetError where data == nil && error.code == .data {
        note("\(run.name) is not looked at: \(error)")
      }
    }
  }

  /// The images that a run is looked at with.
  private struct Images {
    var test: DataSet
    var training: DataSet?
  }

  /// Those that somebody gives.
  private mutating func given(_ source: String, _ options: ImageFolderOptions?, to run: Run) throws -> Images {
    let splits = try DataSet.open(source, pictures: options ?? run.record.data.pictures ?? ImageFolderOptions())
    let test = try splits.requireTest()
    if !run.record.data.isHeld(by: splits, seed: run.record.seed) {
      note("\(test.name) of \(source) is not what \(run.name) was trained and tested on")
    }
    return Images(test: test, training: splits.training)
  }

  /// Those that a run says, if they are there and the same; `nil` and a note where they are not.
  private mutating func recorded(by run: Run) throws -> Images? {
    let data = run.record.data
    guard data.source == "generated" || FileManager.default.fileExists(atPath: data.source) else {
      note(
        "the images of \(run.name) are no longer at \(data.source), so its mistakes are not shown: say with --data where "
          + "they are")
      return nil
    }
    let splits = try DataSet.open(data.source, pictures: data.pictures ?? ImageFolderOptions())
    guard data.isHeld(by: splits, seed: run.record.seed) else {
      note(
        "the images at \(data.source) are others than \(run.name) was trained and tested on, so its mistakes are not "
          + "shown: say with --data where those are")
      return nil
    }
    let parts = try splits.parts(validation: data.validation, seed: run.record.seed)
    guard let test = parts.finalTest ?? parts.test else {
      note("\(run.name) has no test images, so its mistakes are not shown: give some with --data")
      return nil
    }
    return Images(test: test, training: parts.training)
  }

  /// The model of a run; `nil` and a note where it is damaged.
  private mutating func model(of run: Run) -> Model? {
    do {
      return try Model(contentsOf: run.path)
    } catch {
      note("\(run.name) is not looked at: \(error)")
      return nil
    }
  }

  private mutating func look(at images: Images, with model: Model, ofRun index: Int) async throws {
    let run = runs[index]
    let recorded = run.record.precision
    let precision = try await EngineActor.run { try recorded.isSupported() ? recorded : .float32 }
    let evaluator = Evaluator(model, precision: precision)
    do {
      try evaluator.check(images.test)
    } catch var error as ResNetError {
      error.place = "\(run.path) on \(images.test.name)"
      throw error
    }
    if let text = model.noteOnClasses(of: images.test) { note("\(run.name) \(text)") }
    let (evaluation, mistakes) = try await evaluator.evaluate(on: images.test, mistakes: Self.mostMistakes)
    runs[index].evaluation = evaluation
    runs[index].mistakes = mistakes.map { mistake in
      // A file may be gone, or broken and replaced by another while it was measured.
      let picture = try? images.test.image(at: mistake.position, rules: model.preprocessing.rules).small()
      return PicturedMistake(mistake: mistake, picture: picture)
    }
    for text in DataSet.notesOnBroken(in: [images.test]) { note(text) }
    guard let training = images.training else { return }
    try await runs[index].measurements?.look(atRun: run.path, on: training)
  }
}

extension RunRecord.Data {
  /// Whether a source holds the images that the run was trained and tested on.
  fileprivate func isHeld(by splits: DataSplits, seed: UInt64) -> Bool {
    guard let parts = try? splits.parts(validation: validation, seed: seed) else { return false }
    return parts.training.contentHash() == training.hash && parts.test?.contentHash() == test?.hash
  }
}

extension Image {
  /// The picture, as small as it can be and still be seen.
  fileprivate func small() throws -> Image {
    let longest = max(width, height)
    guard longest > 128 else { return self }
    func side(_ length: Int) -> Int { max(1, length * 128 / longest) }
    return try resized(to: ImageSize(width: side(width), height: side(height)), .bilinear)
  }
}
