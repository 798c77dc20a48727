import ResNetCore
import ResNetData
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTraining

extension Subject {
  /// A network as a run would begin it: its parameters are a function of the seed.
  ///
  /// - Parameters:
  ///   - architecture: which network.
  ///   - dataSet: the images that it is for; what the network usually takes if `nil`.
  ///   - name: what to call it; by its own name if `nil`.
  ///   - seed: what its parameters are drawn from.
  /// - Throws: `ResNetError` of code `usage` where the network cannot be made for such images.
  public static func beginning(
    _ architecture: Architecture, for dataSet: DataSet? = nil, name: String? = nil, seed: UInt64 = 0
  ) throws -> Subject {
    let channels = architecture.input.rank == 3 ? architecture.input[0] : 3
    let preprocessing: Preprocessing =
      if let dataSet {
        try dataSet.imageShape == nil ? .photographs(for: architecture) : .perChannel(of: dataSet)
      } else {
        try Preprocessing(
          mean: Array(repeating: 0.5, count: channels), deviation: Array(repeating: 0.25, count: channels))
      }
    let classes = dataSet?.classNames ?? (0..<architecture.usualClasses).map { "class \($0)" }
    let model = try Model(
      architecture: architecture, input: dataSet?.imageShape ?? preprocessing.outputShape, classes: classes,
      preprocessing: preprocessing, seed: seed)
    return Subject(model, name: name ?? architecture.name, isTrained: false)
  }

  /// A run as it was at several times: as it began, and at checkpoints that it kept, at most `limit` spread evenly over
  /// its steps.
  ///
  /// - Throws: `ResNetError` of code `usage` where the subject is no run; what `RunFolder.model(of:after:)` throws.
  public func during(limit: Int = 6) throws -> [Subject] {
    guard let run else {
      throw ResNetError(
        .usage, "a file holds a network at one time alone", at: name, remedy: "Give the folder of a run")
    }
    let steps = RunFolder.keptSteps(of: run)
    let last = steps.last ?? 0
    let wanted = (0..<limit).map { Double(last) * Double($0) / Double(max(limit - 1, 1)) }
    let chosen = Set(wanted.compactMap { time in steps.min { abs(Double($0) - time) < abs(Double($1) - time) } })
    return try chosen.sorted().map { step in
      Subject(
        try RunFolder.model(of: run, after: step), name: "\(name), step \(step)", run: run, isTrained: step > 0)
    }
  }
}
