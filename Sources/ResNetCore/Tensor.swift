/// A float32 array on the host, in row-major order.
public struct Tensor: Hashable, Sendable {
  /// The size along each axis.
  public let shape: Shape
  /// The elements, the last axis fastest; always `shape.count` of them.
  public var scalars: [Float]

  /// Makes a tensor from its elements.
  ///
  /// - Precondition: there are `shape.count` scalars.
  public init(shape: Shape, scalars: [Float]) {
    precondition(scalars.count == shape.count, "\(scalars.count) scalars cannot fill a tensor of shape \(shape)")
    self.shape = shape
    self.scalars = scalars
  }

  /// Makes a tensor with the same value everywhere.
  public init(repeating value: Float = 0, shape: Shape) {
    self.init(shape: shape, scalars: Array(repeating: value, count: shape.count))
  }
}
