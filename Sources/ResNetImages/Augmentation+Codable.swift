import ResNetCore

extension Augmentation: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case padding, flips }

  /// Reads `{"padding": 4, "flips": true}`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    self.init(
      padding: try values.integer(forKey: .padding), flips: try values.decode(Bool.self, forKey: .flips))
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(padding, forKey: .padding)
    try values.encode(flips, forKey: .flips)
  }
}
