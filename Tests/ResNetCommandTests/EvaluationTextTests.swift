import Foundation
import ResNet
import Testing

@testable import ResNetCommand

@Suite struct EvaluationTextTests {
  /// An evaluation of some classes, made from what its JSON says.
  private func evaluation(names: [String], images: [Int], confusion: [[Int]], loss: String = "0.5") throws -> Evaluation
  {
    let perClass = names.indices.map { label -> [String: Any] in
      let wrong = Double(images[label] - confusion[label][label])
      return [
        "name": names[label], "images": images[label],
        "error": images[label] == 0 ? NSNull() as Any : 100 * wrong / Double(images[label]),
      ]
    }
    let members: [String: Any] = [
      "dataSet": "pictures", "images": images.reduce(0, +), "loss": loss, "topOneError": 12.5,
      "topFiveError": NSNull(), "calibrationError": loss == "nan" ? loss : 1.25, "seconds": 2, "perClass": perClass,
      "confusion": confusion,
    ]
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var object = members
    if let number = Double(loss), number.isFinite { object["loss"] = number }
    return try decoder.decode(Evaluation.self, from: JSONSerialization.data(withJSONObject: object))
  }

  @Test("Of many classes the worst ten are shown, and of their confusions the five most frequent")
  func manyClasses() throws {
    // Of class n, n images of 100 are taken for the class before; the first has no images.
    let confusion = (0..<24).map { label in
      (0..<24).map { $0 == label && label > 0 ? 100 - label : $0 == label - 1 ? label : 0 }
    }
    let text = try evaluation(
      names: (0..<24).map { "class \($0)" }, images: [0] + Array(repeating: 100, count: 23), confusion: confusion
    ).text(model: "resnet20")
    #expect(
      text == """
        resnet20 on pictures (2300 images, 1150 images/s)

        error              12.50 %
        loss                0.5000
        calibration error   1.25 %

        class (the 10 worst of 24)  images    error
        class 23                       100  23.00 %
        class 22                       100  22.00 %
        class 21                       100  21.00 %
        class 20                       100  20.00 %
        class 19                       100  19.00 %
        class 18                       100  18.00 %
        class 17                       100  17.00 %
        class 16                       100  16.00 %
        class 15                       100  15.00 %
        class 14                       100  14.00 %

        most often confused (true → predicted)  images
        class 23 → class 22                         23
        class 22 → class 21                         22
        class 21 → class 20                         21
        class 20 → class 19                         20
        class 19 → class 18                         19
        """)
  }

  @Test("Where nothing is confused nothing is said of it, and what has no predicted class is counted")
  func unpredicted() throws {
    let text = try evaluation(names: ["cat", "dog"], images: [5, 3], confusion: [[2, 0], [0, 3]], loss: "nan")
      .text(model: "resnet20")
    #expect(
      text == """
        resnet20 on pictures (8 images, 4 images/s)

        error              12.50 %
        loss                   nan
        calibration error    nan %

        class  images    error
        cat         5  60.00 %
        dog         3   0.00 %

        3 of 8 images have no predicted class: logits that are not numbers
        """)
  }

  @Test("No line is longer than 80, whatever the names, and none moves the cursor")
  func width() throws {
    let names = [String(repeating: "a", count: 200), "\u{1b}[2J" + String(repeating: "c", count: 200)]
    let path = "runs/" + String(repeating: "x", count: 100) + "/end"
    let evaluation = try evaluation(
      names: names, images: [9_000_000, 9_000_000], confusion: [[0, 9_000_000], [9_000_000, 0]], loss: "3e38")
    let test = try DataSet(
      name: String(repeating: "p", count: 90), imageShape: [1, 1, 1], pixels: [0], labels: [0],
      classNames: (0..<6).map { "\($0)" })
    let comparison = ModelComparison([path, "short"], on: test)
    let row = comparison.line(path, evaluation.summary)
    let text = [
      evaluation.text(model: path + "\n"), comparison.heading, row, comparison.line("short", evaluation.summary),
    ]
    let lines = text.flatMap { $0.split(separator: "\n") }
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
    #expect(lines.allSatisfy { !$0.contains("\u{1b}") })
    #expect(text[0].contains("?[2Jccc"))
    #expect(row.hasPrefix("runs/xxx") && row.contains("xxx…xxx") && row.contains("/end "))
    #expect(text[3].count == 80 && row.count == 80)
    #expect(text[3].hasSuffix("3.0000e+38       1.25 %"))
  }

  @Test("A comparison on five classes or fewer has no top-5 error")
  func fewClasses() throws {
    let test = try DataSet(
      name: "pictures", imageShape: [1, 1, 1], pixels: [0], labels: [0], classNames: ["cat", "dog"])
    let evaluation = try evaluation(names: ["cat", "dog"], images: [1, 0], confusion: [[1, 0], [0, 0]])
    let comparison = ModelComparison(["r20", "r56"], on: test)
    #expect(
      comparison.heading + "\n" + comparison.line("r56", evaluation.summary) == """
        pictures (1 image)
        model     error         loss  calibration
        r56     12.50 %       0.5000       1.25 %
        """)
  }
}
