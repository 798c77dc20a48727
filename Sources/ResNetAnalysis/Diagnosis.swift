import ResNetCore
import ResNetTraining

/// What is wrong with a run and what to change, as far as its measurements tell.
///
/// ```swift
/// var measurements = try RunMeasurements(ofRunAt: "runs/r20")
/// try await measurements.look(atRun: "runs/r20", on: cifar.training)
/// for finding in Diagnosis(of: measurements).findings { print(finding.remedy) }
/// ```
public struct Diagnosis: Hashable, Sendable {
  /// One thing that is wrong.
  public struct Finding: Hashable, Sendable, Encodable {
    /// What it is called.
    public var fault: String
    /// What was measured, with the number and the threshold that it is beyond.
    public var measured: String
    /// What that means.
    public var meaning: String
    /// What to change.
    public var remedy: String
  }

  /// What is wrong, in the order in which to mend it; empty where nothing is.
  public let findings: [Finding]
  /// What was looked at.
  public let looked: [String]
  /// What could be looked at too, and how.
  public let notLooked: [String]

  /// Applies every rule.
  public init(of measurements: RunMeasurements) {
    findings = Rule.all.compactMap { $0.finding(measurements) }
    let (batch, updates) = (measurements.batch, measurements.updates)
    looked =
      [
        measurements.epochs.isEmpty ? nil : "the errors and losses of \(Self.epochs(measurements.epochs.count))",
        "the watch on gradients",
        batch.map { "gradients by layer and ReLUs on \($0.images) images" },
        updates == nil ? nil : "the updates of weights",
      ].compactMap(\.self)
    notLooked =
      [
        batch == nil ? "gradients by layer and ReLUs (give --data)" : nil,
        updates == nil ? "updates of weights (train with --record updates)" : nil,
      ].compactMap(\.self)
  }

  private static func epochs(_ count: Int) -> String { "\(count) \(count == 1 ? "epoch" : "epochs")" }

  /// What measurements are held against. All are set so that the published runs of He et al. (2015) and the package's own
  /// recipes pass.
  enum Threshold {
    /// The share of the chance error below which a network has learned something.
    static let learned = 0.9
    /// How many times the usual learning rate is out of proportion, and how small a part of it is.
    static let rate = 8.0
    /// Percentage points between test and training error.
    static let overfitting = 10.0
    /// Percentage points between test and training error below which a larger network would not overfit.
    static let narrowGap = 5.0
    /// A training error at the end, in percent, that leaves much to learn.
    static let underfitting = 20.0
    /// By what share the training loss may still fall from one tenth of the run to the next, at its end.
    static let falling = 0.05
    /// The share of its greatest value above which a learning rate has not come down.
    static let highRate = 0.1
    /// Percentage points of test error that the last epoch may be behind the best.
    static let pastBest = 2.0
    /// Layers from which on plain networks are known to degrade, and the training error in percent that shows it.
    static let deepPlain = (layers: 30, error: 5.0)
    /// Gradients of the first quarter of the layers as a multiple of those of the last.
    static let vanishing = 1e-3
    static let exploding = 1e3
    /// The share of a ReLU's channels that may be dead.
    static let dead = 0.5
    /// ‖ΔW‖ / ‖W‖ of a step: below the first nothing changes, above the second nothing stays.
    static let updates = (least: 1e-6, greatest: 0.5)
  }
}
