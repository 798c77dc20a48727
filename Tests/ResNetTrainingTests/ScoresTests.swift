import Foundation
import Testing

@testable import ResNetTraining

@Suite struct ScoresTests {
  private func rank(_ label: Int, _ logits: [Float]) -> Int {
    logits.withUnsafeBufferPointer { Scores.rank(of: label, in: $0) }
  }

  @Test("The rank of a class counts those before it; equal logits stand in their order")
  func ranks() {
    #expect((0..<4).map { rank($0, [3, 1, 4, 1]) } == [1, 2, 0, 3])
    #expect((0..<3).map { rank($0, [2, 2, 2]) } == [0, 1, 2])
  }

  @Test("What is not a number is never right")
  func notANumber() {
    #expect(rank(0, [.nan, 1, 2]) == 2)
    #expect(rank(1, [.nan, 1, 0]) == 1)
    #expect(rank(1, [.nan, .nan]) == 1)
  }

  @Test("Misses and cross-entropy are those of the definition")
  func sums() {
    var scores = Scores()
    let logits: [Float] = [0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 1000]
    let labels: [Int32] = [1, 6]
    logits.withUnsafeBufferPointer { logits in
      labels.withUnsafeBufferPointer { scores.add(logits: logits, labels: $0) }
    }
    #expect(scores.count == 2)
    #expect(scores.topOneMisses == 1)
    #expect(scores.topFiveMisses == 1)
    let first = log((0...6).reduce(0.0) { $0 + exp(Double($1)) }) - 1
    #expect(abs(scores.loss - first) < 1e-9)
  }
}
