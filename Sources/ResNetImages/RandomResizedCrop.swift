import Foundation
import ResNetCore

extension RandomNumbers {
  /// How often a rectangle is drawn that does not fit before it is given up, in torchvision.
  static let rectangleTries = 10

  /// The sides of a rectangle that has a random share of an area and random proportions, the first side `ratio` times the
  /// second.
  mutating func rectangle(
    of area: Int, scale: ClosedRange<Double>, ratio: ClosedRange<Double>
  ) -> (first: Int, second: Int) {
    let area = Double(area) * uniform(in: scale)
    let ratio = exp(uniform(in: log(ratio.lowerBound)...log(ratio.upperBound)))
    return (rounded((area * ratio).squareRoot()), rounded((area / ratio).squareRoot()))
  }
}

extension ImageRegion {
  /// A random region of a picture, or after ten that do not fit the middle of it, as large as the proportions allow.
  init(
    of whole: ImageSize, scale: ClosedRange<Double>, ratio: ClosedRange<Double>, _ random: inout RandomNumbers
  ) {
    for _ in 0..<RandomNumbers.rectangleTries {
      let (width, height) = random.rectangle(of: whole.area, scale: scale, ratio: ratio)
      guard (1...whole.width).contains(width), (1...whole.height).contains(height) else { continue }
      let y = random.integer(below: whole.height - height + 1)
      let x = random.integer(below: whole.width - width + 1)
      self.init(x: x, y: y, size: ImageSize(width: width, height: height))
      return
    }
    self.init(middleOf: whole, ratio: ratio)
  }

  /// The largest region in the middle of a picture that has the proportions.
  init(middleOf whole: ImageSize, ratio: ClosedRange<Double>) {
    var size = whole
    let own = Double(whole.width) / Double(whole.height)
    if own < ratio.lowerBound {
      size.height = max(1, rounded(Double(whole.width) / ratio.lowerBound))
    } else if own > ratio.upperBound {
      size.width = max(1, rounded(Double(whole.height) * ratio.upperBound))
    }
    self.init(x: (whole.width - size.width) / 2, y: (whole.height - size.height) / 2, size: size)
  }
}

/// Halves go to the even number, as in Python.
private func rounded(_ number: Double) -> Int { Int(number.rounded(.toNearestOrEven)) }
