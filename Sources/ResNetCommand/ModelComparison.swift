import ResNet

/// Several models measured on the same images, a line each, which can be shown as soon as it is known.
struct ModelComparison {
  private let columns: Columns
  private let hasTopFive: Bool
  /// The lines above the first model.
  let heading: String

  init(_ paths: [String], on test: DataSet) {
    hasTopFive = test.classCount > 5
    let head = ["model", "error"] + (hasTopFive ? ["top-5 error"] : []) + ["loss", "calibration"]
    // The widest numbers that are to be expected.
    let widest = ["100.00 %"] + (hasTopFive ? ["100.00 %"] : []) + ["100000.0000", "100.00 %"]
    columns = Columns(fitting: [head] + paths.map { [cell($0)] + widest })
    let title = "\(cell(test.name)) (\(counted(test.count, "image")))"
    heading = shortened(title, to: Columns.lineWidth) + "\n" + columns.line(head)
  }

  /// The line of a model.
  func line(_ path: String, _ evaluation: EvaluationSummary) -> String {
    let topFive = hasTopFive ? [evaluation.topFiveError.map { percent($0) } ?? "–"] : []
    return columns.line(
      [cell(path), percent(evaluation.topOneError)] + topFive
        + [lossText(evaluation.loss), percent(evaluation.calibrationError)])
  }
}
