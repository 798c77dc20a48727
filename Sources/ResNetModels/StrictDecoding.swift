import ResNetCore

/// A key of any name, to see which ones a container has.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// A container that has no keys but `keys`: what a newer program wrote must not be passed over in silence.
  func container<Key: CodingKey & CaseIterable>(
    refusingKeysBeyond keys: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Key.allCases.map(\.stringValue)
    let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !known.contains($0) }
    if let first = unknown.min() {
      throw ResNetError(
        .data, "the key '\(printable(first))' is not known", at: "architecture",
        remedy: "Use a newer version of the package, or only \(known.joined(separator: ", "))")
    }
    return try container(keyedBy: keys)
  }
}

extension KeyedDecodingContainer {
  /// One of a few words.
  func choice<Choice: RawRepresentable & CaseIterable>(forKey key: Key) throws -> Choice
  where Choice.RawValue == String {
    let text = try decode(String.self, forKey: key)
    guard let choice = Choice(rawValue: text) else {
      throw ResNetError(
        .data, "'\(printable(text))' is not a \(key.stringValue)", at: "architecture",
        remedy: "Use one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }
}

extension ResNetError {
  /// What a decoder refused, as an error of ours.
  init(decoding error: DecodingError) {
    let (context, key): (DecodingError.Context?, (any CodingKey)?) =
      switch error {
      case .keyNotFound(let key, let context): (context, key)
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): (context, nil)
      @unknown default: (nil, nil)
      }
    let path = (context?.codingPath ?? []) + (key.map { [$0] } ?? [])
    let place = path.map { $0.intValue.map(String.init) ?? printable($0.stringValue) }.joined(separator: ".")
    let what =
      switch error {
      case .keyNotFound: "the value is missing"
      case .typeMismatch, .valueNotFound: "the value is not of the right type"
      default: path.isEmpty ? "the text is not JSON" : "the value is not possible"
      }
    self.init(
      .data, what, at: path.isEmpty ? "architecture" : "architecture, \(place)",
      remedy: "Check the file that describes the network")
  }
}
