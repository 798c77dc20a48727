import ResNetCore
import ResNetTraining
import Testing

@Suite struct ScheduleTests {
  @Test(
    "he2015 divides the rate by ten at 32,000 and 48,000 of 64,000 iterations",
    arguments: [(0, 0.1), (31_999, 0.1), (32_000, 0.01), (47_999, 0.01), (48_000, 0.001), (63_999, 0.001)])
  func he2015(step: Int, rate: Double) throws {
    let steps = try Recipe.he2015.steps(batchesPerEpoch: 391)
    #expect(steps == 64_000)
    #expect(abs(Recipe.he2015.learningRate(step: step, of: steps) - rate) < 1e-12)
  }

  @Test("A cycle rises to the full rate and falls to nothing, and no step is without a rate")
  func oneCycle() {
    let schedule = Schedule.oneCycle(warmUp: 0.25)
    let factors = (0..<40).map { schedule.factor(step: $0, of: 40) }
    #expect(factors.allSatisfy { $0 > 0 && $0 <= 1 })
    #expect(zip(factors[..<10], factors[1..<10]).allSatisfy { $0 < $1 })
    #expect(zip(factors[10...], factors[11...]).allSatisfy { $0 > $1 })
    #expect(abs(factors[0] - 0.05) < 1e-12)
    #expect(abs(factors[39] - 1.0 / 60) < 1e-12)
  }

  @Test("Without a warm-up a cycle begins at the full rate; a constant rate stays")
  func simple() {
    #expect(Schedule.oneCycle(warmUp: 0).factor(step: 0, of: 1) == 0.5)
    #expect((0..<9).allSatisfy { Schedule.constant.factor(step: $0, of: 9) == 1 })
  }
}
