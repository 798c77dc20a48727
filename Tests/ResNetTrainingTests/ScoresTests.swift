import Foundation
import Testing

@testable import ResNetTraining

@Suite struct ScoresTests {
  private func rank(_ label: Int, _ logits: [Float]) -> Int {
    logits.withUnsafeBufferPointer { Scores.rank(of: label, in: $0) }
  }

  private func prediction(_ logits: [Float]) -> Int? { logits.withUnsafeBufferPointer { Scores.prediction($0) } }

  @Test("The rank of a class counts those before it; equal logits stand in their order")
  func ranks() {
    #expect((0..<4).map { rank($0, [3, 1, 4, 1]) } == [1, 2, 0, 3])
    #expect((0..<3).map { rank($0, [2, 2, 2]) } == [0, 1, 2])
  }

  @Test("What is predicted is the class of rank 0")
  func predictions() {
    #expect(prediction([1, 3, 3]) == 1)
    #expect(prediction([-.infinity, -.infinity]) == 0)
    #expect(prediction([]) == nil)
    let values: [Float] = [-.infinity, -1, 0, 1, .infinity]
    for first in values {
      for second in values {
        for third in values {
          let logits = [first, second, third]
          #expect((0..<3).filter { rank($0, logits) == 0 } == [prediction(logits)], "\(logits)")
        }
      }
    }
  }

  @Test("What is not a number is never right")
  func notANumber() {
    #expect(rank(0, [.nan, 1, 2]) == 2)
    #expect(rank(1, [.nan, 1, 0]) == 1)
    #expect(rank(1, [.nan, .nan]) == 1)
    #expect(prediction([2, 1, .nan]) == nil)
    #expect(scores([[.nan]], [0]).topOneMisses == 1)
    let mixed = scores([[.nan, 0, 0], [0, 9, .nan], [0, 0, 5]], [0, 1, 2])
    #expect(mixed.count == 3 && mixed.topOneMisses == 2)
    #expect(mixed.loss.isNaN && mixed.calibration.error.isNaN)
    // Infinity is a class's greatest logit, but no probability.
    let infinite = scores([[.infinity, 0]], [0])
    #expect(infinite.topOneMisses == 0)
    #expect(infinite.loss.isNaN && infinite.calibration.error.isNaN)
  }

  @Test("Misses and cross-entropy are those of the definition")
  func sums() {
    let scores = scores([[0, 1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0, 1000]], [1, 6])
    #expect(scores.count == 2)
    #expect(scores.topOneMisses == 1)
    #expect(scores.topFiveMisses == 1)
    let first = log((0...6).reduce(0.0) { $0 + exp(Double($1)) }) - 1
    #expect(abs(scores.loss - first) < 1e-9)
  }

  @Test("A loss that is known already is taken as it is")
  func givenLosses() {
    var scores = Scores()
    let (logits, labels, losses): ([Float], [Int32], [Float]) = ([0, 1, 1, 0], [1, 1], [0.25, 3])
    logits.withUnsafeBufferPointer { logits in
      labels.withUnsafeBufferPointer { labels in
        losses.withUnsafeBufferPointer { scores.add(logits: logits, labels: labels, losses: $0) }
      }
    }
    #expect(scores.loss == 3.25)
    #expect(scores.topOneMisses == 1)
  }

  @Test("The mean loss is one by the samples' weights, which a record keeps where they are not 1")
  func weights() throws {
    var scores = Scores()
    func add(_ losses: [Float], weight: Double?) {
      read(losses.map { _ in [0, 1] }, losses.map { _ in 1 }) { logits, labels in
        losses.withUnsafeBufferPointer { scores.add(logits: logits, labels: labels, losses: $0, weight: weight) }
      }
    }
    add([1, 3], weight: nil)
    #expect(scores.meanLoss == 2 && scores.weight == nil)
    #expect(!String(decoding: try JSONEncoder().encode(scores), as: UTF8.self).contains("weight"))
    add([6], weight: 3)
    #expect(scores.meanLoss == 2 && scores.weight == 5)
    add([5, 0, 0], weight: nil)
    #expect(scores.meanLoss == 15.0 / 8 && scores.count == 6)
    let copy = try JSONDecoder().decode(Scores.self, from: JSONEncoder().encode(scores))
    #expect(copy.meanLoss == scores.meanLoss)
    let old = try JSONDecoder().decode(
      Scores.self, from: Data(#"{"count": 4, "loss": 2, "topOneMisses": 0, "topFiveMisses": 0}"#.utf8))
    #expect(old.meanLoss == 0.5)
  }

  @Test("The calibration error is Guo et al.'s, worked by hand")
  func calibration() {
    // Two classes with logits (log p, log(1 − p)) have the confidence p. Two images of confidence 0.9, one of them right,
    // lie 0.4 apart; two of confidence 0.55, both right, 0.45: half of each is 42.5 %.
    func logits(_ confidence: Double) -> [Float] { [Float(log(confidence)), Float(log(1 - confidence))] }
    let scores = scores([logits(0.9), logits(0.9), logits(0.55), logits(0.55)], [0, 1, 0, 0])
    #expect(abs(scores.calibration.error - 42.5) < 1e-4)
  }

  @Test("A bin of confidences reaches from above its lower bound to its upper one")
  func bins() {
    func error(_ samples: (confidence: Double, isRight: Bool)...) -> Double {
      var calibration = Calibration()
      for sample in samples { calibration.add(confidence: sample.confidence, isRight: sample.isRight) }
      return calibration.error
    }
    // In one bin the gaps add up before their size counts: (0.8 − 0.15) / 2; apart, (0.75 + 0.2) / 2.
    #expect(abs(error((0.2, true), (0.15, false)) - 32.5) < 1e-9)
    #expect(abs(error((0.25, true), (0.2, false)) - 47.5) < 1e-9)
    #expect(error() == 0)
    #expect(error((1, true), (0, false)) == 0)
    #expect(error((1, false)) == 100)
  }

  @Test("Images are counted by true and predicted class, worked by hand")
  func confusion() {
    var counts = ConfusionCounts(classes: 3)
    let logits: [[Float]] = [[2, 1, 0], [0, 1, 1], [0, 5, 2], [1, .nan, 0], [0, 0, 1]]
    read(logits, [0, 0, 1, 1, 1]) { counts.add(logits: $0, labels: $1) }
    read([[1, 1, 1]], [0]) { counts.add(logits: $0, labels: $1) }
    #expect((0..<3).map(counts.row) == [[2, 1, 0], [0, 1, 1], [0, 0, 0]])
    #expect((0..<3).map(counts.images) == [3, 3, 0])
  }

  @Test("Of the mistakes the surest are kept, equal ones in their order, and those without numbers left out")
  func worstMistakes() {
    let logits: [[Float]] = [
      [2, 0, 0], [0, 3, 0], [5, 0, 0], [0, .nan, 9], [2, 0, 0], [0, 0, .infinity], [0, 1, 0],
    ]
    func worst(_ limit: Int) -> [Mistake] {
      var mistakes = WorstMistakes(limit: limit, classes: 3)
      // In batches of any size.
      for (rows, labels) in [(logits[..<3], [1, 2, 0]), (logits[3...], [0, 1, 1, 0])]
        as [(ArraySlice<[Float]>, [Int32])]
      {
        read(Array(rows), labels) { mistakes.add(logits: $0, labels: $1) }
      }
      return mistakes.mistakes
    }
    let all = worst(10)
    #expect(all.map(\.position) == [1, 0, 4, 6])
    #expect(all.map(\.label) == [2, 1, 1, 0] && all.map(\.predicted) == [1, 0, 0, 1])
    #expect(abs(all[0].probability - exp(3) / (exp(3) + 2)) < 1e-9)
    #expect(abs(all[0].ownProbability - 1 / (exp(3) + 2)) < 1e-9)
    #expect(worst(2) == Array(all.prefix(2)))
    #expect(worst(0).isEmpty)
  }
}

/// The scores of samples with rows of logits.
func scores(_ logits: [[Float]], _ labels: [Int32]) -> Scores {
  var scores = Scores()
  read(logits, labels) { scores.add(logits: $0, labels: $1) }
  return scores
}

/// Shows rows of logits and their labels as the engine does.
func read(
  _ logits: [[Float]], _ labels: [Int32],
  _ body: (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Int32>) -> Void
) {
  logits.flatMap(\.self).withUnsafeBufferPointer { logits in labels.withUnsafeBufferPointer { body(logits, $0) } }
}
