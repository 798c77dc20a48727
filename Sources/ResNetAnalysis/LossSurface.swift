import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetFiles
import ResNetGraph
import ResNetModel
import ResNetTraining

/// The loss around a trained network, on a plane through it along two random directions (Li, Xu, Taylor, Studer and
/// Goldstein, "Visualizing the loss landscape of neural nets", 2018).
///
/// ```swift
/// let surface = try await LossSurface.measure(of: Subject.read(["runs/r20"])[0], on: cifar.training)
/// print(surface.finding)
/// ```
public struct LossSurface: View, Hashable {
  /// What decides which points are measured, and on what.
  public struct Settings: Hashable, Sendable, Codable {
    /// Points along each axis, an odd number from 3 to 301, so that the network itself is one of them.
    public var points: Int
    /// The greatest α and β; 1 is as far as the network's weights are long.
    public var reach: Double
    /// How many images the loss is the mean over, drawn at random, the same ones each time; all if there are no more.
    public var images: Int
    /// What the two directions are drawn by.
    public var seed: UInt64

    /// Makes settings.
    public init(points: Int = 25, reach: Double = 1, images: Int = 1000, seed: UInt64 = 0) {
      self.points = points
      self.reach = reach
      self.images = images
      self.seed = seed
    }

    /// α or β of all points along an axis, rising; the middle one is exactly 0.
    public var coordinates: [Double] {
      (0..<points).map { reach * (Double(2 * $0 - (points - 1)) / Double(points - 1)) }
    }

    func check() throws {
      guard (3...301).contains(points), points % 2 == 1 else {
        throw ResNetError(
          .usage, "\(points) points along an axis have no middle, or are too few or too many",
          remedy: "Use an odd number from 3 to 301")
      }
      guard reach > 0, reach <= 1e6 else {
        throw ResNetError(.usage, "a surface cannot reach from \(-reach) to \(reach)", remedy: "Use a reach such as 1")
      }
    }
  }

  /// What pictures and tables call the network.
  public var network: String
  /// What the images are called.
  public var dataSet: String
  /// How many images there were.
  public var images: Int
  /// How many classes there are.
  public var classes: Int
  /// Which points were measured.
  public var settings: Settings
  /// The mean cross-entropy in nats, `[β][α]`, both rising.
  public var losses: [[Double]]
  /// The classification error in percent, `[β][α]`.
  public var errors: [[Double]]

  /// Images in one run of the network.
  static let batch = 128

  /// Measures the loss over a grid of α and β.
  ///
  /// - Parameters:
  ///   - subject: a trained network.
  ///   - dataSet: training images, which are not augmented.
  ///   - settings: which points, and on how many images.
  ///   - file: where what is measured is kept on the way; where such a file is there, it is gone on with.
  ///   - progress: is told the share that is done, from 0 to 1, on the engine's thread.
  /// - Throws: `ResNetError` of code `usage` for settings that make no sense, `data` where images do not fit the network or
  ///   the file holds a part of another surface, `inputOutput` where the file cannot be written, `unavailable` where oneDNN
  ///   or memory is missing.
  public static func measure(
    of subject: Subject, on dataSet: DataSet, settings: Settings = Settings(), keptIn file: String? = nil,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> LossSurface {
    try settings.check()
    let loader = try subject.loader(of: dataSet, count: settings.images, batch: batch)
    let beginning = try LossSurfaceRecord.beginning(
      LossSurfaceRecord(network: subject.model.contentHash(), images: loader.dataSet.contentHash(), settings: settings),
      at: file)
    if let file {
      // Told before minutes of measuring.
      try RunFolder.makeFolder(URL(fileURLWithPath: file).deletingLastPathComponent().path)
      try AtomicFile.check(file)
    }
    let coordinates = settings.coordinates
    let record = try await EngineActor.run {
      var record = beginning
      var keeper = RecordKeeper(file: file)
      let plane = WeightPlane(subject.model, seed: settings.seed)
      let engine = try subject.engine()
      do {
        while !record.isComplete {
          let (row, column) = record.points.count.quotientAndRemainder(dividingBy: settings.points)
          try plane.move(engine, coordinates[column], coordinates[row])
          let summary = try engine.evaluate(loader)
          record.points.append(.init(loss: summary.loss, error: summary.topOneError))
          try keeper.keep(record)
          progress(Double(record.points.count) / Double(settings.points * settings.points))
        }
      } catch {
        try keeper.keep(record, atOnce: true)
        throw error
      }
      try keeper.keep(record, atOnce: true)
      return record
    }
    let rows = coordinates.indices.map { record.points[($0 * settings.points)..<(($0 + 1) * settings.points)] }
    return LossSurface(
      network: subject.name, dataSet: dataSet.name, images: loader.dataSet.count, classes: dataSet.classCount,
      settings: settings, losses: rows.map { $0.map(\.loss) }, errors: rows.map { $0.map(\.error) })
  }
}
