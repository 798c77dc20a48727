import ResNetCore

/// What is left out at random while a network trains (Srivastava et al., 2014; of whole samples: stochastic depth,
/// Huang et al., 2016).
public struct Dropout: Hashable, Sendable {
  /// What is kept or left out as one.
  public enum Unit: String, Hashable, Sendable {
    /// Every value by itself.
    case value
    /// All values of a sample together: on a block's branch this drops the block for that sample.
    case sample
  }

  /// The share that is left out, from 0 up to but not including 1.
  public var rate: Float
  /// What is kept or left out as one.
  public var unit: Unit

  /// Makes a dropout of values unless of samples is asked for.
  public init(rate: Float, unit: Unit = .value) {
    self.rate = rate
    self.unit = unit
  }
}

extension Dropout {
  /// Where the random numbers of one layer in one step begin; engines and the reference share it.
  ///
  /// - Parameters:
  ///   - layer: the layer's name.
  ///   - seed: the seed of the run.
  ///   - iteration: which step of the run it is.
  public static func key(layer: String, seed: UInt64, iteration: Int) -> UInt32 {
    var numbers = RandomNumbers(seed: seed, purpose: .dropout, epoch: iteration, index: stableHash(layer))
    return UInt32(truncatingIfNeeded: numbers.next())
  }

  /// The 32 bits below which a random number means that the unit is left out.
  public var threshold: UInt32 { UInt32(min(Double(rate) * 0x1p32, 0x1p32 - 1)) }

  /// The factor on what is kept: 1 / (1 − rate).
  public var factor: Float { 1 / (1 - rate) }

  /// Whether a value is kept: a function of the layer's key and of the position in `[batch, channels, height, width]`,
  /// or in `[batch]` where samples are left out.
  public func keeps(_ position: Int, key: UInt32) -> Bool {
    // A 32-bit mixer with little bias, because kernels do this for each value ("lowbias32", Wellons, 2018). The key comes in
    // between its rounds: added to the position, it would give all layers parts of one sequence.
    var x = UInt32(truncatingIfNeeded: position) &* 0x9e37_79b9
    x = (x ^ (x >> 16)) &* 0x7feb_352d ^ key
    x = (x ^ (x >> 15)) &* 0x846c_a68b
    x ^= x >> 16
    return x >= threshold
  }
}
