import Foundation
import ResNet
import Testing

@testable import ResNetCommand
@testable import ResNetTraining

@Suite struct ProgressDisplayTests {
  /// A run of 10 epochs of 100 steps, half a second each, and evaluations of 10 s, after so many steps.
  private func run(steps: Int, label: String = "test") throws -> (RunProgress, seconds: Double) {
    var run = RunProgress(stepsPerEpoch: 100, testImages: 600, label: label)
    var seconds = 0.0
    for step in stride(from: 1, through: steps, by: 1) {
      seconds += 0.5
      let epoch = (step - 1) / 100 + 1
      run.add(
        TrainingProgress(
          epoch: epoch, epochs: 10, step: step, steps: 1000, loss: 2 / Double(epoch), trainingError: 80 / Double(epoch),
          imagesPerSecond: 256.4), at: seconds)
      guard step % 100 == 0, step < steps else { continue }
      seconds += 10
      run.add(try report(epoch: epoch), at: seconds)
    }
    return (run, seconds)
  }

  private func report(epoch: Int) throws -> EpochReport {
    let json = """
      {"epoch": \(epoch), "epochs": 10, "step": \(epoch * 100), "learningRate": 0.1, "trainingLoss": 0.5,
       "trainingError": 20, "imagesPerSecond": 256, "seconds": 50, "evaluation":
       {"dataSet": "d", "images": 600, "loss": 1, "calibrationError": 1, "topOneError": \(90.0 / Double(epoch)), "seconds": 10}}
      """
    return try JSONDecoder().decode(EpochReport.self, from: Data(json.utf8))
  }

  /// Five past two on a Thursday.
  private let now = Date(timeIntervalSince1970: 1_763_042_700)

  private func text(
    _ state: (run: RunProgress, seconds: Double), columns: Int = 80, isUnicode: Bool = true, hasColor: Bool = false
  ) -> [String] {
    ProgressDisplay(
      columns: columns, hasColor: hasColor, isUnicode: isUnicode, timeZone: .gmt
    ).lines(state.run, at: state.seconds, now: now).map(\.text)
  }

  @Test("In the middle of a run the display says where it stands, what it costs and how it goes")
  func middle() throws {
    #expect(
      try text(run(steps: 350)) == [
        "epoch 4/10 ████████████████▍░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 35 % · step 350/1000",
        "loss 0.5000 · training error 20.00 % · test error 30.00 %",
        "6:35 left, until 14:11 · 256 images/s",
        "test error by epoch 90.00 % █▃▁ 30.00 %",
      ])
  }

  @Test("Where only ASCII can be shown it is ASCII")
  func ascii() throws {
    let lines = try text(run(steps: 350), isUnicode: false)
    #expect(lines.joined().allSatisfy { $0.isASCII })
    #expect(lines[0].hasPrefix("epoch 4/10 ################...") && lines[0].hasSuffix("... 35 % | step 350/1000"))
    #expect(lines[3] == "test error by epoch 90.00 % #-_ 30.00 %")
  }

  @Test("At the beginning what is not known is left out")
  func beginning() throws {
    #expect(
      try text(run(steps: 1)).dropFirst() == [
        "loss 2.0000 · training error 80.00 %", "the time left is not known yet · 256 images/s",
      ])
    #expect(text((RunProgress(stepsPerEpoch: 1, testImages: 0), 0)).count == 1)
  }

  @Test("While the model is tested the display says so, and the time goes on")
  func testing() throws {
    var state = try run(steps: 100)
    #expect(text(state)[2].hasSuffix("256 images/s · testing"))
    let before = try #require(state.0.secondsLeft(at: state.seconds))
    state.seconds += 0.5
    #expect(state.0.secondsLeft(at: state.seconds) == before - 0.5)
    state.0.add(try report(epoch: 1), at: 60)
    #expect(!text(state).joined().contains("testing"))
  }

  @Test("No line is wider than 79 columns or the terminal, whatever that is", arguments: 0...120)
  func widths(columns: Int) throws {
    for steps in [1, 99, 100, 350, 999] {
      for label in ["test", "validation"] {
        let state = try run(steps: steps, label: label)
        for line in ProgressDisplay(columns: columns, hasColor: true, isUnicode: true).lines(
          state.0, at: state.seconds, now: now)
        {
          #expect(line.width <= max(min(columns, 80) - 1, 0))
        }
      }
    }
  }

  @Test("A narrow terminal shows what matters most")
  func narrow() throws {
    #expect(
      try text(run(steps: 350), columns: 30) == [
        "epoch 4/10 ████▌░░░░░░░░ 35 %", "loss 0.5000", "6:35 left, until 14:11",
      ])
  }

  @Test("Colours mark, and their absence changes nothing else")
  func colors() throws {
    let colored = try text(run(steps: 350), hasColor: true)
    #expect(colored[0].hasPrefix("\u{1B}[1mepoch 4/10\u{1B}[0m \u{1B}[36m█"))
    let bare = colored.map { $0.replacing(#/\u{1B}\[[0-9]+m/#, with: "") }
    #expect(bare == (try text(run(steps: 350))))
  }

  @Test("The end of a long run has its day, or its date")
  func clocks() {
    func end(in seconds: Double) -> String {
      var run = RunProgress(stepsPerEpoch: 2, testImages: 0)
      for step in 1...2 {
        run.add(
          TrainingProgress(
            epoch: 1, epochs: 1, step: step, steps: 3, loss: 1, trainingError: 1, imagesPerSecond: 1),
          at: Double(step - 1) * seconds)
      }
      return text((run, seconds))[2].split(separator: " · ")[0].split(separator: "until ")[1].description
    }
    #expect(end(in: 55 * 60) == "15:00")
    #expect(end(in: 10 * 3600) == "Fri 00:05")
    #expect(end(in: 5 * 86_400) == "Tue 14:05")
    #expect(end(in: 19 * 86_400) == "2 Dec 14:05")
  }

  @Test("A line for a log says the same in short")
  func log() throws {
    let state = try run(steps: 350)
    #expect(
      state.0.line(at: state.seconds) == "epoch 4/10 · step 350/1000 · loss 0.5000 · 256 images/s · 6:35 left")
  }

  @Test("A run that goes on begins with the curve of its earlier epochs")
  func earlier() throws {
    var run = RunProgress(stepsPerEpoch: 100, testImages: 600)
    run.begin(after: [try report(epoch: 1), try report(epoch: 2)])
    #expect(run.testErrors == [90, 45])
    #expect(text((run, 0)).last == "test error by epoch 90.00 % █▁ 45.00 %")
  }
}
