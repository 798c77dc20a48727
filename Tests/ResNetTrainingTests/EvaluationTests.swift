import Foundation
import Testing

@testable import ResNetTraining

@Suite struct EvaluationTests {
  /// Classes of which the last has no images, and one image without a predicted class.
  private func evaluation(_ logits: [[Float]], _ labels: [Int32], classes: [String]) -> Evaluation {
    var counts = ConfusionCounts(classes: classes.count)
    read(logits, labels) { counts.add(logits: $0, labels: $1) }
    let summary = EvaluationSummary(scores(logits, labels), dataSet: "pictures", classes: classes.count, seconds: 0.5)
    return Evaluation(summary, counts, classNames: classes)
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test("The JSON of an evaluation is one flat object, with null for what there is not")
  func shape() throws {
    // A logit that leads by 1000 is a probability of 1, one that lags by 1000 a loss of 1000.
    let evaluation = evaluation(
      [[1000, 0, 0], [1000, 0, 0], [0, 1000, 0], [1000, 0, 0]], [0, 0, 1, 1], classes: ["cat", "dog", "emu"])
    let text = """
      {"calibrationError":25,"confusion":[[2,0,0],[1,1,0],[0,0,0]],"dataSet":"pictures","images":4,"loss":250,\
      "perClass":[{"error":0,"images":2,"name":"cat"},{"error":50,"images":2,"name":"dog"},\
      {"error":null,"images":0,"name":"emu"}],"seconds":0.5,"topFiveError":null,"topOneError":25}
      """
    #expect(try json(evaluation) == text)
    #expect(try JSONDecoder().decode(Evaluation.self, from: Data(text.utf8)) == evaluation)
    let summary = """
      {"calibrationError":25,"dataSet":"pictures","images":4,"loss":250,"seconds":0.5,"topFiveError":null,\
      "topOneError":25}
      """
    #expect(try json(evaluation.summary) == summary)
    #expect(try JSONDecoder().decode(EvaluationSummary.self, from: Data(summary.utf8)) == evaluation.summary)
  }

  @Test("There is a top-5 error where there are more than five classes")
  func topFive() {
    let classes = (1...6).map { "class \($0)" }
    let six = evaluation([[6, 5, 4, 3, 2, 1], [6, 5, 4, 3, 2, 1]], [4, 5], classes: classes)
    #expect(six.topOneError == 100 && six.topFiveError == 50)
    let five = evaluation([[6, 5, 4, 3, 2]], [4], classes: Array(classes.dropLast()))
    #expect(five.topOneError == 100 && five.topFiveError == nil)
  }

  @Test("An image with a logit that is not a number is wrong and in no column")
  func notANumber() throws {
    let evaluation = evaluation([[.nan, 0], [1000, 0], [0, 1000]], [0, 0, 1], classes: ["cat", "dog"])
    #expect(evaluation.confusion == [[1, 0], [0, 1]])
    #expect(evaluation.perClass.map(\.error) == [50, 0])
    #expect(evaluation.perClass.map(\.images) == [2, 1])
    #expect(abs(evaluation.topOneError - 100 / 3) < 1e-9)
    #expect(try json(evaluation).contains(#""calibrationError":"nan""#))
  }

  @Test("A description is one line with what counts")
  func description() {
    let evaluation = evaluation([[0, 1000], [1000, 0]], [1, 1], classes: ["cat", "dog"])
    #expect(evaluation.description == "pictures (2 images): error 50.00 %, loss 500.0000, 4 images/s")
    var summary = evaluation.summary
    summary.topFiveError = 0.5
    #expect(
      summary.description == "pictures (2 images): error 50.00 %, top-5 error 0.50 %, loss 500.0000, 4 images/s")
  }
}
