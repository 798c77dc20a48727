/// What one step of a program has to do, and how long it took.
///
/// Bytes are those of the tensors that a step goes through, as a processor without caches would move them: read once,
/// written once, and once more for every further pass over them, such as the one that a normalisation by the batch makes
/// after it knows its statistics, or the reading of what is added to. Weights count in the format that the step reads.
/// Scratch memory and statistics are left out, so a step moves at least this much.
public struct StepTime: Hashable, Sendable, Codable {
  /// The layer that it works for, as in `layer1.0.conv1`; empty where that is the whole network.
  public var layer: String
  /// What it does, as in `weight gradient`.
  public var kind: String
  /// Multiplications with weights for the whole batch, as `GraphSummary` counts them; each comes with an addition. A
  /// convolution by Winograd's filtering counts as its definition has it, and makes do with fewer.
  public var multiplyAdds: Int
  /// Bytes that it reads and writes.
  public var bytes: Int
  /// Bytes of the least that is possible: every tensor is written once by the step that makes it and read once by each
  /// that needs it. Further passes, copies, other layouts, packing of weights, and what is computed again to save memory
  /// count nothing here.
  public var leastBytes: Int
  /// How long it took; 0 before it ran.
  public var seconds: Double

  /// Makes an entry.
  public init(
    layer: String = "", kind: String, multiplyAdds: Int = 0, bytes: Int, leastBytes: Int, seconds: Double = 0
  ) {
    self.layer = layer
    self.kind = kind
    self.multiplyAdds = multiplyAdds
    self.bytes = bytes
    self.leastBytes = leastBytes
    self.seconds = seconds
  }
}
