import ResNetCore
import ResNetData

extension EpochReport {
  /// Epochs as comma-separated values under a line of names.
  static func table(_ reports: [EpochReport]) -> String {
    let head = [
      "epoch", "step", "learning_rate", "training_loss", "training_error_percent", "test_loss", "test_error_percent",
      "images_per_second", "seconds", "preparing_seconds", "waiting_seconds",
    ]
    let rows = reports.map { epoch in
      func seconds(_ value: Double?) -> String { value.map { fixed($0, 3) } ?? "" }
      let results = [
        "\(epoch.epoch)", "\(epoch.step)", "\(epoch.learningRate)", "\(epoch.trainingLoss)", "\(epoch.trainingError)",
        epoch.evaluation.map { "\($0.loss)" } ?? "", epoch.evaluation.map { "\($0.topOneError)" } ?? "",
      ]
      let times = [
        fixed(epoch.imagesPerSecond, 1), seconds(epoch.seconds), seconds(epoch.loading?.preparing),
        seconds(epoch.loading?.waiting),
      ]
      return results + times
    }
    return ([head] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
