import Foundation
import ResNetCore
import ResNetFiles
import ResNetModel

extension RunFolder {
  /// What the run is: after `run.json`, or after the newest sound checkpoint where that file is damaged.
  nonisolated static func readRecord(in path: String) throws -> (record: RunRecord, notes: [String]) {
    do {
      return (try record(of: path), [])
    } catch let error as ResNetError where error.code == .data {
      guard let (checkpoint, _, notes) = try newestCheckpoint(in: path) else { throw error }
      return (
        checkpoint.record, ["\(error.place ?? path): \(error.message); the newest checkpoint says the same"] + notes
      )
    }
  }

  private struct Format: Decodable { var format: Int }

  nonisolated static func decodeRecord(at path: String) throws -> RunRecord {
    let text = try TextFile.read(path, atMost: 1 << 26)
    do {
      try JSONScanner.check(text, place: path)
      // By itself, because all else may look different in another format.
      let format = try JSONDecoder.stable.decode(Format.self, from: Data(text.utf8)).format
      guard format == 1 else {
        throw ResNetError(
          .unavailable, "the run is of format \(format), and only 1 can be read", at: path,
          remedy: "Use the version of the package that wrote it, or a newer one")
      }
      return try JSONDecoder.stable.decode(RunRecord.self, from: Data(text.utf8))
    } catch let error where error is DecodingError || (error as? ResNetError)?.place?.hasPrefix(path) == false {
      throw ResNetError(
        .data, "it does not describe a run", at: path,
        remedy: "Start over with 'resnet train … --output \((path as NSString).deletingLastPathComponent) --overwrite'")
    }
  }

  /// The checkpoint with the most steps behind it that is sound.
  ///
  /// A damaged one is passed over with a note.
  ///
  /// - Returns: `nil` where there is none at all.
  /// - Throws: `ResNetError` of code `data` where all are damaged, `inputOutput` where one cannot be read.
  nonisolated static func newestCheckpoint(
    in path: String
  ) throws -> (checkpoint: Checkpoint, damaged: [String], notes: [String])? {
    var (damaged, notes): ([String], [String]) = ([], [])
    for (_, file) in checkpointFiles(in: path).reversed() {
      do {
        return (try Checkpoint(contentsOf: file), damaged, notes)
      } catch let error as ResNetError where error.code == .data {
        damaged.append(file)
        notes.append("\(error.place ?? file): \(error.message); the checkpoint before it is used")
      }
    }
    guard damaged.isEmpty else {
      throw ResNetError(
        .data, "none of the \(damaged.count) checkpoints can be read", at: file(checkpoints, in: path),
        remedy: "Start over with --overwrite; \(damaged[0]) is the newest")
    }
    return nil
  }

  /// The checkpoints in a run's folder, by the number of steps in their names: clocks may have been set back.
  nonisolated static func checkpointFiles(in path: String) -> [(step: Int, file: String)] {
    let folder = file(checkpoints, in: path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".safetensors"),
        let step = Int(name.dropFirst("step-".count).dropLast(".safetensors".count)), step >= 0
      else { return nil }
      return (step, file(name, in: folder))
    }.sorted { $0.step < $1.step }
  }

  /// Steps that lie behind the newest sound checkpoint of the run in a folder; 0 where there is none at all.
  ///
  /// - Throws: `ResNetError` of code `data` where all are damaged, `inputOutput` where one cannot be read.
  public nonisolated static func soundStep(in path: String) throws -> Int {
    try newestCheckpoint(in: path)?.checkpoint.state.progress.step ?? 0
  }

  /// The model of the run in a folder as it was after some steps, at which the run kept its state; with its figures where
  /// they ended an epoch.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no checkpoint of that step or it is damaged, or the run has not
  ///   saved a model yet; `inputOutput` where a file cannot be read.
  public nonisolated static func model(in path: String, step: Int) throws -> Model {
    guard let place = checkpointFiles(in: path).first(where: { $0.step == step }) else {
      let steps = checkpointFiles(in: path).map { "\($0.step)" }
      throw ResNetError(
        .data, "the run has no checkpoint of step \(step)", at: path,
        remedy: steps.isEmpty
          ? "Keep some with --checkpoint-every and --keep" : "There are those of \(steps.joined(separator: ", "))")
    }
    // Classes and preprocessing are the same all along, and are in the model's file alone.
    let last = try Model(contentsOf: path)
    let state = try Checkpoint(contentsOf: place.file).state
    var model = try Model(
      architecture: last.architecture, input: last.input, classes: last.classes, preprocessing: last.preprocessing,
      parameters: state.parameters)
    model.figures = state.progress.endedEpoch.map(Model.Figures.init)
    return model
  }

  nonisolated static func checkpointName(step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits + ".safetensors"
  }
}

extension RunFolder {
  /// The runs in a folder and in the folders below it, by path; a run itself is one.
  ///
  /// Folders deeper than four levels are not looked into, nor those that begin with a dot.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no such folder or no run in it.
  public nonisolated static func runs(below path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw ResNetError(
        .data, "there is no such folder", at: path, remedy: "Give a folder of runs that 'resnet train' made")
    }
    let found = runs(below: path, depth: 4)
    guard !found.isEmpty else {
      throw ResNetError(
        .data, "there are no runs in this folder", at: path, remedy: "Give a folder of runs that 'resnet train' made")
    }
    return found
  }

  private nonisolated static func runs(below path: String, depth: Int) -> [String] {
    if FileManager.default.fileExists(atPath: file(description, in: path)) { return [path] }
    guard depth > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [] }
    return names.filter { !$0.hasPrefix(".") }.sorted().flatMap { name -> [String] in
      var isFolder: ObjCBool = false
      let inner = file(name, in: path)
      guard FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder), isFolder.boolValue else { return [] }
      return runs(below: inner, depth: depth - 1)
    }
  }
}
