import ResNetCore

extension Architecture: Codable {
  /// The names under which the parts stand in JSON; they never change. A part that is added later is written only where
  /// it differs from what networks had before, so that old files stay as they are and old programs refuse new parts.
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, input, stem, blocks, block, stages, shortcut, carry, survival, strideIn, normalization, initialization
    case zeroLastScale
  }

  /// Reads a description and checks that its parts fit together. Blocks that it defines under names of its own
  /// (`blocks`) stand in the value wherever the names stood.
  ///
  /// - Throws: `ResNetError` of code `data` for a part that is missing, unknown or impossible.
  public init(from decoder: any Decoder) throws {
    do {
      let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
      let blocks = try BlockReader(definitions: values.contains(.blocks) ? values.superDecoder(forKey: .blocks) : nil)
      guard values.contains(.block) else { throw DecodingError.missing(.block, in: values) }
      self.init(
        name: try values.decode(String.self, forKey: .name),
        input: try values.decode(Shape.self, forKey: .input),
        stem: try values.decode(Stem.self, forKey: .stem),
        block: try blocks.block(from: values.superDecoder(forKey: .block)),
        stages: try blocks.stages(from: values.nestedUnkeyedContainer(forKey: .stages)),
        shortcut: try values.contains(.shortcut) ? values.choice(forKey: .shortcut) : .projection,
        carry: try values.contains(.carry) ? values.choice(forKey: .carry) : .whole,
        survival: try values.decodeIfPresent(Double.self, forKey: .survival) ?? 1,
        strideIn: try values.contains(.strideIn) ? values.choice(forKey: .strideIn) : .threeByThree,
        normalization: try values.contains(.normalization) ? values.choice(forKey: .normalization) : .batch,
        initialization: try values.decodeIfPresent(Initialization.self, forKey: .initialization) ?? .he,
        zeroLastScale: try values.decodeIfPresent(Bool.self, forKey: .zeroLastScale) ?? false)
      try validate()
      try validate(classes: 1, input: input)
    } catch let error as DecodingError {
      throw ResNetError(decoding: error, at: "architecture", remedy: Self.remedy)
    } catch var error as ResNetError {
      error.code = .data
      error.place = error.place ?? "architecture"
      throw error
    }
  }

  /// Writes every part; those that networks did not have at first only where they differ from that.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(input, forKey: .input)
    try values.encode(stem, forKey: .stem)
    try values.encode(block, forKey: .block)
    try values.encode(stages, forKey: .stages)
    try values.encode(shortcut, forKey: .shortcut)
    if carry != .whole { try values.encode(carry, forKey: .carry) }
    if survival != 1 { try values.encode(survival, forKey: .survival) }
    try values.encode(strideIn, forKey: .strideIn)
    try values.encode(normalization, forKey: .normalization)
    try values.encode(initialization, forKey: .initialization)
    try values.encode(zeroLastScale, forKey: .zeroLastScale)
  }
}

extension Stem: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case kind, width }
  private enum Kind: String, Codable, CaseIterable {
    case cifar, deep, none
    case imageNet = "imagenet"
    case fullyConnected = "fully-connected"
  }

  /// Reads `{"kind": "cifar" | "imagenet" | "deep" | "fully-connected", "width": 64}` or `{"kind": "none"}`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    let kind: Kind = try values.choice(forKey: .kind)
    guard kind != .none || !values.contains(.width) else {
      throw DecodingError.refused(
        "no stem has no width", at: values.codingPath + [CodingKeys.width], remedy: "Leave it out, or choose a stem")
    }
    switch kind {
    case .cifar: self = .cifar(width: try values.integer(forKey: .width))
    case .imageNet: self = .imageNet(width: try values.integer(forKey: .width))
    case .deep: self = .deep(width: try values.integer(forKey: .width))
    case .fullyConnected: self = .fullyConnected(width: try values.integer(forKey: .width))
    case .none: self = .none
    }
    if let width { try refusing(at: values.codingPath + [CodingKeys.width]) { try requireWidth(width) } }
  }

  private var width: Int? {
    switch self {
    case .cifar(let width), .imageNet(let width), .deep(let width), .fullyConnected(let width): width
    case .none: nil
    }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    let (kind, width): (Kind, Int?) =
      switch self {
      case .cifar(let width): (.cifar, width)
      case .imageNet(let width): (.imageNet, width)
      case .deep(let width): (.deep, width)
      case .fullyConnected(let width): (.fullyConnected, width)
      case .none: (.none, nil)
      }
    try values.encode(kind, forKey: .kind)
    try values.encodeIfPresent(width, forKey: .width)
  }
}

extension Stage: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case blocks, width, stride, block }

  /// Reads `{"blocks": 3, "width": 64, "stride": 1}`, perhaps with a `block` of its own.
  public init(from decoder: any Decoder) throws {
    try self.init(from: decoder, blocks: BlockReader())
  }

  /// Reads a stage whose block may be named.
  init(from decoder: any Decoder, blocks: BlockReader) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    self.init(
      blocks: try values.integer(forKey: .blocks), width: try values.integer(forKey: .width),
      stride: try values.decodeIfPresent(Int.self, forKey: .stride) ?? 1,
      block: try values.contains(.block) ? blocks.block(from: values.superDecoder(forKey: .block)) : nil)
    try refusing(at: values.codingPath) { try validate() }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(blocks, forKey: .blocks)
    try values.encode(width, forKey: .width)
    try values.encode(stride, forKey: .stride)
    try values.encodeIfPresent(block, forKey: .block)
  }
}

extension Initialization: Codable {
  /// Reads `"he"`, `"he-fan-in"`, `"xavier"` or `"normal:0.01"`.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Initialization(text) else {
      throw DecodingError.refused(
        "\(quoted(text)) is not an initialization", at: decoder.codingPath,
        remedy: "Use he, he-fan-in, xavier or normal:DEVIATION")
    }
    self = value
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
