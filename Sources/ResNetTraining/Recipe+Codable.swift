import ResNetCore
import ResNetImages

extension Recipe: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, length, batch, learningRate, schedule, momentum, nesterov, weightDecay, decaysNormalizationAndBiases
    case augmentation, normalization, sampling, classWeights
  }

  /// Reads a recipe strictly: each key once, none besides, and numbers with which something can be learned. What is not
  /// usual, `sampling` and `classWeights`, may be missing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    self.init(
      name: try values.decode(String.self, forKey: .name),
      length: try values.decode(Length.self, forKey: .length),
      batch: try values.integer(forKey: .batch),
      learningRate: try values.decode(Double.self, forKey: .learningRate),
      schedule: try values.decode(Schedule.self, forKey: .schedule),
      momentum: try values.decode(Double.self, forKey: .momentum),
      nesterov: try values.decode(Bool.self, forKey: .nesterov),
      weightDecay: try values.decode(Double.self, forKey: .weightDecay),
      decaysNormalizationAndBiases: try values.decode(Bool.self, forKey: .decaysNormalizationAndBiases),
      augmentation: try values.decode(Augmentation.self, forKey: .augmentation),
      normalization: try values.choice(forKey: .normalization),
      sampling: try values.contains(.sampling) ? values.choice(forKey: .sampling) : .shuffled,
      classWeights: try values.contains(.classWeights) ? values.choice(forKey: .classWeights) : .none)
    if let fault {
      throw DecodingError.refused(
        fault.message, at: decoder.codingPath + fault.path.map(AnyKey.init), remedy: fault.remedy)
    }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(length, forKey: .length)
    try values.encode(batch, forKey: .batch)
    try values.encode(learningRate, forKey: .learningRate)
    try values.encode(schedule, forKey: .schedule)
    try values.encode(momentum, forKey: .momentum)
    try values.encode(nesterov, forKey: .nesterov)
    try values.encode(weightDecay, forKey: .weightDecay)
    try values.encode(decaysNormalizationAndBiases, forKey: .decaysNormalizationAndBiases)
    try values.encode(augmentation, forKey: .augmentation)
    try values.encode(normalization, forKey: .normalization)
    if sampling != .shuffled { try values.encode(sampling, forKey: .sampling) }
    if classWeights != .none { try values.encode(classWeights, forKey: .classWeights) }
  }
}

extension Recipe.Length: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case epochs, iterations }

  /// Reads `{"epochs": 30}` or `{"iterations": 64000}`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    guard values.allKeys.count == 1 else {
      throw DecodingError.refused(
        "either epochs or iterations is needed", at: decoder.codingPath,
        remedy: "Write a length such as {\"epochs\": 30}")
    }
    if values.contains(.epochs) {
      self = .epochs(try values.integer(forKey: .epochs))
    } else {
      self = .iterations(try values.integer(forKey: .iterations))
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
