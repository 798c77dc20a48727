import Foundation
import ResNetCore
import ResNetImages

/// What `Scripts/fixtures/make_images.py` wrote: pictures, and what Pillow and torchvision make of them.
enum PillowFixture {
  /// The folder of the pictures.
  static let folder =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/images").path

  static func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: bytes(name))
  }

  static func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
  }

  /// The names of all pictures; empty where they cannot be read, which the tests notice.
  static let names =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasSuffix(".json") }.sorted()

  /// The color behind transparent pixels in the fixtures.
  static let background = ImageRules(background: .init(red: 200, green: 100, blue: 50))

  struct Size: Decodable, CustomStringConvertible {
    let size: ImageSize

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      size = ImageSize(width: try values.decode(Int.self), height: try values.decode(Int.self))
    }

    var description: String { "\(size)" }
  }

  /// A tensor by its shape, its sum and every 4999th number.
  struct Numbers: Decodable {
    let pipeline: String
    let size: Size?
    let file: String?
    let shape: Shape
    let sum: Double
    let values: [Double]

    /// The greatest difference of a number, or of the mean.
    func difference(to tensor: Tensor) -> Double {
      guard tensor.shape == shape else { return .infinity }
      let picked = stride(from: 0, to: tensor.scalars.count, by: 4999).map { Double(tensor.scalars[$0]) }
      guard picked.count == values.count else { return .infinity }
      let sum = tensor.scalars.reduce(0) { $0 + Double($1) }
      let greatest = zip(picked, values).map { abs($0 - $1) }.max() ?? 0
      return max(greatest, abs(sum - self.sum) / Double(tensor.scalars.count))
    }
  }

  /// The preprocessing that a fixture's name means.
  static func preprocessing(_ name: String) throws -> Preprocessing {
    switch name {
    case "torchvision-v1": .torchvisionV1
    case "torchvision-v2": .torchvisionV2
    case "timm-0.875": try .timm()
    case "timm-0.95": try .timm(cropFraction: 0.95)
    case "keras-caffe": try .keras(.caffe)
    case "keras-tf": try .keras(.tf)
    default: try Preprocessing(mean: Preprocessing.imageNetMean, deviation: Preprocessing.imageNetDeviation)
    }
  }
}

extension Image {
  /// The 64-bit FNV-1a hash of the pixels, as the fixtures have it.
  var hash: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in pixels { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// A picture as a function of its size; `made_up` of the script.
  static func madeUp(_ size: ImageSize) throws -> Image {
    let pixels = (0..<UInt64(size.width * size.height * 3)).map { i -> UInt8 in
      let noise = ((i * 2_654_435_761) % (1 << 32)) >> 11
      return UInt8(i / 96 % 3 == 0 ? (noise & 1) * 255 : noise & 255)
    }
    return try Image(size: size, pixels: pixels)
  }
}

/// A number of 2 or 4 bytes, the first one the smallest.
func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// The error that reading `bytes` ends with, or `nil` where it succeeds or ends with another kind.
func refusal(_ bytes: [UInt8], rules: ImageRules = ImageRules()) -> ResNetError? {
  do {
    _ = try Image(bytes: bytes, named: "a.file", rules: rules)
    return nil
  } catch { return error as? ResNetError }
}
