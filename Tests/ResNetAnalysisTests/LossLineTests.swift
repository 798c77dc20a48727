import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

@testable import ResNetAnalysis

@Suite struct LossLineTests {
  @Test("At its ends the line has the losses of the two networks, to the last bit")
  func ends() async throws {
    let (first, second) = (try Small.sight(seed: 1), try Small.sight(seed: 2))
    let (training, test) = (try Small.views(40), try Small.views(24, seed: 1))
    let line = try await LossLine.measure(from: first, to: second, on: [training, test], points: 3)
    #expect(line.places == [0, 0.5, 1])
    #expect(line.curves.map(\.images) == [40, 24])
    for (curve, images) in zip(line.curves, [training, test]) {
      let ends = [
        try await Evaluator(first.model).evaluate(on: images), try await Evaluator(second.model).evaluate(on: images),
      ]
      #expect([curve.losses[0], curve.losses[2]] == ends.map(\.loss))
      #expect([curve.errors[0], curve.errors[2]] == ends.map(\.topOneError))
    }
  }

  @Test("Between the ends everything is mixed, running statistics too")
  func mixed() throws {
    let (first, second) = (try Small.sight(seed: 1).model.parameters, try Small.sight(seed: 2).model.parameters)
    let mixed = LossLine.mixed(first, second, share: 0.25)
    #expect(Set(mixed.keys) == Set(first.keys))
    for name in ["conv1.weight", "bn1.running_var", "bn1.bias", "fc.bias"] {
      let (a, b, c) = (first[name]?.scalars[3 % 4] ?? 0, second[name]?.scalars[3 % 4] ?? 0, mixed[name]?.scalars[3 % 4])
      #expect(abs(try #require(c) - (0.75 * a + 0.25 * b)) < 1e-6)
    }
    #expect(LossLine.mixed(first, second, share: 0) == first)
    #expect(LossLine.mixed(first, second, share: 1) == second)
  }

  @Test("Two different networks, or two that see images otherwise, have no line between them")
  func refusals() async throws {
    let (images, subject) = (try Small.views(8), try Small.sight())
    let deeper = try Small.sight(.cifar(depth: 14))
    let other = try Small.sight(channelOrder: .bgr)
    for (second, points) in [(deeper, 3), (other, 3), (subject, 1), (subject, 2000)] {
      let error = try await Small.failure {
        _ = try await LossLine.measure(from: subject, to: second, on: [images], points: points)
      }
      #expect(error.code == .usage)
    }
  }

  @Test("The barrier is the greatest height over the straight line between the ends, and the finding says it")
  func barrier() throws {
    let curve = LossLine.Curve(
      dataSet: "test images", images: 100, losses: [1, 2, 3, 2, 1], errors: [10, 60, 90, 50, 20])
    let line = LossLine(first: "a", second: "b", places: [0, 0.25, 0.5, 0.75, 1], curves: [curve])
    #expect(curve.barrier(at: line.places).height == 75)
    #expect(curve.barrier(at: line.places).place == 0.5)
    #expect(line.finding.contains("10.0 % and 20.0 %"))
    #expect(line.finding.contains("a barrier of 75.0 percentage points at t = 0.500"))
    #expect(line.finding.contains("two basins"))
    var flat = line
    flat.curves[0].errors = [10, 11, 12, 13, 14]
    #expect(flat.finding.contains("one basin"))
    #expect(line.figures.count == 1)
    #expect(line.table.commaSeparated.split(separator: "\n")[2] == "test images,0.25,2.0,60.0")
  }
}
