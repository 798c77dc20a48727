extension TensorBoardEvents {
  /// What was measured at one step.
  public struct Record: Hashable, Sendable {
    /// The place on the horizontal axis: a step, an image count or an epoch, as the writer likes.
    public var step: Int64
    /// When it was measured, in seconds since 1970.
    public var time: Double
    /// The measurements; TensorBoard draws a curve for each tag.
    public var scalars: [Scalar]

    /// Makes a record out of its parts.
    public init(step: Int64, time: Double, scalars: [Scalar]) {
      self.step = step
      self.time = time
      self.scalars = scalars
    }
  }

  /// One measurement.
  public struct Scalar: Hashable, Sendable {
    /// The curve that it belongs to; TensorBoard groups curves by what stands before the first slash.
    public var tag: String
    /// The value; TensorBoard shows values that are not finite as such.
    public var value: Float

    /// Makes a measurement out of its parts.
    public init(_ tag: String, _ value: Float) {
      self.tag = tag
      self.value = value
    }
  }
}
