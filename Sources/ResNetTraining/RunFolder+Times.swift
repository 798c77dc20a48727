import ResNetCore
import ResNetModel

extension RunFolder {
  /// The steps after which a run's parameters can still be had: 0, as it began, and those of its checkpoints.
  public nonisolated static func keptSteps(of path: String) -> [Int] {
    [0] + checkpointFiles(in: path).map(\.step).filter { $0 > 0 }
  }

  /// The model of the run in a folder as it was after some steps.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - step: one of `keptSteps(of:)`.
  /// - Throws: `ResNetError` of code `usage` where nothing was kept after that step; `data` where there is no run or what
  ///   it kept is damaged, `inputOutput` where it cannot be read.
  public nonisolated static func model(of path: String, after step: Int) throws -> Model {
    let record = try record(of: path)
    if step == 0, record.from != nil { return try Model(contentsOf: file(start, in: path)) }
    let last = try Model(contentsOf: path)
    if step == 0 {
      return try Model(
        architecture: last.architecture, input: last.input, classes: last.classes, preprocessing: last.preprocessing,
        seed: record.seed)
    }
    guard let found = checkpointFiles(in: path).first(where: { $0.step == step }) else {
      throw ResNetError(
        .usage, "the run kept nothing after step \(step)", at: path,
        remedy: "It kept \(keptSteps(of: path).map(String.init).joined(separator: ", ")); --keep lets more of them stay"
      )
    }
    return try Model(
      architecture: last.architecture, input: last.input, classes: last.classes, preprocessing: last.preprocessing,
      parameters: try Checkpoint(contentsOf: found.file).state.parameters)
  }
}
