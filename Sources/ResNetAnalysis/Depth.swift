import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel
import ResNetModels
import ResNetTraining

/// What each network of a list costs and gives: parameters, multiply-adds, speed, and error where it was trained.
///
/// ```swift
/// let networks = try ["resnet18", "resnet50"].map { try Subject.beginning(.named($0)) }
/// print(try await Depth.measure(networks).table.commaSeparated)
/// ```
public struct Depth: View {
  /// One network.
  public struct Network: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// The number of layers with weights on its longest path.
    public var layers: Int
    /// Learned values.
    public var parameters: Int
    /// Multiplications with weights for one image.
    public var multiplyAdds: Int
    /// Images classified in a second, by the median time of a batch.
    public var imagesPerSecond: Double
    /// Test images whose class did not have the greatest logit, in percent, where it was trained and there are some.
    public var error: Double?
  }

  /// What the test images are called, where there are some.
  public let dataSet: String?
  /// Images in a batch.
  public let batch: Int
  /// The engine's threads.
  public let threads: Int
  /// The networks, in the order in which they were given.
  public let networks: [Network]

  /// Measures networks.
  ///
  /// - Parameters:
  ///   - subjects: the networks, trained or not; at least one.
  ///   - test: the images to test trained ones on.
  ///   - batch: images in a batch while speed is measured.
  ///   - seconds: how long speed is measured for, for each network.
  /// - Throws: `ResNetError` of code `usage` where there is no network or a number makes no sense; `data` where the test
  ///   images do not fit a trained network; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    _ subjects: [Subject], testedOn test: DataSet? = nil, batch: Int = 32, seconds: Double = 1
  ) async throws -> Depth {
    try requireSubjects(subjects)
    guard seconds >= 0, seconds <= 3600 else {
      throw ResNetError(.usage, "a measurement of \(seconds) seconds", remedy: "Use 0 to 3600 seconds")
    }
    // What does not fit is told before anything is measured.
    if let test { for subject in subjects where subject.isTrained { try Evaluator(subject.model).check(test) } }
    var networks: [Network] = []
    for subject in subjects {
      let graph = subject.model.graph
      let speed = try await EngineActor.run { try subject.engine().imagesPerSecond(batch: batch, seconds: seconds) }
      var error: Double?
      if let test, subject.isTrained { error = try await Evaluator(subject.model).evaluate(on: test).topOneError }
      networks.append(
        Network(
          name: subject.name, layers: subject.model.architecture.depth, parameters: graph.parameterCount,
          multiplyAdds: graph.multiplyAdds, imagesPerSecond: speed, error: error))
    }
    return Depth(
      dataSet: test?.name, batch: batch, threads: try await EngineActor.run { try Engine.threads() },
      networks: networks)
  }
}

extension Engine {
  /// How many random images of a batch it classifies in a second: the batch over the median time.
  fileprivate func imagesPerSecond(batch: Int, seconds: Double) throws -> Double {
    let program = try program(batch: batch, purpose: .inference)
    var random = RandomNumbers(seed: 0, purpose: .testing)
    for position in program.input.indices { program.input[position] = random.uniform() * 2 - 1 }
    for _ in 0..<2 { try program.run() }
    var times: [Double] = []
    let start = ContinuousClock.now
    var last = start
    repeat {
      try program.run()
      let now = ContinuousClock.now
      times.append((now - last) / .seconds(1))
      last = now
    } while (last - start) / .seconds(1) < seconds || times.count < 5
    return Double(batch) / median(of: times)
  }
}
