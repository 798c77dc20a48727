import Foundation
import ResNetData

/// Softmax regression, trained by stochastic gradient descent: what a single linear layer makes of images.
///
/// The number of numbers in an image is a multiple of 16.
struct LinearClassifier {
  /// One row a class.
  private var weights: [Float]
  private var biases: [Float]
  private let imageCount: Int
  private let classCount: Int

  init(imageCount: Int, classCount: Int) {
    weights = Array(repeating: 0, count: imageCount * classCount)
    biases = Array(repeating: 0, count: classCount)
    self.imageCount = imageCount
    self.classCount = classCount
  }

  private func scores(_ image: [Float]) -> [Float] {
    weights.withUnsafeBytes { weights in
      image.withUnsafeBytes { pixels in
        (0..<classCount).map { label in
          // Sixteen sums at once, because the compiler may not reorder a single one.
          var sums = SIMD16<Float>()
          for start in stride(from: 0, to: 4 * imageCount, by: 64) {
            let weight = weights.loadUnaligned(fromByteOffset: 4 * label * imageCount + start, as: SIMD16<Float>.self)
            sums += weight * pixels.loadUnaligned(fromByteOffset: start, as: SIMD16<Float>.self)
          }
          return biases[label] + sums.sum()
        }
      }
    }
  }

  private func image(_ batch: Batch, _ slot: Int) -> [Float] {
    Array(batch.images[slot * imageCount..<(slot + 1) * imageCount])
  }

  /// One pass over the batches, a step for each image.
  mutating func train(_ batches: EpochBatches, rate: Float) throws {
    while let batch = try batches.next() {
      for slot in 0..<batch.count {
        let image = image(batch, slot)
        let scores = scores(image)
        let largest = scores.max() ?? 0
        let exponentials = scores.map { exp($0 - largest) }
        let sum = exponentials.reduce(0, +)
        for label in 0..<classCount {
          let step = -rate * (exponentials[label] / sum - (Int(batch.labels[slot]) == label ? 1 : 0))
          biases[label] += step
          weights.withUnsafeMutableBufferPointer { weights in
            let row = label &* imageCount
            for pixel in 0..<imageCount { weights[row &+ pixel] += step * image[pixel] }
          }
        }
      }
    }
  }

  /// The share of images whose largest score is their label's.
  func accuracy(_ batches: EpochBatches) throws -> Double {
    var right = 0
    var count = 0
    while let batch = try batches.next() {
      for slot in 0..<batch.count {
        let scores = scores(image(batch, slot))
        right += scores.firstIndex(of: scores.max() ?? 0) == Int(batch.labels[slot]) ? 1 : 0
      }
      count += batch.count
    }
    return Double(right) / Double(count)
  }
}
