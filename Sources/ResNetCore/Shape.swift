/// The size of a tensor along each of its axes, outermost first.
///
/// Images are `[channels, height, width]`, vectors `[features]`, convolution weights
/// `[outputs, inputs, height, width]`; the batch axis is outermost where there is one.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// The size along each axis.
  public var dimensions: [Int]

  /// Makes a shape from its sizes.
  public init(_ dimensions: [Int]) {
    self.dimensions = dimensions
  }

  /// Makes a shape from its sizes.
  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The size along one axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// The number of elements.
  ///
  /// - Precondition: the product fits in an `Int`; for sizes that come from a file use `checkedCount()`.
  public var count: Int { dimensions.reduce(1, *) }

  /// The number of elements, for sizes that come from outside.
  ///
  /// - Throws: `ResNetError` of code `data` where a size is negative or the product overflows.
  public func checkedCount() throws -> Int {
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else {
        throw ResNetError(
          .data, "shape \(self) is not a size that memory can hold", remedy: "Check the file it comes from")
      }
      count = product
    }
    return count
  }

  /// This shape with a batch axis in front: `[batch] + self`.
  public func batched(_ batch: Int) -> Shape { Shape([batch] + dimensions) }
}

extension Shape: CustomStringConvertible {
  /// The sizes joined by `×`, as in `64×3×7×7`; a scalar is `1`.
  public var description: String {
    dimensions.isEmpty ? "1" : dimensions.map(String.init).joined(separator: "×")
  }
}

extension Shape: Codable {
  /// Reads a plain array of sizes.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([Int].self))
  }

  /// Writes a plain array of sizes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }
}
