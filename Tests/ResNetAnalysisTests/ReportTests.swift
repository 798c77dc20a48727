import Foundation
import ResNetCore
import ResNetData
import ResNetFiles
import ResNetImages
import ResNetModel
import ResNetModels
import Testing

@testable import ResNetAnalysis
@testable import ResNetTraining

@Suite struct ReportTests {
  private let folder: SmallFolder
  private var path: String { folder.path }

  init() throws { folder = try SmallFolder() }

  /// Names that would be markup if nobody escaped them.
  private static let classes = ["<script>alert(1)</script>", "a & b", "\"<img src=x onerror=alert(1)>\"", "c']]>"]

  private func write(_ text: String, to file: String) throws { try AtomicFile.write(text, to: "\(path)/\(file)") }

  private func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(file)") }

  /// A report on a folder whose model was looked at, with names of classes as they may come from outside.
  private func lookedAt(_ folders: String...) async throws -> Report {
    var report = try Report(of: folders.map { "\(path)/\($0)" })
    for index in report.runs.indices where report.runs[index].isLookedAt {
      let pictures = try Small.pictures(16, seed: 1)
      let named = try DataSet(
        name: "<i>test & more", imageShape: [3, 8, 8],
        pixels: (0..<pictures.count).flatMap { Array(pictures.pixels(at: $0)) }, labels: pictures.labels,
        classNames: Self.classes)
      let model = try Model(contentsOf: report.runs[index].path)
      let result = try await Evaluator(model).evaluate(on: named, mistakes: 5)
      report.runs[index].evaluation = result.evaluation
      report.runs[index].mistakes = try result.mistakes.map {
        Report.PicturedMistake(mistake: $0, picture: try named.image(at: $0.position, rules: .init()))
      }
    }
    return report
  }

  @Test("A page stands alone, is well-formed, and has no text that is not escaped")
  func page() async throws {
    let name = "<b>run & co"
    try await Small.run("\(path)/\(name)", recording: [.updates])
    try Updates.measure(Subject.read(["\(path)/\(name)"])).write(to: "\(path)/\(name)/analysis")
    let report = try await lookedAt(name)
    let html = try report.html()
    let page = try Page(html)
    #expect(page.faults == [])
    #expect(report.notes == [] && report.contents == "1 run and 1 view")
    #expect(page.sections == ["training", "results", "curves", "diagnosis", "mistakes", "views"])
    #expect(page.text("h1") == "resnet8 on pictures" && page.text("title") == "resnet8 on pictures")
    #expect(page.all("h3").map(\.text) == ["Updates of weights by layer: \(name)"])
    let heads = page.all("th").map(\.text)
    for name in Self.classes { #expect(heads.contains(name), "\(heads)") }
    let shown = page.all("img")
    #expect(shown.count == report.runs[0].mistakes.count && !shown.isEmpty)
    #expect(shown.allSatisfy { $0.attributes["width"] == "8" && $0.attributes["class"] == "pixels" })
    let captions = page.all("li").map(\.text).filter { $0.contains("is ") }
    #expect(captions.contains { text in Self.classes.contains { text.contains("is \($0) ") } }, "\(captions)")
    // A figure for wide pages and one for narrow ones: errors, losses, confusion, updates twice.
    #expect(page.all("figure").count == 5)
    #expect(page.all("svg").count == 10 && page.all("svg").filter { $0.attributes["class"] == "narrow" }.count == 5)
    #expect(page.all("article")[0].text.contains("Expected. A step changes weights"))
    #expect(page.all("a").contains { $0.attributes["href"] == "https://cs231n.github.io/neural-networks-3/" })
    let facts = page.all("dd").map(\.text)
    for fact in ["pictures, 24 images", "pictures, 8 images", "test: 2 epochs, batches of 8", "3", "f32"] {
      #expect(facts.contains(fact), "\(facts)")
    }
    // The same files give the same bytes.
    #expect(try await lookedAt(name).html() == html)
    try report.write(to: "\(path)/report.html")
    #expect(try TextFile.read("\(path)/report.html", atMost: 1 << 24) == html)
  }

  @Test("Of several runs what they share stands once, the rest in tables, with a curve for each")
  func several() async throws {
    for (name, depth) in [("deep", 14), ("shallow", 8)] {
      try await Small.run("\(path)/\(name)", architecture: Small.network(depth: depth))
    }
    let page = try Page(await lookedAt("shallow", "deep").html())
    #expect(page.faults == [])
    #expect(page.text("h1") == "resnet8 and resnet14 on pictures")
    let tables = page.all("table").map(\.text)
    #expect(tables[0].contains("shallow") && tables[0].contains("14") && !tables[0].contains("batches of 8"))
    #expect(tables[1].contains("test error"))
    #expect(page.all("h3").map(\.text).suffix(2) == ["What shallow mistakes", "What deep mistakes"])
    #expect(tables[2].contains("error of shallow") && tables[2].contains("error of deep"))
    let labels = page.all("text").map(\.text)
    for label in ["shallow, test ", "deep, training "] { #expect(labels.contains { $0.hasPrefix(label) }) }
  }

  @Test("A comparison's folder gives its figures and verdict, medians, and a look at one run of each network")
  func comparison() async throws {
    let plan = try ComparisonPlan(
      [Small.network(), Small.network(shortcut: .none).renamed("plain8")], seeds: 2, in: path)
    let recipe = Recipe(name: "test", length: .epochs(1), batch: 8, learningRate: 0.05)
    _ = try await plan.train(data: "generated") { run, folder in
      try Trainer(
        run.architecture, on: Small.pictures(24), test: Small.pictures(8, seed: 1), recipe: recipe, seed: run.seed,
        keptIn: folder)
    }
    let report = try Report(of: [path])
    #expect(report.runs.map(\.name) == ["plain8-seed0", "plain8-seed1", "resnet8-seed0", "resnet8-seed1"])
    #expect(report.runs.map(\.isLookedAt) == [true, false, true, false])
    let page = try Page(report.html())
    #expect(page.faults == [])
    #expect(page.sections == ["training", "comparison", "results", "curves", "diagnosis"])
    #expect(page.text("p", "finding")?.contains("With 8 layers the residual network's") == true)
    #expect(page.all("caption").map(\.text) == ["Medians over the seeds, errors in percent"])
    #expect(page.all("figure").count == 5)
    // A damaged run among them is told, and the others are shown.
    try write("{}", to: "resnet8-seed1/run.json")
    let rest = try Report(of: [path])
    #expect(rest.runs.count == 3 && rest.notes.count == 1 && rest.notes[0].contains("resnet8-seed1/run.json"))
    #expect(try Page(rest.html()).text("aside", "notes")?.contains("resnet8-seed1/run.json") == true)
  }

  @Test("What is damaged is named on the page, and the rest is shown")
  func damage() async throws {
    try await Small.run("\(path)/run", recording: [.updates])
    try Updates.measure(Subject.read(["\(path)/run"])).write(to: "\(path)/run/analysis")
    try Shattering.simulate(runs: 1, seed: 0).write(to: "\(path)/run/analysis")
    try write("<svg><script/></svg>", to: "run/analysis/updates.svg")
    try write("nothing", to: "run/analysis/shattering.txt")
    try write("a,b\n", to: "run/history.csv")
    let report = try Report(of: ["\(path)/run"])
    let page = try Page(report.html())
    #expect(page.faults == [])
    let notes = ["history.csv, line 1", "analysis/updates.svg: it is no figure", "shattering.txt: it is not the text"]
    #expect(report.notes.count == 3)
    let told = try #require(page.text("aside", "notes"))
    for note in notes { #expect(told.contains(note), "\(told)") }
    #expect(page.sections == ["training", "results", "views"])
    // The other figure of the one view, the figures of the other.
    #expect(page.all("article").count == 2 && page.all("figure").count == 3)
    #expect(page.text("article")?.contains("No layer has stopped") == true)
    #expect(page.all("article")[1].text.contains("the text of the view cannot be read"))
    try remove("run/analysis/shattering.txt")
    #expect(try Report(of: ["\(path)/run"]).notes.contains { $0.contains("shattering.txt") })
  }

  @Test("A run that has not come far has a page, which says what it lacks")
  func begun() async throws {
    try await Small.run("\(path)/run")
    for file in ["history.csv", "model.safetensors"] { try remove("run/\(file)") }
    var record = try RunFolder.record(of: "\(path)/run")
    (record.lastEpoch, record.best, record.state) = (nil, nil, .interrupted)
    try write(record.json(), to: "run/run.json")
    var report = try Report(of: ["\(path)/run"])
    try await report.look()
    #expect(
      report.notes == [
        "run has no whole epoch yet, so there are no curves of it",
        "run has saved no model yet, so no images are looked at with it",
      ])
    let page = try Page(report.html())
    #expect(page.sections == ["training", "results"])
    #expect(page.text("p", "lead")?.contains("is being trained") == true)
  }

  @Test("Images that are gone or others are told, and not looked at")
  func images() async throws {
    try await Small.run("\(path)/run")
    // It was trained on others than the source that it names makes.
    var report = try Report(of: ["\(path)/run"])
    try await report.look()
    #expect(report.notes.count == 1)
    #expect(report.notes[0].hasPrefix("the images at generated are others than run was trained and tested on"))
    #expect(report.runs[0].evaluation == nil)
    var record = try RunFolder.record(of: "\(path)/run")
    record.data.source = "\(path)/nowhere"
    try write(record.json(), to: "run/run.json")
    report = try Report(of: ["\(path)/run"])
    try await report.look()
    #expect(report.notes.count == 1 && report.notes[0].contains("no longer at \(path)/nowhere"))
    #expect(try Page(report.html()).text("aside", "notes")?.contains("say with --data where they are") == true)
    let error = try await Small.failure { try await report.look(at: "generated") }
    #expect(error.code == .data && error.place == "\(path)/run on generated test", "\(error)")
    try write("nonsense", to: "run/model.safetensors")
    report = try Report(of: ["\(path)/run"])
    try await report.look(at: "generated")
    #expect(report.notes.contains { $0.hasPrefix("run is not looked at: ") && $0.contains("model.safetensors") })
  }

  @Test("What is no folder of runs or views is refused with what to give")
  func refusals() async throws {
    try write("", to: "file")
    try FileManager.default.createDirectory(atPath: "\(path)/empty", withIntermediateDirectories: true)
    try await Small.run("\(path)/run")
    for (folders, code, words) in [
      ([], .usage, "nothing to report"), (["none"], .data, "no such folder"), (["file"], .data, "it is a file"),
      (["empty"], .data, "neither a run in this folder nor a view"), (["run", "run"], .usage, "named twice"),
      (["run", "run/"], .usage, "named twice"),
    ] as [([String], ResNetError.Code, String)] {
      let error = #expect(throws: ResNetError.self) { try Report(of: folders.map { "\(path)/\($0)" }) }
      #expect(error?.code == code && error?.message.contains(words) == true, "\(folders)")
    }
    try write("{}", to: "run/run.json")
    let error = #expect(throws: ResNetError.self) { try Report(of: ["\(path)/run"]) }
    #expect(error?.code == .data && error?.place == "\(path)/run/run.json")
    let unwritable = #expect(throws: ResNetError.self) {
      try Shattering.simulate(runs: 1, seed: 0).write(to: "\(path)/views")
      try Report(of: ["\(path)/views"]).write(to: "\(path)/none/report.html")
    }
    #expect(unwritable?.code == .inputOutput)
  }

  @Test("Views of a folder of their own make a page without a run")
  func viewsAlone() throws {
    try Shattering.simulate(runs: 1, seed: 0).write(to: "\(path)/views")
    let report = try Report(of: ["\(path)/views"])
    let page = try Page(report.html())
    #expect(page.sections == ["views"] && page.faults == [] && report.contents == "1 view")
    #expect(page.text("h1")?.isEmpty == false)
  }
}

extension Architecture {
  fileprivate func renamed(_ name: String) -> Architecture {
    var architecture = self
    architecture.name = name
    return architecture
  }
}
