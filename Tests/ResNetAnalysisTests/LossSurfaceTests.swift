import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels
import ResNetTraining
import Synchronization
import Testing

@testable import ResNetAnalysis

@Suite struct LossSurfaceTests {
  private let settings = LossSurface.Settings(points: 3, reach: 0.5, images: 40, seed: 7)

  @Test("In the middle the surface is the loss of the network, to the last bit")
  func center() async throws {
    let subject = try Small.sight()
    let images = try Small.views(40)
    let surface = try await LossSurface.measure(of: subject, on: images, settings: settings)
    let evaluation = try await Evaluator(subject.model).evaluate(on: images)
    #expect(surface.losses[1][1] == evaluation.loss)
    #expect(surface.errors[1][1] == evaluation.topOneError)
    #expect(surface.centerLoss == evaluation.loss)
    #expect(Set(surface.losses.joined()).count == 9)
    #expect(surface.images == 40)
  }

  @Test("Every filter of a direction is as long as the network's, and nothing but weights moves")
  func filterNorms() throws {
    let model = try Small.sight().model
    let plane = WeightPlane(model, seed: 3)
    let names = model.graph.parameters.filter { $0.kind == .weight }.map(\.name)
    #expect(plane.weights.map(\.name) == names)
    #expect(names.contains("conv1.weight") && names.contains("fc.weight"))
    for weights in plane.weights {
      let size = weights.center.shape.count / weights.center.shape[0]
      for filter in 0..<weights.center.shape[0] {
        let range = filter * size..<(filter + 1) * size
        let length = norm(weights.center.scalars[range])
        #expect(abs(norm(weights.first[range]) - length) < 1e-6 * length)
        #expect(abs(norm(weights.second[range]) - length) < 1e-6 * length)
      }
      #expect(weights.first != weights.second)
    }
    #expect(WeightPlane(model, seed: 3).weights.map(\.first) == plane.weights.map(\.first))
    #expect(WeightPlane(model, seed: 4).weights.map(\.first) != plane.weights.map(\.first))
  }

  @Test("A convolution that is followed by batch normalisation can be scaled, and the surface stays as it is")
  func scaling() async throws {
    let subject = try Small.sight()
    var parameters = subject.model.parameters
    func scale(_ name: String, by factor: Float) {
      parameters[name] = parameters[name].map { Tensor(shape: $0.shape, scalars: $0.scalars.map { $0 * factor }) }
    }
    scale("layer2.0.conv1.weight", by: 5)
    scale("layer2.0.bn1.running_mean", by: 5)
    scale("layer2.0.bn1.running_var", by: 25)
    let scaled = Subject(try Small.changed(subject.model, to: parameters), name: "scaled")
    let images = try Small.views(40)
    let first = try await LossSurface.measure(of: subject, on: images, settings: settings)
    let second = try await LossSurface.measure(of: scaled, on: images, settings: settings)
    for (a, b) in zip(first.losses.joined(), second.losses.joined()) { #expect(abs(a - b) < 1e-4 * a) }
    // Without the filters' norms it would be another surface: one of the corners tells.
    #expect(abs(first.losses[0][0] - first.losses[1][1]) > 1e-2)
  }

  @Test("A measurement that was stopped goes on where it stopped, and ends with the same numbers")
  func resuming() async throws {
    let (subject, images, folder) = (try Small.sight(), try Small.views(40), try SmallFolder())
    defer { withExtendedLifetime(folder) {} }
    let file = folder.path + "/part.json"
    let settings = LossSurface.Settings(points: 5, reach: 1, images: 30)
    let whole = try await LossSurface.measure(of: subject, on: images, settings: settings)
    let box = Mutex<Task<LossSurface, any Error>?>(nil)
    let task = Task {
      try await LossSurface.measure(of: subject, on: images, settings: settings, keptIn: file) { share in
        if share > 0.3 { box.withLock { $0?.cancel() } }
      }
    }
    box.withLock { $0 = task }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(FileManager.default.fileExists(atPath: file))
    let shares = Mutex<[Double]>([])
    let rest = try await LossSurface.measure(of: subject, on: images, settings: settings, keptIn: file) { share in
      shares.withLock { $0.append(share) }
    }
    #expect(rest == whole)
    #expect(try #require(shares.withLock { $0.first }) > 0.3)
    #expect(shares.withLock { $0.count } < 25)
    // Once complete, nothing is left to be measured.
    let again = try await LossSurface.measure(of: subject, on: images, settings: settings, keptIn: file) { _ in
      Issue.record("a point was measured twice")
    }
    #expect(again == whole)
  }

  @Test("A part of another surface is not gone on with: whatever differs is named")
  func differences() async throws {
    let (subject, images, folder) = (try Small.sight(), try Small.views(40), try SmallFolder())
    defer { withExtendedLifetime(folder) {} }
    let file = folder.path + "/part.json"
    _ = try await LossSurface.measure(of: subject, on: images, settings: settings, keptIn: file)
    var (seed, points, reach, fewer) = (settings, settings, settings, settings)
    seed.seed = 8
    points.points = 5
    reach.reach = 0.25
    fewer.images = 20
    for (other, settings, word) in [
      (subject, seed, "seed"), (subject, points, "points"), (subject, reach, "reach"), (subject, fewer, "images"),
      (try Small.sight(seed: 2), settings, "network"),
    ] {
      let error = try await Small.failure {
        _ = try await LossSurface.measure(of: other, on: images, settings: settings, keptIn: file)
      }
      #expect(error.code == .data && error.place == file)
      #expect(error.message.contains(word), "\(error)")
    }
  }

  @Test(
    "A file that is damaged or holds something else is refused",
    arguments: [
      "", "{}", "[1, 2",
      "{\"format\": 2, \"images\": \"\", \"network\": \"\", \"points\": [], \"settings\": {\"images\": 1, \"points\": 3, \"reach\": 1, \"seed\": 0}}",
      "{\"format\": 1, \"images\": \"\", \"network\": \"\", \"points\": [], \"settings\": {\"images\": 1, \"points\": 4000000000, \"reach\": 1, \"seed\": 0}}",
    ])
  func damage(text: String) async throws {
    let folder = try SmallFolder()
    defer { withExtendedLifetime(folder) {} }
    let file = folder.path + "/part.json"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let error = try await Small.failure {
      _ = try await LossSurface.measure(
        of: Small.sight(), on: Small.views(8), settings: settings, keptIn: file)
    }
    #expect(error.code == .data && error.place?.hasPrefix(file) == true)
  }

  @Test("Losses that are no numbers survive being kept")
  func notFinite() throws {
    let folder = try SmallFolder()
    defer { withExtendedLifetime(folder) {} }
    let file = folder.path + "/part.json"
    var record = LossSurfaceRecord(network: "a", images: "b", settings: settings)
    record.points = [
      .init(loss: .infinity, error: 90), .init(loss: -.infinity, error: 90), .init(loss: 1.0 / 3, error: 0),
    ]
    try record.write(to: file)
    #expect(
      try LossSurfaceRecord.beginning(LossSurfaceRecord(network: "a", images: "b", settings: settings), at: file)
        == record)
  }

  @Test("Settings that make no surface are refused")
  func settingsThatMakeNone() async throws {
    for settings in [
      LossSurface.Settings(points: 4), .init(points: 1), .init(points: 303), .init(reach: 0), .init(reach: .nan),
      .init(images: 0),
    ] {
      let error = try await Small.failure {
        _ = try await LossSurface.measure(of: Small.sight(), on: Small.views(8), settings: settings)
      }
      #expect(error.code == .usage)
    }
    #expect(LossSurface.Settings(points: 7, reach: 0.3).coordinates[3] == 0)
    #expect(LossSurface.Settings(points: 3, reach: 0.3).coordinates == [-0.3, 0, 0.3])
  }

  /// A surface of given heights.
  private func surface(_ losses: [[Double]]) -> LossSurface {
    LossSurface(
      network: "r20", dataSet: "training images", images: 100, classes: 10,
      settings: .init(points: losses.count, reach: 1), losses: losses, errors: losses.map { $0.map { _ in 50 } })
  }

  @Test("The finding tells basins, the highest loss and the share that is better than guessing, of its own numbers")
  func finding() throws {
    let bowl = surface([
      [9, 8, 7, 8, 9], [8, 3, 2, 3, 8], [7, 2, 1, 2, 7], [8, 3, 2, 3, 8], [9, 8, 7, 8, .infinity],
    ])
    #expect(bowl.localMinima.count == 1)
    #expect(bowl.finding.contains("is 1.00 nats"))
    #expect(bowl.finding.contains("rises to 9.00"))
    // Five of 25 points lie below ln 10.
    #expect(bowl.finding.contains("In 20.0 % of the square it stays below 2.30"))
    #expect(bowl.finding.contains("1 local minimum"))
    #expect(bowl.finding.contains("At 1 point the loss is not a finite number."))
    let rough = surface([[9, 9, 9, 9, 9], [9, 0.5, 9, 4, 9], [9, 9, 3, 9, 9], [9, 2, 9, 1, 9], [9, 9, 9, 9, 9]])
    #expect(rough.localMinima.map(\.loss) == [0.5, 1, 2])
    #expect(rough.finding.contains("3 local minima"))
    #expect(rough.finding.contains("0.500 at α = −0.500, β = −0.500"))
    #expect(surface([[1, 2, 3], [1, 2, 3], [1, 2, 3]]).finding.contains("falls towards its rim"))
  }

  @Test("The view has contours, a relief and one line of numbers for each point")
  func view() throws {
    let view = surface([[900, 8, 7], [8, 0.25, 2], [7, 2, 0.5]])
    #expect(view.figures.map(\.suffix) == [nil, "relief"])
    #expect(view.figures[0].svg.contains("as trained: 0.250"))
    let lines = view.table.commaSeparated.split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines[0] == "alpha,beta,loss_nats,error_percent")
    #expect(lines[2] == "0.0,-1.0,8.0,50.0")
    #expect(surface([[.nan, .nan, .nan], [.nan, .nan, .nan], [.nan, .nan, .nan]]).figures.count == 2)
  }
}
