import Foundation
import ResNetCore
import ResNetFiles

/// What has been measured of a surface so far, and of which.
struct LossSurfaceRecord: Codable, Hashable, Sendable {
  /// What was measured at a point.
  struct Point: Codable, Hashable, Sendable {
    var loss: Double
    var error: Double
  }

  private(set) var format = 1
  /// The hash of the model.
  let network: String
  /// The hash of the images.
  let images: String
  let settings: LossSurface.Settings
  /// Row by row, α first.
  var points: [Point] = []

  init(network: String, images: String, settings: LossSurface.Settings) {
    self.network = network
    self.images = images
    self.settings = settings
  }

  /// Whether all points are measured.
  var isComplete: Bool { points.count >= settings.points * settings.points }

  /// What to begin with: what a file holds, if it is there.
  ///
  /// - Throws: `ResNetError` of code `data` where it holds something else than a part of that surface.
  static func beginning(_ wanted: LossSurfaceRecord, at path: String?) throws -> LossSurfaceRecord {
    guard let path, FileManager.default.fileExists(atPath: path) else { return wanted }
    let found = try LossSurfaceRecord(contentsOf: path)
    let differences = [
      ("network", found.network != wanted.network), ("images", found.images != wanted.images),
      ("points", found.settings.points != wanted.settings.points),
      ("reach", found.settings.reach != wanted.settings.reach),
      ("seed", found.settings.seed != wanted.settings.seed),
    ].filter(\.1).map(\.0)
    guard differences.isEmpty else {
      throw ResNetError(
        .data, "it holds a part of a surface of other \(listed(differences))", at: path,
        remedy: "Measure that one to its end, delete the file, or give another folder")
    }
    return found
  }

  /// Reads what `write` wrote.
  private init(contentsOf path: String) throws {
    let text = try TextFile.read(path, atMost: 1 << 26)
    let damage = ResNetError(
      .data, "it does not hold a part of a surface", at: path, remedy: "Delete the file, or give another folder")
    do {
      try JSONScanner.check(text, place: path)
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: Self.infinity, negativeInfinity: Self.minusInfinity, nan: Self.noNumber)
      self = try decoder.decode(Self.self, from: Data(text.utf8))
    } catch {
      throw damage
    }
    guard format == 1, (3...301).contains(settings.points), points.count <= settings.points * settings.points else {
      throw damage
    }
  }

  /// Writes the record in place of the file, whole or not at all.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // A network far from the trained one may have a loss that is no number.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: Self.infinity, negativeInfinity: Self.minusInfinity, nan: Self.noNumber)
    try AtomicFile.write([UInt8](encoder.encode(self)), to: path)
  }

  private static let infinity = "inf"
  private static let minusInfinity = "-inf"
  private static let noNumber = "nan"
}

/// Writes a record now and then: each writing is forced to the disk, and a small network has many points a second.
struct RecordKeeper {
  let file: String?
  private var last = ContinuousClock.now

  init(file: String?) { self.file = file }

  /// Writes the record unless that was done a moment ago, or in any case.
  mutating func keep(_ record: LossSurfaceRecord, atOnce: Bool = false) throws {
    guard let file, atOnce || ContinuousClock.now - last > .seconds(2) else { return }
    try record.write(to: file)
    last = .now
  }
}
