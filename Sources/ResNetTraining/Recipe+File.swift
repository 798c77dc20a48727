import Foundation
import ResNetCore
import ResNetFiles
import ResNetImages

extension Recipe {
  /// The most bytes that a recipe's file may have.
  public static let maximumFileSize = 1 << 16

  /// Reads a recipe from a file such as `json()` makes.
  ///
  /// - Throws: `ResNetError` of code `data` with the file, the line and the key where the file is missing or is no
  ///   recipe, `inputOutput` where it cannot be read.
  public init(contentsOf path: String) throws {
    try self.init(json: TextFile.read(path, atMost: Self.maximumFileSize), place: path)
  }

  /// Reads a recipe from JSON.
  ///
  /// - Parameters:
  ///   - json: the text.
  ///   - place: what an error calls the text.
  /// - Throws: `ResNetError` of code `data` with the line and the key for one that is missing, unknown, there twice or
  ///   impossible.
  public init(json: String, place: String = "recipe") throws {
    guard json.utf8.count <= Self.maximumFileSize else {
      throw ResNetError(
        .data, "the recipe has \(json.utf8.count) bytes", at: place, remedy: "Use at most \(Self.maximumFileSize) bytes"
      )
    }
    try JSONScanner.check(json, place: place, maximumDepth: 8, isHandwritten: true)
    do {
      self = try JSONDecoder().decode(Recipe.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw ResNetError(
        decoding: error, at: "\(place), line \(JSONScanner.line(of: error.path, in: json))",
        remedy: "Compare with what 'resnet recipes --show \(Recipe.quick.name)' prints")
    }
  }

  /// The recipe as JSON for people, one part a line; equal recipes give equal texts.
  ///
  /// - Throws: `ResNetError` of code `usage` where nothing can be learned with it.
  public func json() throws -> String {
    try validate()
    let lines: [(String, String)] = [
      ("name", String(decoding: jsonString(name), as: UTF8.self)),
      ("length", length.json),
      ("batch", "\(batch)"),
      ("learningRate", "\(learningRate)"),
      ("schedule", schedule.json),
      ("momentum", "\(momentum)"),
      ("nesterov", "\(nesterov)"),
      ("weightDecay", "\(weightDecay)"),
      ("decaysNormalizationAndBiases", "\(decaysNormalizationAndBiases)"),
      ("augmentation", augmentation.json),
      ("normalization", "\"\(normalization.rawValue)\""),
      sampling == .shuffled ? nil : ("sampling", "\"\(sampling.rawValue)\""),
      classWeights == .none ? nil : ("classWeights", "\"\(classWeights.rawValue)\""),
    ].compactMap { $0 }
    return "{\n" + lines.map { "  \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n}"
  }
}

extension Recipe.Length {
  fileprivate var json: String {
    switch self {
    case .epochs(let count): #"{"epochs": \#(count)}"#
    case .iterations(let count): #"{"iterations": \#(count)}"#
    }
  }
}

extension Schedule {
  fileprivate var json: String {
    switch self {
    case .constant: #"{"kind": "constant"}"#
    case .steps(let fractions, let factor): #"{"kind": "steps", "at": \#(fractions), "factor": \#(factor)}"#
    case .oneCycle(let warmUp): #"{"kind": "one-cycle", "warmUp": \#(warmUp)}"#
    }
  }
}
