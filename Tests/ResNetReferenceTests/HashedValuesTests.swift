import ResNetCore
import ResNetGraph
import ResNetTesting
import Testing

@Suite struct HashedValuesTests {
  @Test("Hashed values are those of the Python script")
  func golden() {
    #expect(HashedValues.bits("conv1.weight", 0) == 0x8b8a_08a8_5128_a1b0)
    #expect(
      HashedValues.units("conv1.weight", count: 3) == [0.0901498794555664, 0.49032342433929443, -0.9541566371917725])
    #expect(HashedValues.unit("conv1.weight", 2) == -0.9541566371917725)
    #expect(
      HashedValues.input([2], batch: 2).scalars
        == [-1.3674176931381226, 0.518025279045105, -1.0076775550842285, -0.7668882012367249])
    #expect(HashedValues.labels(batch: 6, classes: 10) == [5, 5, 2, 3, 1, 8])
  }

  @Test("Each kind of parameter has its own range")
  func ranges() throws {
    let builder = GraphBuilder()
    let node = try builder.input([8, 3, 3]).convolution("conv", Convolution(outputs: 16, kernel: 3, bias: .constant(0)))
    let graph = builder.graph(output: try node.batchNormalization("bn"))
    let parameters = HashedValues.parameters(of: graph)
    #expect(parameters.keys.sorted() == graph.parameters.map(\.name).sorted())
    func range(_ name: String) -> ClosedRange<Float>? {
      guard let scalars = parameters[name]?.scalars, let low = scalars.min(), let high = scalars.max() else {
        return nil
      }
      return low...high
    }
    let bound = Float((6.0 / 72).squareRoot())
    #expect((-bound...bound).contains(try #require(range("conv.weight"))))
    #expect((-0.1...0.1).contains(try #require(range("conv.bias"))))
    #expect((0.9...1.1).contains(try #require(range("bn.weight"))))
    #expect((1...1.2).contains(try #require(range("bn.running_var"))))
  }
}
