import ResNetCore

extension Schedule: Codable {
  private enum Kind: String, Codable, CaseIterable {
    case constant
    case steps
    case oneCycle = "one-cycle"
  }

  private enum CodingKeys: String, CodingKey, CaseIterable { case kind, at, factor, warmUp }

  /// Reads `{"kind": "steps", "at": [0.5, 0.75], "factor": 0.1}` and its like.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    switch try values.choice(forKey: .kind) as Kind {
    case .constant:
      _ = try decoder.container(refusingKeysBeyond: [CodingKeys.kind])
      self = .constant
    case .steps:
      let values = try decoder.container(refusingKeysBeyond: [CodingKeys.kind, .at, .factor])
      self = .steps(
        at: try values.decode([Double].self, forKey: .at), factor: try values.decode(Double.self, forKey: .factor))
    case .oneCycle:
      let values = try decoder.container(refusingKeysBeyond: [CodingKeys.kind, .warmUp])
      self = .oneCycle(warmUp: try values.decode(Double.self, forKey: .warmUp))
    }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .constant:
      try values.encode(Kind.constant, forKey: .kind)
    case .steps(let fractions, let factor):
      try values.encode(Kind.steps, forKey: .kind)
      try values.encode(fractions, forKey: .at)
      try values.encode(factor, forKey: .factor)
    case .oneCycle(let warmUp):
      try values.encode(Kind.oneCycle, forKey: .kind)
      try values.encode(warmUp, forKey: .warmUp)
    }
  }
}
