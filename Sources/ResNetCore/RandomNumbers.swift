/// Random numbers as a function of (seed, purpose, epoch, index): a counter-based generator.
///
/// Two generators made from the same four values give the same numbers, whatever thread asks for them and whatever was
/// asked before, which is what makes training independent of the number of loader threads.
///
/// Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). The key is the seed, mixed
/// with the purpose; the counter holds the epoch, the index and the number of the block.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
  /// What the numbers are drawn for; different purposes give unrelated numbers.
  public struct Purpose: RawRepresentable, Hashable, Sendable {
    /// The number that is mixed into the key.
    public var rawValue: UInt32
    /// Makes a purpose; keep the numbers of one program distinct.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Initial parameters; the index is the parameter's hash.
    public static let initialization = Purpose(rawValue: 1)
    /// The order of the samples in an epoch.
    public static let shuffling = Purpose(rawValue: 2)
    /// Where a sample's padded crop lies, and whether it is mirrored.
    public static let augmentation = Purpose(rawValue: 3)
    /// Pictures of the generated data set.
    public static let generation = Purpose(rawValue: 4)
    /// Which samples are held out for validation.
    public static let splitting = Purpose(rawValue: 5)
    /// Tests and analyses.
    public static let testing = Purpose(rawValue: 6)
    /// What a network leaves out in one step of training; the index is the layer's hash.
    public static let dropout = Purpose(rawValue: 7)
    /// Which region of a sample is resized.
    public static let cropping = Purpose(rawValue: 16)
    /// How a sample's colours change.
    public static let coloring = Purpose(rawValue: 17)
    /// Which operations of a policy change a sample.
    public static let policy = Purpose(rawValue: 18)
    /// Which rectangle of a sample is erased.
    public static let erasing = Purpose(rawValue: 19)
    /// How the samples of a batch are mixed; the index is the batch's number.
    public static let mixing = Purpose(rawValue: 20)
  }

  private let key: SIMD2<UInt32>
  private let epoch: UInt32
  private let index: UInt64
  private var block: UInt32 = 0
  private var pending: (UInt64, UInt64) = (0, 0)
  private var pendingCount = 0

  /// Makes the generator of one (seed, purpose, epoch, index).
  public init(seed: UInt64, purpose: Purpose, epoch: Int = 0, index: UInt64 = 0) {
    // SplitMix64's finaliser, so that neighbouring seeds and purposes get unrelated keys.
    var mixed = seed &+ UInt64(purpose.rawValue) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    self.key = SIMD2(UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
    self.epoch = UInt32(truncatingIfNeeded: epoch)
    self.index = index
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if pendingCount == 0 {
      let words = Self.philox(
        counter: SIMD4(
          block, epoch, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32)), key: key)
      block &+= 1
      pending = (UInt64(words.x) | UInt64(words.y) << 32, UInt64(words.z) | UInt64(words.w) << 32)
      pendingCount = 2
    }
    pendingCount -= 1
    return pendingCount == 1 ? pending.0 : pending.1
  }

  /// A number in [0, 1) with 24 random bits.
  public mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number in `0..<bound`, without bias.
  ///
  /// - Precondition: `bound` is positive.
  public mutating func integer(below bound: Int) -> Int {
    // Lemire's method: the high half of a product, refusing the few low halves that would favour some values.
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// The ten rounds of Philox 4×32 on one counter.
  static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let a = UInt32(0xD251_1F53).multipliedFullWidth(by: c.x)
      let b = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c.z)
      c = SIMD4(b.high ^ c.y ^ k.x, b.low, a.high ^ c.w ^ k.y, a.low)
      k = SIMD2(k.x &+ 0x9E37_79B9, k.y &+ 0xBB67_AE85)
    }
    return c
  }
}
