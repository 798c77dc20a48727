import Foundation
import ResNetCore

extension Architecture {
  static let remedy = "Check the file that describes the network"

  /// The most bytes of JSON that a description may have.
  public static let maximumJSONSize = 1 << 17

  /// Reads the JSON of a description, as it stands in a model's file.
  ///
  /// - Throws: `ResNetError` of code `data` where it is not one.
  public init(json: String) throws {
    guard json.utf8.count <= Self.maximumJSONSize else {
      throw ResNetError(
        .data, "the description has \(json.utf8.count) bytes", at: "architecture",
        remedy: "Use at most \(Self.maximumJSONSize) bytes")
    }
    do {
      self = try JSONDecoder().decode(Architecture.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw ResNetError(decoding: error, at: "architecture", remedy: Self.remedy)
    }
  }

  /// The description as JSON in one line, keys sorted: equal networks give equal bytes.
  ///
  /// - Throws: `ResNetError` of code `usage` where the parts do not fit together.
  public func json() throws -> String {
    try validate()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
