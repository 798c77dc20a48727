import Testing

@testable import ResNetCommand

@Suite struct RemainingTimeTests {
  /// A run whose times are known, and what is guessed in its course.
  private struct Run {
    var epochs = 4
    var stepsPerEpoch = 100
    var testImages = 600
    var finalImages = 0
    /// The time of a step, by its number from 0.
    var step: (Int) -> Double = { _ in 0.5 }
    var evaluation = 10.0
    var saving = 1.0

    /// The time that is really left after each step, and the guess, which is the one after the epoch's end where
    /// `afterEpochs` is true.
    func guesses(afterEpochs: Bool = false) -> [(real: Double, guess: Double?)] {
      var remaining = RemainingTime(stepsPerEpoch: stepsPerEpoch, testImages: testImages, finalImages: finalImages)
      var now = 100.0
      var moments: [(time: Double, guess: Double?)] = []
      for number in 0..<epochs * stepsPerEpoch {
        now += step(number)
        let epoch = number / stepsPerEpoch
        let endsEpoch = number % stepsPerEpoch == stepsPerEpoch - 1
        remaining.addStep(
          left: epochs * stepsPerEpoch - number - 1, epochs: epochs - epoch, endsEpoch: endsEpoch,
          imagesPerSecond: 20, at: now)
        if !afterEpochs { moments.append((now, remaining.seconds(at: now))) }
        guard endsEpoch else { continue }
        now += evaluation
        remaining.addEpoch(left: epochs - epoch - 1, at: now)
        if afterEpochs { moments.append((now, remaining.seconds(at: now))) }
        now += saving
      }
      if testImages > 0 { now += evaluation * Double(finalImages) / Double(testImages) }
      return moments.map { (now - $0.time, $0.guess) }
    }
  }

  /// Within a share and a second.
  private func isNear(_ guess: Double?, _ real: Double, within share: Double) -> Bool {
    guess.map { abs($0 - real) <= share * real + 1 } ?? false
  }

  @Test("Nothing is guessed after the first step, however long it took; then the guess is good at once")
  func slowFirstStep() {
    let guesses = Run(step: { $0 == 0 ? 60 : 0.5 }).guesses()
    #expect(guesses[0].guess == nil)
    #expect(guesses[1...].allSatisfy { isNear($0.guess, $0.real, within: 0.05) })
  }

  @Test("Evaluations count: guessed from the images before the first one, measured after it, saving included")
  func evaluations() {
    // 600 images at a third of the work of steps with 20 images/s are 10 s; really it is thrice as long.
    let guesses = Run(evaluation: 30, saving: 5).guesses()
    #expect(isNear(guesses[50].guess, guesses[50].real - 4 * (20 + 5), within: 0.01))
    #expect(isNear(guesses[101].guess, guesses[101].real, within: 0.04))
    #expect(isNear(guesses[250].guess, guesses[250].real, within: 0.05))
    let afterEpochs = Run(evaluation: 30, saving: 0).guesses(afterEpochs: true)
    #expect(afterEpochs.allSatisfy { isNear($0.guess, $0.real, within: 0.01) })
  }

  @Test("A last evaluation on other images counts in proportion to their number")
  func finalEvaluation() {
    let guesses = Run(finalImages: 1200).guesses()
    #expect(guesses[1...].allSatisfy { isNear($0.guess, $0.real, within: 0.05) })
    #expect(isNear(guesses[399].guess, 11 + 20, within: 0.05))
  }

  @Test("A machine that becomes slower is followed; one that slept is not thought slow")
  func changes() {
    let slower = Run(epochs: 10, step: { $0 < 300 ? 0.5 : 1 }).guesses()
    #expect(isNear(slower[700].guess, slower[700].real, within: 0.03))
    let slept = Run(step: { $0 == 150 ? 7200 : 0.5 }).guesses()
    #expect(isNear(slept[151].guess, slept[151].real, within: 0.15))
  }

  @Test("Between two steps the time goes on, and what takes too long leaves the rest as it is")
  func countdown() throws {
    var remaining = RemainingTime(stepsPerEpoch: 100, testImages: 600, finalImages: 0)
    for step in 1...100 {
      remaining.addStep(
        left: 100 - step, epochs: 1, endsEpoch: step == 100, imagesPerSecond: 20, at: Double(step) * 0.5)
    }
    #expect(remaining.seconds(at: 50) == 10)
    #expect(remaining.seconds(at: 54) == 6)
    #expect(remaining.seconds(at: 90) == 0)
    remaining.addEpoch(left: 0, at: 60)
    #expect(remaining.seconds(at: 60) == 0)
  }

  @Test("A run without test images, and one of a single step, end at 0")
  func simple() {
    let plain = Run(testImages: 0, evaluation: 0, saving: 0).guesses()
    #expect(plain[1...].allSatisfy { isNear($0.guess, $0.real, within: 0.01) })
    var single = RemainingTime(stepsPerEpoch: 1, testImages: 0, finalImages: 0)
    #expect(single.seconds(at: 0) == nil)
    single.addStep(left: 0, epochs: 1, endsEpoch: true, imagesPerSecond: 5, at: 3)
    #expect(single.seconds(at: 3) == 0)
  }
}
