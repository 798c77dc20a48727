extension Recipe.Length: Codable {
  private enum CodingKeys: String, CodingKey { case epochs, iterations }

  /// Reads `{"epochs": 30}` or `{"iterations": 64000}`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    if let epochs = try values.decodeIfPresent(Int.self, forKey: .epochs) {
      self = .epochs(epochs)
    } else {
      self = .iterations(try values.decode(Int.self, forKey: .iterations))
    }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .epochs(let count): try values.encode(count, forKey: .epochs)
    case .iterations(let count): try values.encode(count, forKey: .iterations)
    }
  }
}
