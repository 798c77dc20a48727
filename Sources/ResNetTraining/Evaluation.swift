/// How good a model is on a set of images: the numbers of its summary, which are its own members too, and class by class.
@dynamicMemberLookup
public struct Evaluation: Hashable, Sendable {
  /// How good a model is on the images of one class.
  public struct ClassResult: Hashable, Sendable, Codable {
    /// What the class is called.
    public var name: String
    /// The number of images of the class.
    public var images: Int
    /// Those that were taken for another class, in percent; `nil` where there are no images.
    public var error: Double?

    /// Writes every member, `null` where there is no error.
    public func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(name, forKey: .name)
      try values.encode(images, forKey: .images)
      try values.encode(error, forKey: .error)
    }

    private enum CodingKeys: String, CodingKey { case name, images, error }
  }

  /// The few numbers about all images.
  public var summary: EvaluationSummary
  /// The classes in the order of their labels.
  public var perClass: [ClassResult]
  /// The number of images by true class and predicted class, `[classes][classes]`.
  ///
  /// An image with a logit that is not a number has no predicted class: it counts as wrong and in no column, so that a
  /// row's sum stays below the images of its class.
  public var confusion: [[Int]]

  init(_ summary: EvaluationSummary, _ counts: ConfusionCounts, classNames: [String]) {
    self.summary = summary
    confusion = classNames.indices.map(counts.row)
    perClass = zip(classNames, confusion).enumerated().map { label, entry in
      let images = counts.images(label)
      let wrong = Double(images - entry.1[label])
      return ClassResult(name: entry.0, images: images, error: images > 0 ? 100 * wrong / Double(images) : nil)
    }
  }

  /// The members of the summary.
  public subscript<Value>(dynamicMember member: KeyPath<EvaluationSummary, Value>) -> Value { summary[keyPath: member] }
}

extension Evaluation: Codable {
  private enum CodingKeys: String, CodingKey { case perClass, confusion }

  /// Reads one object that holds the members of the summary beside `perClass` and `confusion`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    summary = try EvaluationSummary(from: decoder)
    perClass = try values.decode([ClassResult].self, forKey: .perClass)
    confusion = try values.decode([[Int]].self, forKey: .confusion)
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(perClass, forKey: .perClass)
    try values.encode(confusion, forKey: .confusion)
  }
}

extension Evaluation: CustomStringConvertible {
  /// The summary's line.
  public var description: String { summary.description }
}
