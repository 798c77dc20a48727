import Foundation
import ResNetCore
import Testing

@testable import ResNetTraining

@Suite struct ClassWeightsTests {
  @Test("Automatic weights are scikit-learn's: every class counts as much, and one without images nothing")
  func automatic() {
    #expect(Recipe.ClassWeights.none.weights(labels: [0, 1], classes: 2) == nil)
    #expect(Recipe.ClassWeights.auto.weights(labels: [0, 0, 0, 2], classes: 3) == [4.0 / 6, 0, 2])
  }

  private func weights(_ text: String, classes: [String] = ["cat", "sea lion", "a,b"]) throws -> [Double] {
    let folder = try TemporaryFolder()
    let path = folder.path + "/weights.txt"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    do {
      return try FineTuning.classWeights(contentsOf: path, classes: classes)
    } catch var error as ResNetError {
      error.place = error.place?.replacingOccurrences(of: folder.path + "/", with: "")
      throw error
    }
  }

  @Test(
    "A file of weights is read with spaces, tabs or commas, in any order",
    arguments: [
      "cat 1\nsea lion 2.5\na,b 1e-1\n", "sea lion,2.5\na,b,0.1\ncat,1",
      "\r\n a,b\t0.1\r\n\r\ncat , 1\r\nsea lion\t2.5 \r\n",
    ])
  func reading(text: String) throws {
    #expect(try weights(text) == [1, 2.5, 0.1])
  }

  @Test(
    "What is no weight of each class once is refused with its line",
    arguments: [
      ("cat\n", "weights.txt, line 1: 'cat' is not the weight of a class"),
      ("cat 1\nsea lion two\n", "weights.txt, line 2: 'two' is not the weight of a class"),
      ("cat 0\n", "line 1: '0' is not the weight"), ("cat -1\n", "line 1: '-1' is not the weight"),
      ("cat inf\n", "line 1: 'inf' is not the weight"), ("cat nan\n", "line 1: 'nan' is not the weight"),
      (" 2\n", "line 1: '2' is not the weight"), (",2\n", "line 1: '2' is not the weight"),
      ("cat 1\nsealion 1\n", "line 2: there is no class called 'sealion'. Did you mean 'sea lion'?"),
      ("cat 1\n\ncat 1\n", "line 3: the class 'cat' has a weight already"),
      ("cat 1\n", "weights.txt: 2 of 3 classes have no weight, 'sea lion' first"),
      ("", "weights.txt: 3 of 3 classes have no weight, 'cat' first"),
    ])
  func refusals(text: String, answer: String) throws {
    let error = try #require(throws: ResNetError.self) { try weights(text) }
    #expect(error.code == .data && error.description.contains(answer), "\(error)")
  }

  @Test("Classes that share a name cannot be told apart, and a file that is missing is named")
  func others() throws {
    let twins = try #require(throws: ResNetError.self) { try weights("crane 1", classes: ["crane", "crane"]) }
    #expect(twins.code == .usage && twins.message.contains("'crane'"))
    // As Swift compares texts, these two are the same.
    #expect(try weights("e\u{301} 1\n\u{E9} 2", classes: ["\u{E9}", "e\u{301}"]) == [2, 1])
    let missing = try #require(throws: ResNetError.self) {
      try FineTuning.classWeights(contentsOf: "/nowhere/weights.txt", classes: ["a"])
    }
    #expect(missing.place == "/nowhere/weights.txt")
  }
}

@Suite struct TargetsTests {
  private func targets(_ labels: [Int32], _ shares: [Float]? = nil, weights: [Float]? = nil) -> [Float] {
    var targets = [Float](repeating: 9, count: labels.count * 3)
    targets.withUnsafeMutableBufferPointer { targets in
      Targets.write(labels: labels, shares: shares, weights: weights, into: targets)
    }
    return targets
  }

  @Test("Labels and shares become targets, times the weights of the classes")
  func writing() {
    #expect(targets([2, 0]) == [0, 0, 1, 1, 0, 0])
    #expect(targets([2, 0], weights: [5, 6, 7]) == [0, 0, 7, 5, 0, 0])
    #expect(targets([2, 0], [0.25, 0.75, 0, 0, 0.5, 0.5]) == [0.25, 0.75, 0, 0, 0.5, 0.5])
    #expect(targets([2, 0], [0.25, 0.75, 0, 0, 0.5, 0.5], weights: [4, 2, 1]) == [1, 1.5, 0, 0, 1, 0.5])
  }

  @Test("A mixed sample counts as the class of its greatest share, the first of equal ones")
  func labels() {
    let shares: [Float] = [0.25, 0.75, 0, 0, 0.5, 0.5, 0, 0, 1]
    #expect(Targets.labels(shares, count: 3) == [1, 1, 2])
  }
}
