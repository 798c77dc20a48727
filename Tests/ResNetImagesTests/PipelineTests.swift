import Foundation
import ResNetCore
import ResNetImages
import ResNetTesting
import Testing

private struct PipelineFixtures: Decodable {
  let cases: [PillowFixture.Numbers]
}

private struct DataFixtures: Decodable {
  let hashes: [String: String?]
  let pipelines: [PillowFixture.Numbers]
}

@Suite struct PipelineTests {
  @Test("Preprocessing equals torchvision's, timm's and Keras's transforms of the same picture")
  func equalsTorchvision() throws {
    for fixture in try PillowFixture.read("pipelines.json", as: PipelineFixtures.self).cases {
      let image = try Image.madeUp(try #require(fixture.size).size)
      let tensor = try PillowFixture.preprocessing(fixture.pipeline)(image)
      // Keras's numbers go to 255.
      let tolerance = fixture.pipeline == "keras-caffe" ? 2e-5 : 5e-7
      #expect(fixture.difference(to: tensor) < tolerance, "\(fixture.pipeline) of \(image.size)")
    }
  }

  @Test(
    "Photographs and odd pictures are what Pillow and torchvision make of them",
    .enabled(
      if: realData("odd-images") != nil && realData("clothing") != nil,
      "NOT COMPARED: there are no folders odd-images and clothing in .data or RESNET_DATA"))
  func realPictures() throws {
    let folder = try #require(realData("odd-images")) + "/../"
    let fixtures = try PillowFixture.read("data.json", as: DataFixtures.self)
    #expect(fixtures.hashes.count > 80)
    for (file, hash) in fixtures.hashes {
      let image = try? Image(contentsOf: folder + file)
      #expect(image?.hash == hash, "\(file)")
    }
    for fixture in fixtures.pipelines {
      let image = try Image(contentsOf: folder + (try #require(fixture.file)))
      let tensor = try PillowFixture.preprocessing(fixture.pipeline)(image)
      #expect(fixture.difference(to: tensor) < 5e-7, "\(fixture.pipeline) of \(fixture.file ?? "")")
    }
  }

  @Test("One channel takes the brightness of a picture, and blue may come first")
  func channels() throws {
    let image = try Image(size: ImageSize(width: 2, height: 1), pixels: [255, 0, 0, 10, 20, 30])
    let grey = try Preprocessing(mean: [0], deviation: [1 / 255.0])(image)
    #expect(grey.shape == [1, 1, 2])
    // Pillow's convert("L") of (255, 0, 0) and (10, 20, 30).
    #expect(grey.scalars.map { $0.rounded() } == [76, 18])
    let reversed = try Preprocessing(
      mean: [0, 0, 0], deviation: Array(repeating: 1 / 255.0, count: 3), channelOrder: .bgr)(image)
    #expect(reversed.scalars.map { $0.rounded() } == [0, 30, 0, 20, 255, 10])
  }

  @Test("A mean image is subtracted from a picture of its size, and no other is taken")
  func meanImage() throws {
    let size = ImageSize(width: 2, height: 1)
    let mean = Tensor(shape: [3, 1, 2], scalars: [1, 2, 3, 4, 5, 6].map { $0 / 255 })
    let preprocessing = try Preprocessing(meanImage: mean, deviation: Array(repeating: 1 / 255.0, count: 3))
    let image = try Image(size: size, pixels: [11, 13, 15, 12, 14, 16])
    #expect(try preprocessing(image).scalars.map { $0.rounded() } == Array(repeating: 10, count: 6))
    #expect {
      try preprocessing(Image.madeUp(ImageSize(side: 3)))
    } throws: { ($0 as? ResNetError)?.code == .data }
  }

  @Test("A picture of another size than a network without resizing takes is refused, with both sizes")
  func refusedSizes() throws {
    let plain = try Preprocessing(mean: [0, 0, 0], deviation: [1, 1, 1])
    let preparation = try PicturePreparation(plain, input: [3, 32, 32])
    let error = try #require(throws: ResNetError.self) {
      try preparation(Image.madeUp(ImageSize(width: 33, height: 32)))
    }
    #expect(error.message.contains("33×32") && error.message.contains("32×32"))
    #expect(error.remedy.contains("Resize"))
    #expect(throws: ResNetError.self) { try PicturePreparation(.torchvisionV1, input: [3, 32, 32]) }
    #expect(throws: ResNetError.self) { try PicturePreparation(plain, input: [1, 32, 32]) }
    let two = try Preprocessing(mean: [0, 0], deviation: [1, 1])
    #expect(throws: ResNetError.self) { try PicturePreparation(two, input: [2, 4, 4]) }
    #expect(throws: ResNetError.self) { try PicturePreparation(plain, input: [48]) }
    #expect(throws: ResNetError.self) { try PixelNormalizer(.torchvisionV1, imageShape: [3, 224, 224]) }
  }

  @Test("A picture as long as can be costs no more than what is cut out of its middle")
  func longPictures() throws {
    let image = try Image(
      size: ImageSize(width: 1 << 20, height: 1), pixels: Array(repeating: 9, count: 3 << 20))
    let tensor = try Preprocessing.timm()(image)
    #expect(tensor.shape == [3, 224, 224])
    let first = try #require(tensor.scalars.first)
    #expect(abs(first - Float((9 / 255.0 - 0.485) / 0.229)) < 1e-6)
  }

  @Test("An explanation tells every step with its size, and the first numbers of each channel")
  func explanation() throws {
    let path = PillowFixture.folder + "/orientation-6.jpg"
    let explanation = try Preprocessing.torchvisionV1.with(ImageRules(exif: .apply)).explain(contentsOf: path)
    #expect(
      explanation.steps.map { "\($0.what): \($0.size)" } == [
        "the file: JPEG, 37×23, RGB, 8 bits, EXIF orientation 6",
        "decode to 8-bit RGB; EXIF orientation applied, transparency dropped: 23×37",
        "resize the shorter side to 256, bilinear with antialias: 256×411",
        "cut 224×224 out of the middle: 224×224",
        "(byte ÷ 255 − (0.485, 0.456, 0.406)) ÷ (0.229, 0.224, 0.225): 3×224×224",
      ])
    let tensor = try Preprocessing.torchvisionV1(Image(contentsOf: path, rules: ImageRules(exif: .apply)))
    #expect(explanation.shape == [3, 224, 224])
    #expect(explanation.firstValues.count == 3)
    #expect(explanation.firstValues[1] == Array(tensor.scalars[224 * 224..<224 * 224 + 5]))
    #expect(explanation.description.split(separator: "\n").count == 8)
  }
}
