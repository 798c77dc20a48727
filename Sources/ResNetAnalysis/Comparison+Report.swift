import ResNetTraining

extension Comparison {
  /// The networks' numbers and the verdict, for JSON.
  package struct Report: Encodable, Sendable {
    /// A network's numbers; errors in percent.
    struct Network: Encodable, Sendable {
      var network: String
      var kind: Kind
      var layers: Int
      var parameters: Int
      var seeds: [UInt64]
      var diverged: Int
      var trainingError: Spread?
      var testError: Spread?
      var bestTrainingError: Spread?
      var bestTestError: Spread?
      var seconds: Spread?
    }

    var networks: [Network]
    var verdict: String
  }

  /// The networks' numbers and the verdict, for JSON.
  package var report: Report {
    Report(
      networks: networks.map { network in
        Report.Network(
          network: network.name, kind: network.kind, layers: network.layers, parameters: network.runs[0].parameters,
          seeds: network.runs.map(\.seed), diverged: network.divergedCount, trainingError: network.trainingError,
          testError: network.testError, bestTrainingError: network.bestTrainingError,
          bestTestError: network.bestTestError, seconds: network.seconds)
      }, verdict: verdict.text)
  }
}
