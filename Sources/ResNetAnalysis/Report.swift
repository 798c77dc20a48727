import Foundation
import ResNetCore
import ResNetData
import ResNetImages
import ResNetTraining

/// One page about runs: what was trained on what, how it went and how it ended, what the network gets wrong, and what all
/// views that were kept of it show.
///
/// ```swift
/// var report = try Report(of: ["runs/plain56", "runs/resnet56"])
/// try await report.look()
/// try report.write(to: "report.html")
/// ```
///
/// The page is one file that loads nothing and needs no script; the same files give the same bytes.
public struct Report: Sendable {
  /// A run, and what is known of it.
  public struct Run: Sendable {
    /// Its folder, as it was given or found.
    public let path: String
    /// What the page calls it.
    public let name: String
    /// What its `run.json` says.
    public let record: RunRecord
    /// Its losses and errors by epoch, where they can be read.
    public internal(set) var curve: RunCurve?
    /// What a diagnosis is made of, where that can be read.
    public internal(set) var measurements: RunMeasurements?
    /// How good its model is on test images, once `look` has measured it.
    public internal(set) var evaluation: Evaluation?
    /// Of the images that its model gets wrong those that it was surest of, worst first, once `look` has found them.
    public internal(set) var mistakes: [PicturedMistake] = []
    /// Whether `look` looks at its model: of a comparison's runs that differ in their seed alone the first is enough.
    public let isLookedAt: Bool
  }

  /// An image that a model took for another class, and its picture.
  public struct PicturedMistake: Sendable {
    /// What was mistaken for what.
    public let mistake: Mistake
    /// What it looks like, small; `nil` where its file cannot be read any more.
    public let picture: Image?
  }

  /// The runs, in the order in which they were given; those of a comparison by name.
  public internal(set) var runs: [Run] = []
  /// The views that were kept of them, and those that lie in folders of their own.
  var views: [KeptView] = []
  /// What the page lacks, and why; the page says it too.
  public internal(set) var notes: [String] = []

  /// The most runs of a figure of curves: more are not told apart.
  static let mostCurves = 6
  /// How many mistakes are shown of a run.
  static let mostMistakes = 24

  /// Takes what folders hold: runs with the views in their folder `analysis`; a comparison's, with the runs below it; views
  /// alone; or runs at any depth below.
  ///
  /// What is damaged of a run or a view is noted, and the rest taken.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no such folder or nothing in it, or the `run.json` of a run that
  ///   was named is damaged; `usage` where one is named twice or none is; `inputOutput` where a file cannot be read.
  public init(of folders: [String]) throws {
    guard !folders.isEmpty else {
      throw ResNetError(.usage, "there is nothing to report", remedy: "Name the folder of a run")
    }
    var found: [(path: String, isNamed: Bool)] = []
    var places: [String] = []
    for folder in folders {
      if try Self.holdsRun(folder) {
        found.append((folder, true))
      } else {
        let below = try Self.runs(below: folder)
        found += below.map { ($0, false) }
        places.append(folder)
      }
    }
    try add(found, names: Subject.names(of: found.map(\.path)))
    places = found.map { $0.path + "/analysis" } + places
    var kept: [KeptView] = []
    for place in places { kept += KeptView.all(in: place) { note($0) } }
    // By kind: a reader compares the same view of several runs.
    views = viewKinds.flatMap { kind in kept.filter { $0.name == kind.name } }
  }

  /// What is on the page, as in `2 runs and 5 views`.
  public var contents: String {
    let parts = [runs.isEmpty ? nil : counted(runs.count, "run"), views.isEmpty ? nil : counted(views.count, "view")]
    return listed(parts.compactMap(\.self))
  }

  /// Adds a note, once.
  mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }
}

extension Report {
  /// Whether a folder is that of a run.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no such folder.
  private static func holdsRun(_ path: String) throws -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ResNetError(.data, "there is no such folder", at: path, remedy: "Give the folder of a run")
    }
    guard isFolder.boolValue else {
      throw ResNetError(.data, "it is a file", at: path, remedy: "Give the folder of the run that it belongs to")
    }
    return RunFolder.isBegun(path)
  }

  /// The runs below the folder of a comparison, of views or of runs, by name.
  ///
  /// - Throws: `ResNetError` of code `data` where there are neither runs nor views.
  private static func runs(below path: String) throws -> [String] {
    let runs = (try? RunFolder.runs(below: path)) ?? []
    guard !runs.isEmpty || KeptView.areKept(in: path) else {
      throw ResNetError(
        .data, "there is neither a run in this folder nor a view", at: path,
        remedy: "Give a folder that 'resnet train', 'compare' or 'analyze' wrote")
    }
    // resnet20 stands before resnet110.
    return runs.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
  }

  private mutating func add(_ found: [(path: String, isNamed: Bool)], names: [String]) throws {
    for (place, name) in zip(found, names) {
      let record: RunRecord
      do {
        record = try RunFolder.record(of: place.path)
      } catch let error as ResNetError where !place.isNamed {
        note("\(error)")
        continue
      }
      let isFirst = !runs.contains {
        $0.record.architecture == record.architecture && $0.record.recipe == record.recipe
          && $0.record.data.training == record.data.training
      }
      var run = Run(path: place.path, name: name, record: record, isLookedAt: place.isNamed || isFirst)
      if record.lastEpoch == nil {
        note("\(name) has no whole epoch yet, so there are no curves of it")
      } else {
        do {
          run.curve = try RunCurve(ofRunAt: place.path, name: name)
          run.measurements = try RunMeasurements(ofRunAt: place.path)
        } catch {
          note("\(error)")
        }
      }
      runs.append(run)
    }
  }
}
