import ResNetCore
import ResNetKernels

/// A way to store activations that tests go through.
enum Storage: CaseIterable, Sendable {
  case float32, bfloat16

  var element: ResNetElement { self == .bfloat16 ? RESNET_BFLOAT16 : RESNET_FLOAT32 }

  var bytes: Int { self == .bfloat16 ? 2 : 4 }

  /// How far a stored value may lie from the true one, as a share of it: half of its last digit and some for sums.
  var rounding: Double { self == .bfloat16 ? 1.0 / 256 : 1e-5 }
}

/// The bits that a number is stored in as bfloat16, by the rule of IEEE 754: the nearest, of two equally near the even one.
func bfloat16(_ value: Float) -> UInt16 {
  guard !value.isNaN else { return 0x7fc0 }
  let bits = value.bitPattern
  let (whole, rest) = (UInt16(bits >> 16), bits & 0xffff)
  return rest > 0x8000 || (rest == 0x8000 && whole & 1 == 1) ? whole + 1 : whole
}

/// How the values of some samples lie in memory; a Swift view of `ResNetLayout`.
struct TestLayout: CustomStringConvertible, Sendable {
  var batch: Int
  var channels: Int
  var positions: Int
  /// Channels in a block; as many as there are where channels lie last.
  var lanes: Int
  /// Channels of the larger tensor that these are a part of.
  var wholeChannels: Int

  init(batch: Int, channels: Int, positions: Int, lanes: Int, of wholeChannels: Int? = nil) {
    self.batch = batch
    self.channels = channels
    self.positions = positions
    self.lanes = lanes
    self.wholeChannels = wholeChannels ?? channels
  }

  var description: String { "\(batch)×\(channels)×\(positions) by \(lanes) of \(wholeChannels)" }

  var kernel: ResNetLayout {
    ResNetLayout(
      batch: Int64(batch), blocks: Int64(channels / lanes), positions: Int64(positions), lanes: Int64(lanes),
      sample_pitch: Int64(wholeChannels * positions),
      position_pitch: Int64(lanes == channels ? wholeChannels : lanes))
  }

  /// Values of the tensor that these are a part of.
  var size: Int { batch * wholeChannels * positions }

  func place(_ sample: Int, _ channel: Int, _ position: Int) -> Int {
    let pitch = lanes == channels ? wholeChannels : lanes
    return sample * wholeChannels * positions + channel / lanes * positions * lanes + position * pitch
      + channel % lanes
  }

  /// The same samples without what lies between them.
  var whole: TestLayout { TestLayout(batch: batch, channels: channels, positions: positions, lanes: lanes) }
}

/// Values in memory as kernels find them, with some behind the end that must not change.
final class Stored {
  let storage: Storage
  let count: Int
  let memory: UnsafeMutableRawPointer
  private static let guardBytes = 64

  init(_ values: [Double], as storage: Storage) {
    self.storage = storage
    count = values.count
    let bytes = count * storage.bytes
    memory = .allocate(byteCount: bytes + Self.guardBytes, alignment: 64)
    for i in 0..<Self.guardBytes { memory.storeBytes(of: 0xa5, toByteOffset: bytes + i, as: UInt8.self) }
    for (i, value) in values.enumerated() { self[i] = value }
  }

  deinit { memory.deallocate() }

  subscript(i: Int) -> Double {
    get {
      storage == .float32
        ? Double(memory.load(fromByteOffset: 4 * i, as: Float.self))
        : Double(Float(bitPattern: UInt32(memory.load(fromByteOffset: 2 * i, as: UInt16.self)) << 16))
    }
    set {
      if storage == .float32 {
        memory.storeBytes(of: Float(newValue), toByteOffset: 4 * i, as: Float.self)
      } else {
        memory.storeBytes(of: bfloat16(Float(newValue)), toByteOffset: 2 * i, as: UInt16.self)
      }
    }
  }

  var values: [Double] { (0..<count).map { self[$0] } }

  /// Whether nothing was written behind the end.
  var isIntact: Bool {
    (0..<Self.guardBytes).allSatisfy {
      memory.load(fromByteOffset: count * storage.bytes + $0, as: UInt8.self) == 0xa5
    }
  }

  static func filled(_ value: Double, _ count: Int, as storage: Storage = .float32) -> Stored {
    Stored([Double](repeating: value, count: count), as: storage)
  }

  /// As single precision values, which they must be.
  var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }

  /// Values between −2 and 2 that depend on the seed.
  static func random(_ count: Int, seed: Int, as storage: Storage) -> Stored {
    var random = RandomNumbers(seed: UInt64(seed), purpose: .testing)
    return Stored((0..<count).map { _ in Double(random.uniform()) * 4 - 2 }, as: storage)
  }
}
