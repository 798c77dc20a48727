import Foundation
import ResNetCore
import ResNetImages
import Testing

@Suite struct PreprocessingTests {
  @Test("Every byte becomes (byte ÷ 255 − mean) ÷ deviation of its channel, rounded once")
  func perChannel() throws {
    let preprocessing = try Preprocessing(mean: [0.4914, 0.25], deviation: [0.247, 2])
    let normalizer = try PixelNormalizer(preprocessing, imageShape: [2, 16, 16])
    let image = (0..<512).map { UInt8($0 % 256) }
    var result = [Float](repeating: 0, count: 512)
    image.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { normalizer.write(source, into: $0) }
    }
    for byte in 0..<256 {
      #expect(result[byte] == Float((Double(byte) / 255 - 0.4914) / 0.247))
      #expect(result[256 + byte] == Float((Double(byte) / 255 - 0.25) / 2))
    }
  }

  @Test("Preprocessing survives being written as text beside its mean image")
  func metadata() throws {
    let image = Tensor(shape: [2, 2, 2], scalars: (0..<8).map { Float($0) / 9 })
    for original in [
      try Preprocessing(mean: [0.1, 1 / 3.0], deviation: [0.2, 1e-3]),
      try Preprocessing(meanImage: image, deviation: [0.25, 0.5]),
    ] {
      let text = try JSONEncoder().encode(original.metadata)
      let metadata = try JSONDecoder().decode(Preprocessing.Metadata.self, from: text)
      #expect(try Preprocessing(metadata, meanImage: original.meanImage) == original)
    }
  }

  @Test("Parts of a model file that do not fit one another are refused")
  func refusedMetadata() throws {
    let image = Tensor(shape: [1, 2, 2])
    let channel = try Preprocessing(mean: [0], deviation: [1]).metadata
    let pixel = try Preprocessing(meanImage: image, deviation: [1]).metadata
    #expect(throws: ResNetError.self) { try Preprocessing(channel, meanImage: image) }
    #expect(throws: ResNetError.self) { try Preprocessing(pixel, meanImage: nil) }
    #expect(throws: ResNetError.self) { try Preprocessing(pixel, meanImage: Tensor(shape: [1, 4, 1])) }
  }

  @Test("Deviations that cannot divide and means that are not numbers are refused")
  func refusedNumbers() {
    #expect(throws: ResNetError.self) { try Preprocessing(mean: [], deviation: []) }
    #expect(throws: ResNetError.self) { try Preprocessing(mean: [0], deviation: [1, 1]) }
    #expect(throws: ResNetError.self) { try Preprocessing(mean: [.nan], deviation: [1]) }
    for deviation in [0, -1, .infinity, .nan] as [Double] {
      #expect(throws: ResNetError.self) { try Preprocessing(mean: [0], deviation: [deviation]) }
    }
    #expect(throws: ResNetError.self) {
      try Preprocessing(meanImage: Tensor(repeating: .nan, shape: [1, 2, 2]), deviation: [1])
    }
    #expect(throws: ResNetError.self) { try Preprocessing(meanImage: Tensor(shape: [3, 2, 2]), deviation: [1]) }
  }

  @Test("Images of another number of channels or another size than the mean image are refused")
  func refusedImages() throws {
    let channel = try Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1])
    let pixel = try Preprocessing(meanImage: Tensor(shape: [1, 28, 28]), deviation: [1])
    #expect(throws: ResNetError.self) { try PixelNormalizer(channel, imageShape: [1, 32, 32]) }
    #expect(throws: ResNetError.self) { try PixelNormalizer(pixel, imageShape: [1, 32, 32]) }
    #expect(throws: Never.self) { try PixelNormalizer(channel, imageShape: [3, 5, 7]) }
  }
}
