/// A key of any name.
package struct AnyKey: CodingKey {
  package let stringValue: String
  package var intValue: Int? { nil }

  package init(_ name: String) { stringValue = name }
  package init?(stringValue: String) { self.stringValue = stringValue }
  package init?(intValue: Int) { nil }
}

extension Decoder {
  /// A container that has no keys but `keys`: what a newer program wrote, or what was misspelt, must not be passed over
  /// in silence.
  package func container<Key: CodingKey>(refusingKeysBeyond keys: [Key]) throws -> KeyedDecodingContainer<Key> {
    let known = keys.map(\.stringValue)
    let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !known.contains($0) }
    if let first = unknown.min() {
      throw DecodingError.refused(
        "the key \(quoted(first)) is not known", at: codingPath + [AnyKey(first)],
        remedy: "Use only \(known.joined(separator: ", ")), or a newer version of the package")
    }
    return try container(keyedBy: Key.self)
  }

  /// A container that has no keys but those of a type.
  package func container<Key: CodingKey & CaseIterable>(
    refusingKeysBeyond keys: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    try container(refusingKeysBeyond: Array(Key.allCases))
  }
}

extension KeyedDecodingContainer {
  /// A whole number. Where a number is none, Foundation throws an error of its own that does not say which one it was.
  package func integer(forKey key: Key) throws -> Int {
    do {
      return try decode(Int.self, forKey: key)
    } catch let error as DecodingError {
      throw error
    } catch {
      throw DecodingError.refused(
        "the number is not whole, or too large", at: codingPath + [key], remedy: "Use a whole number such as 8")
    }
  }

  /// One of a few words.
  package func choice<Choice: RawRepresentable & CaseIterable>(forKey key: Key) throws -> Choice
  where Choice.RawValue == String {
    let text = try decode(String.self, forKey: key)
    guard let choice = Choice(rawValue: text) else {
      throw DecodingError.refused(
        "\(quoted(text)) is not a \(key.stringValue)", at: codingPath + [key],
        remedy: "Use one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }
}

extension DecodingError {
  /// The error for a value that is of the right type and yet not possible.
  package static func refused(_ message: String, at path: [any CodingKey], remedy: String) -> DecodingError {
    .dataCorrupted(
      Context(
        codingPath: path, debugDescription: message, underlyingError: ResNetError(.data, message, remedy: remedy)))
  }

  /// The keys that lead to what was refused; the last one may be missing in the text.
  package var path: [any CodingKey] {
    switch self {
    case .keyNotFound(let key, let context): context.codingPath + [key]
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context.codingPath
    @unknown default: []
    }
  }
}

extension ResNetError {
  /// What a decoder refused, as an error of ours.
  ///
  /// - Parameters:
  ///   - place: where the text is; the path of keys is added to it.
  ///   - remedy: what mends it where the decoder does not say.
  package init(decoding error: DecodingError, at place: String, remedy: String) {
    let path = error.path.map { $0.intValue.map(String.init) ?? printable($0.stringValue) }.joined(separator: ".")
    var (message, remedy) = (Self.message(of: error), remedy)
    if case .dataCorrupted(let context) = error, let refusal = context.underlyingError as? ResNetError {
      (message, remedy) = (refusal.message, refusal.remedy)
    }
    self.init(.data, message, at: path.isEmpty ? place : "\(place), \(path)", remedy: remedy)
  }

  private static func message(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound: "the value is missing"
    case .typeMismatch(let type, _), .valueNotFound(let type, _):
      switch type {
      case is Int.Type: "a whole number is needed"
      case is Double.Type, is Float.Type: "a number is needed"
      case is Bool.Type: "true or false is needed"
      case is String.Type: "a text in quotes is needed"
      case is [Any].Type: "a list is needed"
      case is [String: Any].Type: "an object is needed"
      default: "the value is not of the right type"
      }
    default: error.path.isEmpty ? "the text is not JSON" : "the value is not possible"
    }
  }
}
