import ResNetCore

extension Block: Codable {
  enum CodingKeys: String, CodingKey, CaseIterable { case branch, connection, compression, order, squeeze, dropout }

  /// The blocks that have a word.
  static let words: [(word: String, block: Block)] = [
    ("basic", .basic), ("bottleneck", .bottleneck), ("fully-connected", .fullyConnected),
  ]

  /// Reads `"basic"`, `"bottleneck"`, `"fully-connected"` or an object with a `branch`.
  public init(from decoder: any Decoder) throws {
    self = try BlockReader().block(from: decoder)
  }

  /// Writes a word where there is one, else the branch and what differs from a block that only has a branch.
  public func encode(to encoder: any Encoder) throws {
    if let known = Self.words.first(where: { $0.block == self }) {
      var value = encoder.singleValueContainer()
      try value.encode(known.word)
      return
    }
    var values = encoder.container(keyedBy: CodingKeys.self)
    if let known = Self.words.first(where: { $0.block.branch == branch }) {
      try values.encode(known.word, forKey: .branch)
    } else {
      try values.encode(branch, forKey: .branch)
    }
    if case .dense(let compression) = connection {
      try values.encode(BlockReader.Connection.dense.rawValue, forKey: .connection)
      if compression != 1 { try values.encode(compression, forKey: .compression) }
    }
    if order != connection.usualOrder { try values.encode(order, forKey: .order) }
    try values.encodeIfPresent(squeeze, forKey: .squeeze)
    if dropout != 0 { try values.encode(dropout, forKey: .dropout) }
  }
}

extension Block.Item: Encodable {
  enum CodingKeys: String, CodingKey, CaseIterable { case kind, kernel, width, groups }
  enum Kind: String, Codable, CaseIterable {
    case convolution
    case fullyConnected = "fully-connected"
  }

  /// Writes `{"kernel": 3}` with width and groups where they are not 1, `{"kind": "fully-connected"}`, or a block.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .convolution(let kernel, let width, let groups):
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(kernel, forKey: .kernel)
      if width != 1 { try values.encode(width, forKey: .width) }
      if groups != 1 { try values.encode(groups, forKey: .groups) }
    case .fullyConnected(let width):
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(Kind.fullyConnected, forKey: .kind)
      if width != 1 { try values.encode(width, forKey: .width) }
    case .block(let block):
      try block.encode(to: encoder)
    }
  }
}
