/// An array of whole numbers of 8 bits on the host, in row-major order.
public struct Int8Tensor: Hashable, Sendable {
  /// The size along each axis.
  public let shape: Shape
  /// The elements, the last axis fastest; always `shape.count` of them.
  public let scalars: [Int8]

  /// Makes a tensor from its elements.
  ///
  /// - Precondition: there are `shape.count` scalars.
  public init(shape: Shape, scalars: [Int8]) {
    precondition(scalars.count == shape.count, "\(scalars.count) scalars cannot fill a tensor of shape \(shape)")
    self.shape = shape
    self.scalars = scalars
  }
}
