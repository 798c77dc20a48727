import Testing

@testable import ResNetCore

@Suite struct RandomNumbersTests {
  @Test(
    "Philox gives the published answers of Random123",
    arguments: [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [([UInt32], [UInt32], [UInt32])])
  func philox(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
    let words = RandomNumbers.philox(
      counter: SIMD4(counter[0], counter[1], counter[2], counter[3]), key: SIMD2(key[0], key[1]))
    #expect([words.x, words.y, words.z, words.w] == expected)
  }

  @Test("The same seed, purpose, epoch and index give the same numbers; any other gives different ones")
  func functionOfItsArguments() {
    func first(_ seed: UInt64, _ purpose: RandomNumbers.Purpose, _ epoch: Int, _ index: UInt64) -> [UInt64] {
      var numbers = RandomNumbers(seed: seed, purpose: purpose, epoch: epoch, index: index)
      return (0..<5).map { _ in numbers.next() }
    }
    let base = first(1, .augmentation, 2, 3)
    #expect(base == first(1, .augmentation, 2, 3))
    #expect(base != first(2, .augmentation, 2, 3))
    #expect(base != first(1, .shuffling, 2, 3))
    #expect(base != first(1, .augmentation, 3, 3))
    #expect(base != first(1, .augmentation, 2, 4))
  }

  @Test("Normal numbers have the mean and the deviation that were asked for")
  func normal() {
    var numbers = RandomNumbers(seed: 7, purpose: .testing)
    let values = numbers.normal(count: 20_001, deviation: 0.5).map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
    #expect(values.count == 20_001)
    #expect(abs(mean) < 0.02)
    #expect(abs(variance.squareRoot() - 0.5) < 0.01)
  }

  @Test("A permutation holds every number once")
  func permutation() {
    var numbers = RandomNumbers(seed: 7, purpose: .testing)
    let order = numbers.permutation(1000)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
  }
}
