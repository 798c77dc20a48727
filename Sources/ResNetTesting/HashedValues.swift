import ResNetCore
import ResNetGraph

/// Parameters, inputs and labels as a function of (name, index), so that another program can fill a network with the
/// same float32 values without a file.
///
/// bits(name, index) is number `index` of SplitMix64 seeded with the FNV-1a hash of the name's UTF-8 bytes; its top 24
/// bits k give the unit value u = k · 2⁻²³ − 1 in [−1, 1), exact in float32. A parameter's element is its unit value
/// scaled in Double and rounded once to float32:
///
/// | kind | value |
/// |-|-|
/// | weight | u · √(6 / fan in): deviation √(2 / fan in) |
/// | bias, shift, running mean | 0.1 · u |
/// | scale | 1 + 0.1 · u |
/// | running variance | 1 + 0.2 · \|u\| |
/// | input | 1.7 · u |
///
/// `Scripts/fixtures/make_fixtures.py` holds the same in Python.
public enum HashedValues {
  /// 64 bits for one element of a named array.
  public static func bits(_ name: String, _ index: Int) -> UInt64 {
    bits(hash: stableHash(name), index)
  }

  /// A value in [−1, 1) for one element of a named array.
  public static func unit(_ name: String, _ index: Int) -> Double {
    unit(bits(name, index))
  }

  /// Values in [−1, 1) for a named array.
  public static func units(_ name: String, count: Int) -> [Double] {
    let hash = stableHash(name)
    return (0..<count).map { unit(bits(hash: hash, $0)) }
  }

  /// The values of a parameter.
  public static func values(of parameter: Parameter) -> Tensor {
    let units = units(parameter.name, count: parameter.shape.count)
    let scalars: [Float] =
      switch parameter.kind {
      case .weight:
        units.map { [bound = (6 / Double(parameter.fanIn)).squareRoot()] in Float($0 * bound) }
      case .bias, .shift, .runningMean: units.map { Float(0.1 * $0) }
      case .scale: units.map { Float(1 + 0.1 * $0) }
      case .runningVariance: units.map { Float(1 + 0.2 * abs($0)) }
      }
    return Tensor(shape: parameter.shape, scalars: scalars)
  }

  /// The values of all parameters of a graph by name.
  public static func parameters(of graph: Graph) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, values(of: $0)) })
  }

  /// A batch of inputs: `[batch] + shape`; other names give other batches.
  public static func input(_ shape: Shape, batch: Int, name: String = "input") -> Tensor {
    let shape = shape.batched(batch)
    return Tensor(shape: shape, scalars: units(name, count: shape.count).map { Float(1.7 * $0) })
  }

  /// A label below `classes` for each sample; other names give other labels.
  public static func labels(batch: Int, classes: Int, name: String = "labels") -> [Int] {
    (0..<batch).map { Int(bits(name, $0) % UInt64(classes)) }
  }

  private static func bits(hash: UInt64, _ index: Int) -> UInt64 {
    var mixed = hash &+ UInt64(truncatingIfNeeded: index + 1) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private static func unit(_ bits: UInt64) -> Double {
    Double(bits >> 40) * 0x1p-23 - 1
  }
}
