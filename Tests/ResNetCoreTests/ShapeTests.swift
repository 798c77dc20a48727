import ResNetCore
import Testing

@Suite struct ShapeTests {
  @Test("A size that overflows or is negative is refused before memory is taken")
  func overflow() {
    #expect(throws: ResNetError.self) { try Shape([Int.max, 2]).checkedCount() }
    #expect(throws: ResNetError.self) { try Shape([3, -1]).checkedCount() }
    #expect(throws: Never.self) { try Shape([3, 0]).checkedCount() }
  }

  @Test("A shape reads as its sizes joined by ×")
  func description() {
    #expect("\(Shape([64, 3, 7, 7]))" == "64×3×7×7")
  }

  @Test("An error is one line with its place and remedy")
  func errorLine() {
    let error = ResNetError(.data, "label 12 is out of range", at: "train.bin record 3", remedy: "Give --classes 13")
    #expect("\(error)" == "train.bin record 3: label 12 is out of range. Give --classes 13.")
    #expect(error.code.exitStatus == 65)
  }
}
