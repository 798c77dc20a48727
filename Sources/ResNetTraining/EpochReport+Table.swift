import ResNetCore

extension EpochReport {
  /// Epochs as comma-separated values under a line of names.
  static func table(_ reports: [EpochReport]) -> String {
    let head = [
      "epoch", "step", "learning_rate", "training_loss", "training_error_percent", "test_loss", "test_error_percent",
      "images_per_second", "seconds",
    ]
    let rows = reports.map { epoch in
      [
        "\(epoch.epoch)", "\(epoch.step)", "\(epoch.learningRate)", "\(epoch.trainingLoss)", "\(epoch.trainingError)",
        epoch.evaluation.map { "\($0.loss)" } ?? "", epoch.evaluation.map { "\($0.topOneError)" } ?? "",
        fixed(epoch.imagesPerSecond, 1), fixed(epoch.seconds, 3),
      ]
    }
    return ([head] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
