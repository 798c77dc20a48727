import ResNetCore

/// What preprocessing does to one picture, step by step.
public struct Explanation: Hashable, Sendable, Codable {
  /// One step.
  public struct Step: Hashable, Sendable, Codable {
    /// What is done.
    public var what: String
    /// The size of the picture afterwards, as in `341×256`, or the shape of the numbers.
    public var size: String
  }

  /// The steps in order; the first says what the file holds.
  public var steps: [Step]
  /// The shape of the network's input, `[channels, height, width]`.
  public var shape: Shape
  /// The first numbers of the first row of each channel.
  public var firstValues: [[Float]]

  /// How many numbers of each channel are shown.
  static let shownValues = 5
}

extension Explanation: CustomStringConvertible {
  /// One line a step, and one for each channel's first numbers.
  public var description: String {
    var lines = steps.map { "\($0.what): \($0.size)" }
    for (channel, values) in firstValues.enumerated() {
      lines.append("channel \(channel) begins \(values.map { fixed(Double($0), 6) }.joined(separator: " "))")
    }
    return lines.joined(separator: "\n")
  }
}

extension Preprocessing {
  /// Reads a picture and tells what becomes of it.
  ///
  /// - Throws: as `Image.init(contentsOf:rules:)`, and where the picture cannot become what the network takes.
  public func explain(contentsOf path: String) throws -> Explanation {
    let (image, header) = try read(.file(path))
    return try explain(image, header)
  }

  /// Reads a picture and tells how it becomes an input `[channels, height, width]`, resized where it must be.
  ///
  /// - Throws: as `Image.init(contentsOf:rules:)`.
  public func explain(_ source: ImageSource, input: Shape) throws -> Explanation {
    let (image, header) = try read(source)
    return try fitted(to: input, for: image.size).explain(image, header)
  }

  private func read(_ source: ImageSource) throws -> (Image, ImageHeader) {
    let bytes = try source.read()
    return (
      try Image(bytes: bytes, named: source.name, rules: rules), try ImageHeader(bytes: bytes, named: source.name)
    )
  }

  /// Tells what becomes of a picture whose file had a header.
  func explain(_ image: Image, _ header: ImageHeader) throws -> Explanation {
    let tensor = try self(image)
    var steps = [Explanation.Step(what: "the file", size: "\(header)")]
    let numbered = self.steps(image.size)
    for (i, step) in numbered.enumerated() {
      let size = step.size.map(\.description) ?? ""
      steps.append(Explanation.Step(what: step.what, size: i == numbered.count - 1 ? "\(tensor.shape)" : size))
    }
    let area = tensor.shape[1] * tensor.shape[2]
    let values = (0..<tensor.shape[0]).map { channel in
      Array(tensor.scalars[channel * area..<channel * area + min(Explanation.shownValues, tensor.shape[2])])
    }
    return Explanation(steps: steps, shape: tensor.shape, firstValues: values)
  }
}
