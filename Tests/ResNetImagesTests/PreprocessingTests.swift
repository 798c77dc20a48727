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
      .torchvisionV1,
      try .timm(size: 160, cropFraction: 0.95).with(ImageRules(exif: .apply, background: .white)),
      try .keras(.caffe, size: 96),
      try Preprocessing(
        mean: [0, 0, 0], deviation: [1, 1, 1],
        geometry: .centerCrop(resize: 300, crop: ImageSize(width: 200, height: 100), .bicubic)),
    ] {
      let text = try JSONEncoder().encode(original.metadata)
      let metadata = try JSONDecoder().decode(Preprocessing.Metadata.self, from: text)
      #expect(try Preprocessing(metadata, meanImage: original.meanImage) == original)
    }
  }

  @Test("Normalisation alone is written as it was before pictures could be resized, and read")
  func firstVersion() throws {
    let text = #"{"deviation":[0.5],"kind":"per-channel","mean":[0.25]}"#
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let original = try Preprocessing(mean: [0.25], deviation: [0.5])
    #expect(String(decoding: try encoder.encode(original.metadata), as: UTF8.self) == text)
    let metadata = try JSONDecoder().decode(Preprocessing.Metadata.self, from: Data(text.utf8))
    #expect(try Preprocessing(metadata, meanImage: nil) == original)
  }

  @Test(
    "Sizes, orders and colours of a model file that do not fit one another are refused",
    arguments: [
      #""resize":256"#, #""resize":256,"crop":[224,224]"#, #""crop":[224,224],"interpolation":"bilinear""#,
      #""squash":[4,4]"#, #""interpolation":"bicubic""#, #""squash":[4],"interpolation":"nearest""#,
      #""squash":[4,4],"resize":8,"crop":[4,4],"interpolation":"nearest""#,
      #""squash":[0,4],"interpolation":"nearest""#, #""squash":[4,99999],"interpolation":"nearest""#,
      #""resize":200,"crop":[224,224],"interpolation":"bilinear""#,
      #""background":[1,2]"#, #""background":[1,2,3,4]"#,
    ])
  func refusedGeometry(keys: String) throws {
    let text = #"{"kind":"per-channel","mean":[0,0,0],"deviation":[1,1,1],\#(keys)}"#
    let metadata = try JSONDecoder().decode(Preprocessing.Metadata.self, from: Data(text.utf8))
    #expect { try Preprocessing(metadata, meanImage: nil) } throws: { ($0 as? ResNetError)?.code == .data }
    // A mean image allows for none of it.
    let image = Tensor(shape: [3, 4, 4])
    var pixel = metadata
    (pixel.kind, pixel.mean, pixel.shape) = (.perPixel, nil, image.shape)
    #expect(throws: ResNetError.self) { try Preprocessing(pixel, meanImage: image) }
  }

  @Test("A mean image allows for no resizing and no other order, and one channel has no order")
  func refusedCombinations() throws {
    let image = Tensor(shape: [3, 4, 4])
    let plain = try Preprocessing(meanImage: image, deviation: [1, 1, 1]).metadata
    #expect(throws: Never.self) { try Preprocessing(plain, meanImage: image) }
    var resized = plain
    (resized.squash, resized.interpolation) = ([4, 4], .bilinear)
    #expect(throws: ResNetError.self) { try Preprocessing(resized, meanImage: image) }
    var reversed = plain
    reversed.channels = .bgr
    #expect(throws: ResNetError.self) { try Preprocessing(reversed, meanImage: image) }
    #expect(throws: ResNetError.self) { try Preprocessing(mean: [0], deviation: [1], channelOrder: .bgr) }
    #expect(throws: ResNetError.self) { try Preprocessing.torchvision(resize: 200, crop: 224) }
    for fraction in [0, -1, 1.5, .nan, 1e-9] {
      #expect(throws: ResNetError.self) { try Preprocessing.timm(cropFraction: fraction) }
    }
    #expect(throws: ResNetError.self) { try Preprocessing.keras(.tf, size: 0) }
  }

  @Test(
    "A size that no picture can have is at fault, and not the share of the picture that is cut out",
    arguments: [
      (65535, 0.875, "cut to 65535 pixels", "from 1 to 16384"), (.min, 0.875, "pixels", "from 1 to 16384"),
      (16384, 0.875, "16384 pixels cannot be 0.875 of a picture's side", "from 1 to 14336"),
      (2, 1e-4, "2 pixels cannot be 0.0001 of", "from 1 to 1"),
      (224, 1e-9, "a fraction of 1e-09 cannot", "such as 0.875"),
    ])
  func tooLarge(size: Int, fraction: Double, message: String, remedy: String) throws {
    for make in [
      { try Preprocessing.timm(size: size, cropFraction: fraction) },
      { try Preprocessing.photographs(side: size, cropFraction: fraction) },
    ] {
      let error = try #require(throws: ResNetError.self) { try make() }
      #expect(error.code == .data && error.message.contains(message) && error.remedy.contains(remedy), "\(error)")
    }
    #expect(try Preprocessing.timm(size: 14336).geometry.outputSize?.width == 14336)
  }

  @Test("Preprocessing prints its steps")
  func description() throws {
    #expect(
      "\(Preprocessing.torchvisionV2)" == """
        decode to 8-bit RGB; EXIF orientation ignored, transparency dropped
        resize the shorter side to 232, bilinear with antialias
        cut 224×224 out of the middle
        (byte ÷ 255 − (0.485, 0.456, 0.406)) ÷ (0.229, 0.224, 0.225)
        """)
    #expect(
      "\(try Preprocessing.keras(.caffe).with(ImageRules(exif: .apply, background: .black)))" == """
        decode to 8-bit RGB; EXIF orientation applied, transparent pixels over rgb(0, 0, 0)
        resize to 224×224 whatever the proportions, nearest pixels
        put the channels in the order blue, green, red
        (byte ÷ 255 − (0.407604, 0.457957, 0.48502)) ÷ (0.003922, 0.003922, 0.003922)
        """)
    #expect("\(try Preprocessing(mean: [0.5], deviation: [0.25]))".contains("(byte ÷ 255 − 0.5) ÷ 0.25"))
  }

  @Test("Planar images in memory are put in the order that the network takes")
  func planarOrder() throws {
    let reversed = try Preprocessing(
      mean: [0, 0, 0], deviation: Array(repeating: 1 / 255.0, count: 3), channelOrder: .bgr)
    let normalizer = try PixelNormalizer(reversed, imageShape: [3, 1, 2])
    var result = [Float](repeating: 0, count: 6)
    ([1, 2, 3, 4, 5, 6] as [UInt8]).withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { normalizer.write(source, into: $0) }
    }
    #expect(result.map { $0.rounded() } == [5, 6, 3, 4, 1, 2])
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

  @Test("Photographs are cut as torchvision cuts them, whatever the size, and sizes that are none are refused")
  func photographs() throws {
    #expect(try Preprocessing.photographs() == .torchvisionV1)
    let small = try Preprocessing.photographs(side: 32)
    #expect(small.geometry == .centerCrop(resize: 37, crop: ImageSize(side: 32), .bilinear))
    #expect(small.outputShape == [3, 32, 32])
    #expect(try Preprocessing(mean: [0], deviation: [1]).outputShape == nil)
    for (side, crop) in [(0, 0.875), (-1, 1), (.min, 0.1), (.max, 1), (224, 0), (224, 1.1), (224, .nan), (1, 1e-9)] {
      let error = #expect(throws: ResNetError.self) { try Preprocessing.photographs(side: side, cropFraction: crop) }
      #expect(error?.code == .data)
    }
  }
}
