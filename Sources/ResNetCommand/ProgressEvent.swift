import ResNet

/// A line of `--progress json`: which keys there are hangs on the event.
///
/// - `step`: at most one a second. `epoch`, `epochs`, `step`, `steps`; `loss`, `trainingError` and `imagesPerSecond` of
///   the epoch so far; `seconds`, `secondsLeft`.
/// - `epoch`: after each epoch and its evaluation. The same of the whole epoch; `testLoss` and `testError` where there are
///   images to test on, or images held out for validation.
/// - `note`: `text`, for people. `error`: `text`, why the program ends.
/// - `end`: `seconds`; nothing but an error comes after it.
///
/// Losses are in nats, errors in percent, `seconds` counts from the start of the program, and `secondsLeft` is a guess for
/// the whole run, evaluations included, that is missing before the second step. Numbers that are not finite are the texts
/// `inf`, `-inf` and `nan`.
struct ProgressEvent: Encodable {
  var event: String
  var epoch: Int?
  var epochs: Int?
  var step: Int?
  var steps: Int?
  var loss: Double?
  var trainingError: Double?
  var testLoss: Double?
  var testError: Double?
  var imagesPerSecond: Double?
  var seconds: Double?
  var secondsLeft: Double?
  var text: String?

  /// An event in the course of a run.
  static func state(_ event: String, of run: RunProgress, at seconds: Double) -> ProgressEvent {
    ProgressEvent(
      event: event, epoch: run.epoch, epochs: run.epochs, step: run.step, steps: run.steps, loss: run.loss,
      trainingError: run.trainingError, imagesPerSecond: run.imagesPerSecond, seconds: seconds,
      secondsLeft: run.secondsLeft(at: seconds))
  }
}
