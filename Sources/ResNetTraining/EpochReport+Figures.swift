import ResNetModel

extension Model.Figures {
  /// What of an epoch's report is the same for every run of the same arguments.
  init(_ report: EpochReport) {
    self.init(
      epoch: report.epoch, step: report.step, trainingLoss: report.trainingLoss, trainingError: report.trainingError,
      test: report.evaluation.map {
        Test(
          images: $0.images, loss: $0.loss, topOneError: $0.topOneError, topFiveError: $0.topFiveError,
          calibrationError: $0.calibrationError)
      })
  }
}
