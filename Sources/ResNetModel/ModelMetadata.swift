import Foundation
import ResNetCore
import ResNetFiles
import ResNetImages
import ResNetModels

/// What a model's file says of the model besides its numbers, as texts of `__metadata__`.
struct ModelMetadata {
  /// The version of the format that is written, and the only one that is read.
  static let version = "1"
  /// The tensor that holds a mean image.
  static let meanImageName = "preprocessing.mean"

  private enum Key: String, CaseIterable {
    case format = "resnet.format"
    case architecture = "resnet.architecture"
    case input = "resnet.input"
    case classes = "resnet.classes"
    case preprocessing = "resnet.preprocessing"
    case quantization = "resnet.quantization"
    case figures = "resnet.figures"
  }

  /// What a quantised model's file says of its numbers.
  private static let integers = "int8"
  /// The key of what says how good a model is, and nothing of what it computes.
  static let figuresKey = Key.figures.rawValue

  var architecture: Architecture
  var input: Shape
  var classes: [String]
  var preprocessing: Preprocessing.Metadata
  /// Whether weights are integers of 8 bits.
  var isQuantized: Bool
  /// What training kept the model with, where it said so.
  var figures: Model.Figures?

  /// The texts by their keys; equal metadata gives equal texts.
  ///
  /// - Throws: `ResNetError` of code `usage` where there are figures that cannot be.
  func texts() throws -> [String: String] {
    let classes = Array("[".utf8) + classes.map(jsonString).joined(separator: ",".utf8) + "]".utf8
    var texts = [
      Key.format.rawValue: Self.version,
      Key.architecture.rawValue: try architecture.json(),
      Key.input.rawValue: "[\(input.dimensions.map(String.init).joined(separator: ","))]",
      Key.classes.rawValue: String(decoding: classes, as: UTF8.self),
      Key.preprocessing.rawValue: String(decoding: try JSONEncoder.stable.encode(preprocessing), as: UTF8.self),
    ]
    if isQuantized { texts[Key.quantization.rawValue] = Self.integers }
    if let figures { texts[Self.figuresKey] = try figures.json() }
    return texts
  }

  /// Reads the texts of a file strictly.
  ///
  /// - Throws: `ResNetError` of code `data` where one is missing, damaged or of another version.
  init(_ file: Safetensors) throws {
    try Self.checkKeys(of: file)
    func optionalText(_ key: Key, atMost limit: Int) throws -> String? {
      guard let text = file.metadata(key.rawValue) else { return nil }
      guard text.utf8.count <= limit else {
        throw ResNetError(
          .data, "\(key.rawValue) has \(text.utf8.count) bytes, more than \(limit)", at: file.place,
          remedy: "Write the model again")
      }
      return text
    }
    func text(_ key: Key, atMost limit: Int) throws -> String {
      guard let text = try optionalText(key, atMost: limit) else {
        throw ResNetError(.data, "the metadata lacks \(key.rawValue)", at: file.place, remedy: "Write the model again")
      }
      return text
    }
    func place(_ key: Key) -> String { "\(file.place), \(key.rawValue)" }

    let description = try text(.architecture, atMost: Architecture.maximumJSONSize)
    try JSONScanner.check(description, place: place(.architecture))
    architecture = try Architecture(json: description)
    input = try Self.input(text(.input, atMost: 1000), place: place(.input))
    classes = try Self.classes(text(.classes, atMost: 1 << 26), place: place(.classes))
    preprocessing = try Self.preprocessing(text(.preprocessing, atMost: 1 << 16), place: place(.preprocessing))
    let numbers = file.metadata(Key.quantization.rawValue)
    isQuantized = numbers != nil
    guard numbers == nil || numbers == Self.integers else {
      throw ResNetError(
        .data, "numbers of the kind \(quoted(numbers ?? "")) are not known", at: place(.quantization),
        remedy: "Read it with the version of the package that wrote it, or a newer one")
    }
    figures = try optionalText(.figures, atMost: 1 << 12).map { try Model.Figures(json: $0, place: place(.figures)) }
  }

  init(
    architecture: Architecture, input: Shape, classes: [String], preprocessing: Preprocessing.Metadata,
    isQuantized: Bool, figures: Model.Figures?
  ) {
    self.architecture = architecture
    self.input = input
    self.classes = classes
    self.preprocessing = preprocessing
    self.isQuantized = isQuantized
    self.figures = figures
  }

  /// Keys of others are passed over; keys of ours that are not known come from a newer version.
  private static func checkKeys(of file: Safetensors) throws {
    let ours = file.metadata.filter { $0.key.hasPrefix("resnet.") }
    guard !ours.isEmpty else {
      throw ResNetError(
        .data, "the file holds \(file.entries.count) tensors, but does not say of which network", at: file.place,
        remedy: WeightFile(file).proposal.map { "\($0): make a model of it with 'resnet import --network'" }
          ?? "Give a model that 'resnet train' or Model.write(to:) made, or make one with 'resnet import --network'")
    }
    let format = file.metadata(Key.format.rawValue)
    guard let format, format == version else {
      throw ResNetError(
        .data, "the file is of format \(format.map(quoted) ?? "unknown"), and only format \(version) can be read",
        at: file.place, remedy: "Read it with the version of the package that wrote it, or a newer one")
    }
    let known = Key.allCases.map(\.rawValue)
    if let (key, _) = ours.first(where: { !known.contains($0.key) }) {
      throw ResNetError(
        .data, "the metadata \(quoted(key)) is not known", at: file.place,
        remedy: "Read it with the version of the package that wrote it, or a newer one")
    }
  }

  private static func input(_ text: String, place: String) throws -> Shape {
    var scanner = JSONScanner(Array(text.utf8), place: place)
    var dimensions: [Int] = []
    try scanner.array { dimensions.append(try $0.naturalNumber()) }
    try scanner.expectEnd()
    return Shape(dimensions)
  }

  private static func classes(_ text: String, place: String) throws -> [String] {
    var scanner = JSONScanner(Array(text.utf8), place: place)
    var classes: [String] = []
    try scanner.array { scanner in
      guard classes.count < 1 << 20 else { throw scanner.refusal("there are more than \(1 << 20) classes") }
      classes.append(try scanner.string())
    }
    try scanner.expectEnd()
    return classes
  }

  private static func preprocessing(_ text: String, place: String) throws -> Preprocessing.Metadata {
    var scanner = JSONScanner(Array(text.utf8), place: place)
    try JSONScanner.check(text, place: place)
    let known = Preprocessing.Metadata.CodingKeys.allCases.map(\.rawValue)
    try scanner.object { scanner, key in
      guard known.contains(key) else {
        throw ResNetError(
          .data, "the key \(quoted(key)) is not known", at: place,
          remedy: "Read it with the version of the package that wrote it, or a newer one")
      }
      try scanner.skipValue(maximumDepth: 4)
    }
    do {
      return try JSONDecoder().decode(Preprocessing.Metadata.self, from: Data(text.utf8))
    } catch {
      // Not every error is a DecodingError: Foundation has one of its own for numbers that are none.
      throw ResNetError(
        .data, "a part of the preprocessing is missing or not of the right type", at: place,
        remedy: "Write the model again")
    }
  }
}
