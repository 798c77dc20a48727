import Foundation
import ResNetCore
import ResNetModel
import ResNetTraining
import Testing

@testable import ResNetAnalysis
@testable import ResNetTraining

@Suite struct UpdateViewTests {
  /// A record of layers whose weights have the norm 2.
  private func record(_ ratios: [String: [Double]]) -> UpdateRecord {
    var record = UpdateRecord(layers: ratios.keys.sorted())
    record.steps = (0..<(ratios.values.first?.count ?? 0)).map { step in
      UpdateRecord.Step(
        number: 10 * (step + 1), weights: record.layers.map { _ in 2 },
        updates: record.layers.map { 2 * (ratios[$0] ?? [])[step] })
    }
    return record
  }

  @Test("A layer has stopped where it falls behind the others for good, not where all of them slow down")
  func stops() {
    let run = Updates.Run(
      name: "run",
      record: record([
        "a": [1e-3, 1e-3, 1e-5, 1e-6], "b": [1e-3, 1e-3, 1e-3, 1e-4], "c": [1e-3, 1e-3, 1e-3, 1e-4],
        "d": [1e-5, 1e-3, 1e-3, 1e-4],
      ]))
    #expect(run.stops == [30, nil, nil, nil])
    let view = Updates(runs: [run])
    #expect(view.finding.contains("1 layer of 4 stopped changing: a (step 30)."))
    #expect(view.finding.contains("the median layer by 0.00100 of their norm"))
    let steady = Updates(runs: [.init(name: "run", record: record(["a": [1e-3, 1e-4], "b": [2e-3, 2e-4]]))])
    #expect(steady.finding.contains("No layer has stopped: the slowest at the end, a, still changes at 0.667 of"))
  }

  @Test("Many steps are averaged to columns, of which none is lost")
  func columns() {
    let run = Updates.Run(name: "run", record: record(["a": (1...7).map { Double($0) }]))
    let columns = run.columns(limit: 3)
    #expect(columns.steps == [30, 60, 70])
    #expect(columns.ratios == [[2, 5, 7]])
    #expect(run.columns(limit: 100).steps.count == 7)
  }

  @Test("A run that recorded its updates is shown layer by layer; what recorded none is refused")
  func runs() async throws {
    let folder = try SmallFolder()
    try await Small.run(folder.path + "/one", recording: [.updates])
    try await Small.run(folder.path + "/two", recording: [.updates])
    let subjects = try Subject.read([folder.path + "/one", folder.path + "/two"])
    let view = try Updates.measure(subjects)
    let names = subjects[0].model.graph.weightedLayers.map(\.name)
    #expect(view.runs.map(\.record.layers) == [names, names])
    #expect(view.runs[0].record.steps.map(\.number) == [1, 2, 3, 4, 5, 6])
    #expect(view.figures.map(\.suffix) == [nil, "lines", "two", "two-lines"])
    #expect(view.figures[0].svg.contains("layer2.0.downsample.0"))
    #expect(view.table.rows.count == 2 * 6 * names.count)
    #expect(view.title == "Updates of weights by layer: one and two")

    try await Small.run(folder.path + "/none")
    let none = try await Small.failure { _ = try Updates.measure(Subject.read([folder.path + "/none"])) }
    #expect(none.code == .data && none.remedy.contains("--record updates"), "\(none)")
    let file = Subject(subjects[0].model, name: "file")
    #expect(try await Small.failure { _ = try Updates.measure([file]) }.code == .usage)
    #expect(try await Small.failure { _ = try Updates.measure([]) }.code == .usage)
    try Data("step,layer,weight_norm,update_norm\n".utf8).write(
      to: URL(fileURLWithPath: folder.path + "/one/updates.csv"))
    let empty = try await Small.failure { _ = try Updates.measure(subjects) }
    #expect(empty.code == .data && empty.message.contains("not recorded any step"))
  }
}
