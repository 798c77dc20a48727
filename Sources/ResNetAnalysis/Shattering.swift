import ResNetCore
import ResNetData

/// How alike gradients are at neighbouring inputs: in deep plain networks no more than noise, in residual ones much more.
///
/// ```swift
/// print(Shattering.simulate().finding)  // networks of one number, drawn at random
/// let networks = try Subject.read(["runs/plain56", "runs/resnet56"])
/// print(try await Shattering.measure(networks, on: cifar.test).finding)  // along lines between images
/// ```
public struct Shattering: View {
  /// The gradients of one network, or noise to compare them with.
  public struct Entry: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// Whether it is noise.
    public var isNoise: Bool
    /// The autocorrelation at the lags 1, 2, … up to `Shattering.lags`, of each random network or each line between two
    /// images, `[runs][lags]`; those with the same gradient everywhere are left out.
    public var autocorrelations: [[Double]]
    /// The first run's gradients themselves, in their order along the inputs.
    public var example: [Double]

    /// Measures rows of gradients.
    init(name: String, isNoise: Bool = false, runs: [[Double]]) {
      self.name = name
      self.isNoise = isNoise
      example = runs.first ?? []
      autocorrelations = runs.map { run in (1...Shattering.lags).map { correlation(of: run, lag: $0) } }
        .filter { $0.allSatisfy(\.isFinite) }
    }
  }

  /// Where the inputs lie.
  public enum Inputs: Hashable, Sendable {
    /// On a grid of numbers.
    case grid
    /// On lines between two images of a set.
    case lines(dataSet: String, points: Int)
  }

  /// The greatest distance of two inputs that is looked at.
  public static let lags = 20

  /// Where the inputs lie.
  public let inputs: Inputs
  /// Networks and noises.
  public let entries: [Entry]

  /// Draws networks of one number at random and looks at their derivatives; equal seeds give equal bits.
  ///
  /// - Parameters:
  ///   - networks: which networks and noises.
  ///   - runs: how many of each are drawn, at least one.
  ///   - seed: what they are drawn by.
  public static func simulate(
    _ networks: [ScalarNetwork] = ScalarNetwork.all, runs: Int = 20, seed: UInt64 = 0
  ) -> Shattering {
    let runs = max(runs, 1)
    let derivatives = concurrentMap(networks.count * runs) { work in
      let (network, run) = work.quotientAndRemainder(dividingBy: runs)
      // A network's numbers do not depend on which others are asked for.
      var random = RandomNumbers(
        seed: seed, purpose: .testing, epoch: run, index: stableHash(networks[network].name))
      return networks[network].derivative(&random)
    }
    let entries = networks.enumerated().map { position, network in
      Entry(
        name: network.name, isNoise: network == .whiteNoise || network == .brownianMotion,
        runs: Array(derivatives[position * runs..<(position + 1) * runs]))
    }
    return Shattering(inputs: .grid, entries: entries)
  }
}

extension Shattering.Entry {
  /// Mean and standard deviation over the runs at a lag from 1; not numbers where there is no run.
  public func autocorrelation(lag: Int) -> (mean: Double, deviation: Double) {
    let values = autocorrelations.map { $0[lag - 1] }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot())
  }
}
