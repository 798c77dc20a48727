import ResNetCore

extension Augmentation: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case padding, crop, flips, colorJitter, policy, erasing, mixup, cutmix, repeats
  }

  /// Reads `{"padding": 4, "flips": true}` and its like; with the other parts left out, they are off.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    let crop: Crop
    if values.contains(.crop) {
      guard !values.contains(.padding) else {
        throw DecodingError.refused(
          "a picture is either padded or cropped at random", at: decoder.codingPath + [CodingKeys.padding],
          remedy: "Leave out padding or crop")
      }
      crop = try values.decode(RandomCrop.self, forKey: .crop).crop
    } else {
      crop = .padded(try values.integer(forKey: .padding))
    }
    self.init(
      crop: crop, flips: try values.decode(Bool.self, forKey: .flips),
      colorJitter: try values.part(forKey: .colorJitter), policy: try values.part(forKey: .policy),
      erasing: try values.part(forKey: .erasing), mixup: try values.part(forKey: .mixup),
      cutmix: try values.part(forKey: .cutmix),
      repeats: values.contains(.repeats) ? try values.integer(forKey: .repeats) : 1)
  }

  /// Writes what `init(from:)` reads: of the parts beside padding and flips only those that are on, so that files of the
  /// first version and now are the same.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch crop {
    case .padded(let padding): try values.encode(padding, forKey: .padding)
    case .randomResized(let scale, let ratio, let interpolation):
      try values.encode(RandomCrop(scale: scale, ratio: ratio, interpolation: interpolation), forKey: .crop)
    }
    try values.encode(flips, forKey: .flips)
    try values.encodeIfPresent(colorJitter, forKey: .colorJitter)
    try values.encodeIfPresent(policy, forKey: .policy)
    try values.encodeIfPresent(erasing, forKey: .erasing)
    try values.encodeIfPresent(mixup, forKey: .mixup)
    try values.encodeIfPresent(cutmix, forKey: .cutmix)
    if repeats != 1 { try values.encode(repeats, forKey: .repeats) }
  }
}

/// `Augmentation.Crop.randomResized` as JSON has it.
private struct RandomCrop: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case scale, ratio, interpolation }

  var scale: ClosedRange<Double>
  var ratio: ClosedRange<Double>
  var interpolation: Interpolation

  init(scale: ClosedRange<Double>, ratio: ClosedRange<Double>, interpolation: Interpolation) {
    self.scale = scale
    self.ratio = ratio
    self.interpolation = interpolation
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    self.init(
      scale: try values.range(forKey: .scale), ratio: try values.range(forKey: .ratio),
      interpolation: try values.choice(forKey: .interpolation))
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(scale.ends, forKey: .scale)
    try values.encode(ratio.ends, forKey: .ratio)
    try values.encode(interpolation, forKey: .interpolation)
  }

  var crop: Augmentation.Crop { .randomResized(scale: scale, ratio: ratio, interpolation) }
}

extension ColorJitter: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case brightness, contrast, saturation, hue }

  /// Reads `{"brightness": 0.4, "hue": 0.1}` and its like; what is left out stays as it is.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    self.init(
      brightness: try values.part(forKey: .brightness) ?? 0, contrast: try values.part(forKey: .contrast) ?? 0,
      saturation: try values.part(forKey: .saturation) ?? 0, hue: try values.part(forKey: .hue) ?? 0)
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    for (key, number) in [
      (CodingKeys.brightness, brightness), (.contrast, contrast), (.saturation, saturation), (.hue, hue),
    ] where number != 0 {
      try values.encode(number, forKey: key)
    }
  }
}

extension Augmentation.Policy: Codable {
  private enum Kind: String, Codable, CaseIterable {
    case randAugment = "rand-augment"
    case trivialAugment = "trivial-augment"
  }

  private enum CodingKeys: String, CodingKey, CaseIterable { case kind, operations, magnitude }

  /// Reads `{"kind": "rand-augment", "operations": 2, "magnitude": 9}` or `{"kind": "trivial-augment"}`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    switch try values.choice(forKey: .kind) as Kind {
    case .randAugment:
      self = .randAugment(
        operations: try values.integer(forKey: .operations), magnitude: try values.integer(forKey: .magnitude))
    case .trivialAugment:
      _ = try decoder.container(refusingKeysBeyond: [CodingKeys.kind])
      self = .trivialAugment
    }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .randAugment(let operations, let magnitude):
      try values.encode(Kind.randAugment, forKey: .kind)
      try values.encode(operations, forKey: .operations)
      try values.encode(magnitude, forKey: .magnitude)
    case .trivialAugment:
      try values.encode(Kind.trivialAugment, forKey: .kind)
    }
  }
}

extension RandomErasing: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case probability, scale, ratio }

  /// Reads `{"probability": 0.5, "scale": [0.02, 0.33], "ratio": [0.3, 3.3]}`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    self.init(
      probability: try values.decode(Double.self, forKey: .probability), scale: try values.range(forKey: .scale),
      ratio: try values.range(forKey: .ratio))
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(probability, forKey: .probability)
    try values.encode(scale.ends, forKey: .scale)
    try values.encode(ratio.ends, forKey: .ratio)
  }
}

extension ClosedRange<Double> {
  fileprivate var ends: [Double] { [lowerBound, upperBound] }
}

extension KeyedDecodingContainer {
  /// What may be left out; `null` is not leaving out.
  fileprivate func part<Part: Decodable>(forKey key: Key) throws -> Part? {
    contains(key) ? try decode(Part.self, forKey: key) : nil
  }

  /// Two numbers, the lesser first.
  fileprivate func range(forKey key: Key) throws -> ClosedRange<Double> {
    let ends = try decode([Double].self, forKey: key)
    guard ends.count == 2, ends[0] <= ends[1] else {
      throw DecodingError.refused(
        "the range is not two numbers, the lesser first", at: codingPath + [key],
        remedy: "Write a range such as [0.08, 1]")
    }
    return ends[0]...ends[1]
  }
}
