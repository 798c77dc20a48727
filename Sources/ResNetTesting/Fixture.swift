import Foundation
import ResNetCore
import ResNetGraph
import ResNetModels

/// What PyTorch computes for one small network, as `Scripts/fixtures/make_fixtures.py` wrote it.
///
/// ```swift
/// for fixture in try Fixture.all() {
///   let logits = run(try fixture.graph(), fixture.parameters(), fixture.input)
///   #expect(greatestDifference(logits, fixture.evaluation.logits) <= 1e-4)
/// }
/// ```
public struct Fixture: Decodable, Sendable, CustomStringConvertible {
  /// The network; its `input` is the shape of one sample.
  public let architecture: Architecture
  /// The number of logits.
  public let classes: Int
  /// The number of samples.
  public let batch: Int
  /// One label for each sample.
  public let labels: [Int]
  /// Logits and loss by running statistics.
  public let evaluation: Outcome
  /// Logits and loss by the batch's statistics.
  public let training: Outcome
  /// The gradient of the mean cross-entropy in training mode for each learned parameter by name.
  public let gradients: [String: ArraySummary]
  /// The gradient for the input; its summary's name is `input`.
  public let inputGradient: ArraySummary
  /// Each running statistic after one pass in training mode, by name.
  public let runningStatistics: [String: ArraySummary]
  /// How steps are done.
  public let optimizer: Optimizer
  /// What `optimizer.steps` steps on this batch add to each learned parameter, by name.
  public let updates: [String: ArraySummary]

  private let inputName: String

  /// Its name, which is its file's: `resnet20_a`.
  public var name: String { architecture.name }

  /// Its name.
  public var description: String { name }

  /// The logits of a pass and what they cost.
  public struct Outcome: Decodable, Sendable {
    /// `[batch, classes]`, row-major.
    public let logits: [Double]
    /// The mean over the batch.
    public let crossEntropy: Double
  }

  /// PyTorch's SGD; weight decay is on every learned parameter.
  public struct Optimizer: Decodable, Sendable {
    /// The learning rate.
    public let learningRate: Double
    /// The momentum.
    public let momentum: Double
    /// Whether the momentum is Nesterov's.
    public let nesterov: Bool
    /// The weight decay.
    public let weightDecay: Double
    /// The number of steps, all on the same batch.
    public let steps: Int
  }
}

extension Fixture {
  /// The files' names.
  public static let names = [
    "resnet20_a", "resnet20_b", "plain20", "resnet18", "bottleneck_3x3", "bottleneck_1x1", "biases", "fully_connected",
    "resnext", "wide_bottleneck", "squeeze", "resnet_d", "basic_d", "densenet_bc", "densenet", "densenet_bc_cifar",
    "basic_normalization_after_addition", "basic_relu_before_addition", "basic_relu_only_preactivation",
    "basic_preactivation", "bottleneck_normalization_after_addition", "bottleneck_relu_before_addition",
    "bottleneck_relu_only_preactivation", "bottleneck_preactivation", "carry_half", "carry_halves",
    "carry_exclusive_gate", "carry_shortcut_gate", "random",
  ]

  /// All fixtures.
  ///
  /// - Throws: an error of Foundation where a file cannot be read.
  public static func all() throws -> [Fixture] { try names.map(named) }

  /// The fixture of a name.
  ///
  /// - Throws: an error of Foundation where its file cannot be read.
  public static func named(_ name: String) throws -> Fixture { try file(name) }

  /// What a file of fixtures holds.
  ///
  /// - Throws: an error of Foundation where it cannot be read.
  public static func file<Contents: Decodable>(_ name: String) throws -> Contents {
    // …/Sources/ResNetTesting/Fixture.swift
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "Tests/Fixtures/\(name).json")
    return try JSONDecoder().decode(Contents.self, from: Data(contentsOf: file))
  }

  /// The network.
  ///
  /// - Throws: `ResNetError` where the network is not possible.
  public func graph() throws -> Graph { try architecture.graph(classes: classes) }

  /// All parameters by name, before any step.
  ///
  /// - Throws: `ResNetError` where the network is not possible.
  public func parameters() throws -> [String: Tensor] { HashedValues.parameters(of: try graph()) }

  /// The samples, `[batch, channels, height, width]`.
  public var input: Tensor { HashedValues.input(architecture.input, batch: batch, name: inputName) }
}
