import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct RefusalTests {
  private func refusal(
    _ name: String = "resnet20", classes: Int = 10, input: Shape? = nil,
    _ change: (inout Architecture) -> Void = { _ in }
  ) throws -> String {
    var network = try Architecture.named(name)
    change(&network)
    let error = try #require(throws: ResNetError.self) { try network.graph(classes: classes, input: input) }
    #expect(error.code == .usage)
    #expect(error.place != nil && !error.remedy.isEmpty)
    return error.description
  }

  @Test("Class counts that cannot be are refused", arguments: [0, -1, .min, .max, 2_000_000])
  func classes(_ count: Int) throws {
    #expect(try refusal(classes: count).contains("\(count) classes"))
  }

  @Test(
    "Inputs that cannot be are refused",
    arguments: [
      [], [3, 32], [3, 0, 32], [3, 32, -1], [1, 3, 32, 32], [3, .max, .max], [.max, 1, 1], [1 << 20, 1 << 20, 1 << 20],
    ] as [Shape])
  func inputs(_ input: Shape) throws {
    #expect(try refusal(input: input).contains("\(input)"))
    #expect(try refusal("fully_connected_resnet8", input: input).contains("\(input)"))
  }

  @Test("A network of images refuses vectors and says what it takes")
  func vectors() throws {
    #expect(try refusal(input: [784]).contains("not a vector of 784 features"))
  }

  @Test("Parts that do not fit together are refused")
  func parts() throws {
    #expect(try refusal { $0.strideIn = .oneByOne }.contains("nothing to choose for the stride"))
    #expect(try refusal("fully_connected_resnet8") { $0.stages[1].stride = 2 }.contains("pixels"))
    #expect(try refusal { $0.block = .fullyConnected }.contains("stem"))
    #expect(try refusal { $0.stem = .fullyConnected(width: 4) }.contains("stem"))
    #expect(try refusal("plain20") { $0.zeroLastScale = true }.contains("shortcut"))
    let unnormalized = try refusal {
      $0.zeroLastScale = true
      $0.normalization = .none
    }
    #expect(unnormalized.contains("normalisation"))
    #expect(try refusal { $0.initialization = .normal(deviation: -1) }.contains("deviation"))
    #expect(try refusal { $0.initialization = .normal(deviation: .nan) }.contains("deviation"))
    #expect(try refusal { $0.name = "" }.contains("name"))
    #expect(try refusal { $0.name = "a\u{7}" }.contains("?"))
  }

  @Test("Sizes that memory could not hold are refused before anything is built")
  func sizes() throws {
    #expect(try refusal { $0.stages = [] }.contains("0 stages"))
    #expect(try refusal { $0.stages = Array(repeating: $0.stages[0], count: 65) }.contains("65 stages"))
    #expect(try refusal { $0.stages[0].blocks = 0 }.contains("0 blocks"))
    #expect(try refusal { $0.stages[0].blocks = .max }.contains("blocks"))
    #expect(try refusal { $0.stages[0].blocks = 9_999 }.contains("depth"))
    #expect(try refusal { $0.stages[0].width = .max }.contains("width"))
    #expect(try refusal { $0.stem = .cifar(width: 0) }.contains("width"))
    #expect(try refusal { $0.stages[0].stride = 0 }.contains("stride"))
    #expect(try refusal { $0.stages[2].width = 65_536 }.contains("parameters"))
    #expect(
      try refusal("resnet50", input: [1, 16384, 16384]) {
        $0.stem = .none
        $0.stages = [Stage(blocks: 3_000, width: 65_536)]
      }.contains("too large"))
  }

  @Test("Zero-padding cannot take channels away")
  func narrowing() throws {
    #expect(try refusal { $0.stages[1].width = 4 }.contains("zero-padding"))
    #expect(
      try refusal {
        $0.shortcut = .zeroPaddingAfter
        $0.stages[1].width = 4
      }.contains("projection"))
  }

  @Test("A shortcut of one's own whose size does not match is refused with both shapes")
  func mismatch() throws {
    let a = try GraphBuilder().input([4, 8, 8])
    let error = #expect(throws: ResNetError.self) {
      try residual(
        a, branch: { try $0.convolution("conv1", Convolution(outputs: 6, kernel: 3, stride: 2)) }, shortcut: { $0 })
    }
    #expect(error?.message.contains("6×4×4") == true && error?.message.contains("4×8×8") == true)
  }
}
