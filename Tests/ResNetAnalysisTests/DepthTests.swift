import ResNetCore
import ResNetModels
import ResNetTraining
import Testing

@testable import ResNetAnalysis

@Suite struct DepthTests {
  @Test("Networks are counted as the literature counts them, and timed")
  func counts() async throws {
    let subjects = try ["resnet20", "plain20", "resnet32"].map { try Subject.beginning(.named($0)) }
    let view = try await Depth.measure(subjects, batch: 4, seconds: 0)
    #expect(view.networks.map(\.name) == ["resnet20", "plain20", "resnet32"])
    #expect(view.networks.map(\.layers) == [20, 20, 32])
    #expect(view.networks.map(\.parameters) == [269_722, 269_722, 464_154])
    #expect(view.networks.map { ($0.multiplyAdds + 5000) / 10_000 } == [4055, 4055, 6886])
    #expect(view.networks.allSatisfy { $0.imagesPerSecond > 1 && $0.error == nil })
    #expect(view.table.commaSeparated.hasPrefix("network,layers,parameters,multiply_adds,images_per_second,test_error"))
    #expect(try !#require(view.figures.first).svg.contains("test error"))
  }

  @Test("The error is that of the evaluator, of networks that were trained alone")
  func errors() async throws {
    let pictures = try Small.pictures(40)
    let trained = try Small.subject(Small.network(), for: pictures, name: "trained")
    let untrained = try Subject.beginning(Small.network(depth: 14), for: pictures, name: "untrained")
    let view = try await Depth.measure([trained, untrained], testedOn: pictures, batch: 2, seconds: 0)
    let expected = try await Evaluator(trained.model).evaluate(on: pictures).topOneError
    #expect(view.networks.map(\.error) == [expected, nil])
    #expect(try #require(view.figures.first).svg.contains("test error"))
    #expect(view.finding.contains("The cheapest, trained, has 8 layers"))
  }

  @Test("What depth costs and gives is said against the cheapest")
  func finding() {
    let view = Depth(
      dataSet: "pictures", batch: 32, threads: 2,
      networks: [
        .init(name: "deep", layers: 56, parameters: 3000, multiplyAdds: 3_000_000, imagesPerSecond: 50, error: 7.5),
        .init(name: "flat", layers: 20, parameters: 1000, multiplyAdds: 1_000_000, imagesPerSecond: 125, error: 9),
        .init(name: "new", layers: 20, parameters: 1000, multiplyAdds: 2_000_000, imagesPerSecond: 125, error: nil),
      ])
    #expect(
      view.finding
        == "The cheapest, flat, has 20 layers, 1000 parameters and 1000000 multiply-adds, and classifies 125 images/s with "
        + "an error of 9.00 %. deep takes 3.00 times the multiply-adds and 2.50 times the time, for 1.50 points less error; "
        + "new takes 2.00 times the multiply-adds and 1.00 times the time. Of those that were trained, deep errs least: "
        + "7.50 %.")
  }

  @Test("Impossible measurements and data that do not fit are refused before anything is measured")
  func refusals() async throws {
    let pictures = try Small.pictures(4)
    let subject = try Small.subject(Small.network(), for: pictures)
    let others = try Small.pictures(4, shape: [3, 16, 16])
    #expect(try await Small.failure { _ = try await Depth.measure([subject], testedOn: others) }.code == .data)
    #expect(try await Small.failure { _ = try await Depth.measure([subject], batch: 0) }.code == .usage)
    #expect(try await Small.failure { _ = try await Depth.measure([subject], seconds: -1) }.code == .usage)
    #expect(try await Small.failure { _ = try await Depth.measure([]) }.code == .usage)
  }
}
