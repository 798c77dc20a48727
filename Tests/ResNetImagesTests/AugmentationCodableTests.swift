import Foundation
import ResNetCore
import ResNetImages
import Testing

private let everything = Augmentation(
  crop: .randomResized(scale: 0.08...1, ratio: 0.75...4.0 / 3, .bicubic), flips: true,
  colorJitter: ColorJitter(brightness: 0.4, hue: 0.1), policy: .randAugment, erasing: RandomErasing(),
  mixup: 0.2, cutmix: 1, repeats: 3)

private func text(_ augmentation: Augmentation) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  return String(decoding: try encoder.encode(augmentation), as: UTF8.self)
}

@Suite struct AugmentationCodableTests {
  @Test("Padding and flips alone are written as in the first version, and read from there")
  func oldFiles() throws {
    let old = #"{"flips":true,"padding":4}"#
    #expect(try text(.padFourAndFlip) == old)
    #expect(try JSONDecoder().decode(Augmentation.self, from: Data(old.utf8)) == .padFourAndFlip)
    #expect(try text(.none) == #"{"flips":false,"padding":0}"#)
  }

  @Test("Only what is on is written, and all of it survives")
  func roundTrip() throws {
    #expect(
      try text(.randomResizedCropAndFlip)
        == #"{"crop":{"interpolation":"bilinear","ratio":[0.75,1.3333333333333333],"scale":[0.08,1]},"flips":true}"#)
    var changed = everything
    changed.policy = .trivialAugment
    for augmentation in [everything, changed, .none, .padFourAndFlip, .randomResizedCropAndFlip] {
      #expect(try JSONDecoder().decode(Augmentation.self, from: Data(text(augmentation).utf8)) == augmentation)
    }
    #expect(try text(changed).contains(#""policy":{"kind":"trivial-augment"}"#))
    #expect(
      try text(changed).contains(#""colorJitter":{"brightness":0.40000000000000002,"hue":0.10000000000000001}"#)
        || text(changed).contains(#""colorJitter":{"brightness":0.4,"hue":0.1}"#))
  }

  @Test(
    "What is unknown, missing or of the wrong kind is refused with its key",
    arguments: [
      (#"{"flips": true}"#, "padding"), (#"{"padding": 4}"#, "flips"),
      (#"{"padding": 4, "flips": true, "cutout": 16}"#, "cutout"),
      (
        #"{"padding": 4, "flips": true, "crop": {"scale": [0.1, 1], "ratio": [1, 1], "interpolation": "bilinear"}}"#,
        "padding"
      ),
      (#"{"flips": true, "crop": {"scale": [1, 0.1], "ratio": [1, 1], "interpolation": "bilinear"}}"#, "crop.scale"),
      (#"{"flips": true, "crop": {"scale": [0.1], "ratio": [1, 1], "interpolation": "bilinear"}}"#, "crop.scale"),
      (
        #"{"flips": true, "crop": {"scale": [0.1, 1], "ratio": [1, 1], "interpolation": "lanczos"}}"#,
        "crop.interpolation"
      ),
      (
        #"{"flips": true, "crop": {"scale": [0.1, 1], "ratio": [1, 1], "interpolation": "bilinear", "size": 9}}"#,
        "crop.size"
      ),
      (#"{"padding": 0, "flips": true, "policy": {"kind": "auto-augment"}}"#, "policy.kind"),
      (#"{"padding": 0, "flips": true, "policy": {"kind": "trivial-augment", "magnitude": 9}}"#, "policy.magnitude"),
      (#"{"padding": 0, "flips": true, "policy": {"kind": "rand-augment", "operations": 2}}"#, "policy.magnitude"),
      (#"{"padding": 0, "flips": true, "colorJitter": {"gamma": 1}}"#, "colorJitter.gamma"),
      (#"{"padding": 0, "flips": true, "erasing": {"probability": 0.5}}"#, "erasing.scale"),
      (
        #"{"padding": 0, "flips": true, "erasing": {"probability": 1, "scale": [0, 1], "ratio": [1, 1], "value": 0}}"#,
        "erasing.value"
      ),
      (#"{"padding": 0, "flips": true, "mixup": null}"#, "mixup"),
      (#"{"padding": 0, "flips": true, "repeats": 1.5}"#, "repeats"),
    ])
  func refusals(json: String, key: String) throws {
    let error = try #require(throws: DecodingError.self) {
      try JSONDecoder().decode(Augmentation.self, from: Data(json.utf8))
    }
    #expect(error.path.map(\.stringValue).joined(separator: ".") == key)
  }

  /// A change of an augmentation in which everything is on, and what its refusal says.
  static let impossible: [(@Sendable (inout Augmentation) -> Void, String)] = [
    ({ $0.crop = .padded(-1) }, "a padding of -1"),
    ({ $0.crop = .randomResized(scale: 0...1, ratio: 1...1, .bilinear) }, "0.0 to 1.0 of the area"),
    ({ $0.crop = .randomResized(scale: 0.5...1.5, ratio: 1...1, .bilinear) }, "0.5 to 1.5 of the area"),
    ({ $0.crop = .randomResized(scale: 0.5...1, ratio: 0...1, .bilinear) }, "proportions of 0.0 to 1.0"),
    ({ $0.crop = .randomResized(scale: 0.5...1, ratio: 1...1e300, .bilinear) }, "proportions of 1.0 to 1e+300"),
    ({ $0.colorJitter?.brightness = -1 }, "a jitter of brightness by -1.0"),
    ({ $0.colorJitter?.contrast = .nan }, "a jitter of contrast by nan"),
    ({ $0.colorJitter?.saturation = .infinity }, "a jitter of saturation by inf"),
    ({ $0.colorJitter?.hue = 0.6 }, "hues cannot be turned by 0.6"),
    ({ $0.policy = .randAugment(operations: 0, magnitude: 9) }, "RandAugment with 0 operations"),
    ({ $0.policy = .randAugment(operations: 2, magnitude: 31) }, "RandAugment with a magnitude of 31"),
    ({ $0.erasing?.probability = 1.1 }, "a probability of 1.1"),
    ({ $0.erasing?.scale = 0.1...2 }, "0.1 to 2.0 of the area"),
    ({ $0.erasing?.ratio = 0.001...1 }, "proportions of 0.001 to 1.0"),
    ({ $0.mixup = 0 }, "mixup with an alpha of 0.0"),
    ({ $0.cutmix = .nan }, "cutmix with an alpha of nan"),
    ({ $0.repeats = 0 }, "0 times the same image"),
  ]

  @Test("Numbers that are not possible are refused", arguments: impossible)
  func faults(change: @Sendable (inout Augmentation) -> Void, message: String) throws {
    #expect(throws: Never.self) { try everything.check(imageShape: [3, 32, 32]) }
    var changed = everything
    change(&changed)
    let wrong = changed
    let error = try #require(throws: ResNetError.self) { try wrong.check(imageShape: [3, 32, 32]) }
    #expect(error.code == .usage && error.message.hasPrefix(message), "\(error)")
  }

  @Test("What changes colours is refused for images of one channel, and pictures for those of two")
  func channels() throws {
    for (augmentation, shape, word) in [
      (Augmentation(policy: .trivialAugment), [1, 28, 28], "TrivialAugment changes colours"),
      (Augmentation(policy: .randAugment), [1, 28, 28], "RandAugment changes colours"),
      (Augmentation(colorJitter: ColorJitter(hue: 0.1)), [1, 28, 28], "a jitter of saturation or hue changes"),
      (.randomResizedCropAndFlip, [2, 28, 28], "images of 2 channels are no pictures"),
    ] as [(Augmentation, Shape, String)] {
      let error = try #require(throws: ResNetError.self) { try augmentation.check(imageShape: shape) }
      #expect(error.code == .usage && error.message.hasPrefix(word))
    }
    for augmentation in [
      Augmentation.randomResizedCropAndFlip, Augmentation(colorJitter: ColorJitter(brightness: 1, contrast: 1)),
    ] {
      #expect(throws: Never.self) { try augmentation.check(imageShape: [1, 28, 28]) }
    }
    #expect(throws: Never.self) { try Augmentation.padFourAndFlip.check(imageShape: [2, 28, 28]) }
  }
}
