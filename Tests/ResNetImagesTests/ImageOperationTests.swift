import Foundation
import ResNetCore
import Testing

@testable import ResNetImages

private struct OperationFixtures: Decodable {
  struct Case: Decodable, CustomStringConvertible {
    let size: PillowFixture.Size?
    let file: String?
    let operation: String
    let argument: Double
    let hash: String

    var description: String { "\(operation) \(argument) of \(file ?? size?.description ?? "nothing")" }

    func picture() throws -> Image {
      if let file { return try Image(contentsOf: PillowFixture.folder + "/" + file) }
      return try .madeUp(#require(size).size)
    }
  }

  struct Space: Decodable {
    let operation: String
    let signed: Bool
    let magnitudes: [Double]?
  }

  let cases: [Case]
  let spaces: [String: [Space]]
}

/// The operation that a fixture's name means.
private func operation(_ name: String, _ argument: Double) throws -> ImageOperation {
  let operations: [String: ImageOperation] = [
    "shearX": .shearX(argument), "shearY": .shearY(argument), "translateX": .translateX(Int(argument)),
    "translateY": .translateY(Int(argument)), "rotate": .rotate(argument), "brightness": .brightness(argument),
    "saturation": .saturation(argument), "contrast": .contrast(argument), "sharpness": .sharpness(argument),
    "posterize": .posterize(bits: Int(argument)), "solarize": .solarize(threshold: argument),
    "autoContrast": .autoContrast, "equalize": .equalize, "hue": .hue(argument),
  ]
  return try #require(operations[name])
}

/// The operation that torchvision's policies apply under a name, to four places, as its magnitudes are of 32 bits.
private func words(_ name: String, _ magnitude: Double) -> String {
  func enhanced(_ name: String) -> String { "\(name) \(fixed(1 + magnitude, 4))" }
  return switch name {
  case "ShearX": "shearX \(fixed(magnitude, 4))"
  case "ShearY": "shearY \(fixed(magnitude, 4))"
  case "TranslateX": "translateX \(Int(magnitude))"
  case "TranslateY": "translateY \(Int(magnitude))"
  case "Rotate": "rotate \(fixed(magnitude, 4))"
  case "Brightness": enhanced("brightness")
  case "Color": enhanced("saturation")
  case "Contrast": enhanced("contrast")
  case "Sharpness": enhanced("sharpness")
  case "Posterize": "posterize \(Int(magnitude))"
  case "Solarize": "solarize \(fixed(magnitude, 4))"
  default: name
  }
}

private func words(_ operation: ImageOperation) -> String {
  switch operation {
  case .identity: "Identity"
  case .shearX(let factor): "shearX \(fixed(factor, 4))"
  case .shearY(let factor): "shearY \(fixed(factor, 4))"
  case .translateX(let columns): "translateX \(columns)"
  case .translateY(let rows): "translateY \(rows)"
  case .rotate(let degrees): "rotate \(fixed(degrees, 4))"
  case .brightness(let factor): "brightness \(fixed(factor, 4))"
  case .contrast(let factor): "contrast \(fixed(factor, 4))"
  case .saturation(let factor): "saturation \(fixed(factor, 4))"
  case .sharpness(let factor): "sharpness \(fixed(factor, 4))"
  case .hue(let share): "hue \(fixed(share, 4))"
  case .posterize(let bits): "posterize \(bits)"
  case .solarize(let threshold): "solarize \(fixed(threshold, 4))"
  case .autoContrast: "AutoContrast"
  case .equalize: "Equalize"
  }
}

private func fixed(_ number: Double, _ places: Int) -> String {
  // −0 is 0.
  String(format: "%.\(places)f", number == 0 ? 0 : number)
}

@Suite struct ImageOperationTests {
  @Test("Every operation equals torchvision's with Pillow to the byte, on pictures of many kinds")
  func equalsPillow() throws {
    let cases = try PillowFixture.read("augmentations.json", as: OperationFixtures.self).cases
    #expect(cases.count > 800)
    for fixture in cases {
      let image = try fixture.picture()
      let changed = try operation(fixture.operation, fixture.argument)(image)
      #expect(changed.size == image.size)
      #expect(changed.hash == fixture.hash, "\(fixture)")
    }
  }

  @Test("A picture of a single pixel, row or column goes through every operation")
  func smallest() throws {
    for size in [ImageSize(side: 1), ImageSize(width: 1, height: 5), ImageSize(width: 5, height: 1)] {
      let image = try Image.madeUp(size)
      for name in ["shearX", "rotate", "translateY", "sharpness", "contrast", "autoContrast", "equalize", "hue"] {
        #expect(try operation(name, 0.4)(image).size == size)
      }
    }
  }

  /// What a policy does to a picture of 224×160, drawn often.
  private func drawn(_ policy: Augmentation.Policy, count: Int) -> [ImageOperation] {
    (0..<count).flatMap { sample in
      var random = RandomNumbers(seed: 5, purpose: .testing, index: UInt64(sample))
      return policy.operations(for: ImageSize(width: 224, height: 160), &random)
    }
  }

  private func expected(_ space: [OperationFixtures.Space], magnitudes: [Int]) -> Set<String> {
    Set(
      space.flatMap { entry -> [String] in
        guard let all = entry.magnitudes else { return [words(entry.operation, 0)] }
        return magnitudes.flatMap { magnitude in
          (entry.signed ? [1.0, -1] : [1]).map { words(entry.operation, $0 * all[magnitude]) }
        }
      })
  }

  @Test("RandAugment draws from torchvision's operations, of its magnitude, all about as often", arguments: [0, 9, 30])
  func randAugment(magnitude: Int) throws {
    let space = try #require(
      PillowFixture.read("augmentations.json", as: OperationFixtures.self).spaces["randAugment"])
    let operations = drawn(.randAugment(operations: 2, magnitude: magnitude), count: 3000)
    #expect(operations.count == 6000)
    #expect(Set(operations.map { words($0) }) == expected(space, magnitudes: [magnitude]))
    // 6000 / 14 ± 5 deviations; the other sign counts as much.
    func count(_ name: String) -> Int { operations.count { words($0).hasPrefix(name) } }
    #expect(abs(count("Equalize") - 429) < 100 && abs(count("rotate") - 429) < 100)
    #expect(abs(count("rotate -") - 214) < 75 || magnitude == 0)
  }

  @Test("TrivialAugment draws one operation of torchvision's wide range, of every magnitude")
  func trivialAugment() throws {
    let space = try #require(
      PillowFixture.read("augmentations.json", as: OperationFixtures.self).spaces["trivialAugment"])
    let operations = drawn(.trivialAugment, count: 40_000)
    #expect(operations.count == 40_000)
    #expect(Set(operations.map { words($0) }) == expected(space, magnitudes: Array(0...30)))
  }

  @Test("A jitter draws factors within its bounds, in every order, and leaves out what it does not change")
  func jitter() {
    let jitter = ColorJitter(brightness: 0.4, contrast: 1.5, hue: 0.1)
    var (brightness, contrast, hue): ([Double], [Double], [Double]) = ([], [], [])
    var orders: Set<[Int]> = []
    for sample in 0..<2000 {
      var random = RandomNumbers(seed: 5, purpose: .testing, index: UInt64(sample))
      orders.insert(
        jitter.operations(&random).map {
          switch $0 {
          case .brightness(let factor):
            brightness.append(factor)
            return 0
          case .contrast(let factor):
            contrast.append(factor)
            return 1
          case .hue(let share):
            hue.append(share)
            return 2
          default: return 3
          }
        })
    }
    #expect(orders.count == 6 && orders.allSatisfy { $0.sorted() == [0, 1, 2] })
    for (values, low, high) in [(brightness, 0.6, 1.4), (contrast, 0, 2.5), (hue, -0.1, 0.1)] {
      #expect(values.count == 2000 && values.allSatisfy { (low...high).contains($0) })
      let width = high - low
      #expect((values.min() ?? 9) < low + 0.01 * width && (values.max() ?? -9) > high - 0.01 * width)
      // The mean of 2000 ± 5 deviations.
      #expect(abs(values.reduce(0, +) / 2000 - (low + high) / 2) < 5 * width / (12.0 * 2000).squareRoot())
    }
  }
}
