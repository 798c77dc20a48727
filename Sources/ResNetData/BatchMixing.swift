import ResNetCore
import ResNetImages

/// Mixing the images of a batch, and with them their target probabilities: mixup (Zhang et al., 2018) or cutmix (Yun et
/// al., 2019), as torchvision has them.
///
/// Each image is mixed with the one before it, the first with the last.
public struct BatchMixing: Hashable, Sendable {
  /// α of the distribution Beta(α, α) of mixup's λ, if there is mixup.
  public var mixup: Double?
  /// α of the distribution Beta(α, α) of cutmix's λ, if there is cutmix.
  public var cutmix: Double?

  /// Makes mixing from its parts; with both, every batch takes one of the two, each half of the time.
  public init(mixup: Double? = nil, cutmix: Double? = nil) {
    self.mixup = mixup
    self.cutmix = cutmix
  }

  /// The mixing of an augmentation; `nil` where there is none.
  init?(_ augmentation: Augmentation) {
    guard augmentation.mixes else { return nil }
    self.init(mixup: augmentation.mixup, cutmix: augmentation.cutmix)
  }

  /// Mixes a batch in place; what happens is a function of the seed, the epoch and the batch's number.
  ///
  /// - Parameters:
  ///   - images: `[count, channels, height, width]`.
  ///   - targets: the probabilities of the classes, `[count, classes]`.
  ///   - shape: that of an image, `[channels, height, width]`.
  ///   - seed: the run's seed.
  ///   - epoch: the epoch, from 0.
  ///   - batch: the number of the batch in its epoch, from 0.
  /// - Precondition: `images` holds a whole number of images, and `targets` as many rows.
  public func apply(
    images: UnsafeMutableBufferPointer<Float>, targets: UnsafeMutableBufferPointer<Float>, shape: Shape, seed: UInt64,
    epoch: Int, batch: Int
  ) {
    precondition(shape.rank == 3 && images.count.isMultiple(of: shape.count))
    let count = images.count / shape.count
    precondition(count > 0 && targets.count.isMultiple(of: count))
    var random = RandomNumbers(seed: seed, purpose: .mixing, epoch: epoch, index: UInt64(batch))
    switch draw(&random, shape) {
    case .whole(let share):
      Self.mix(images, rows: count, own: share)
      Self.mix(targets, rows: count, own: share)
    case .region(let region, let share):
      Self.paste(region, images, shape)
      Self.mix(targets, rows: count, own: share)
    case nil: break
    }
  }

  /// What is done to one batch.
  enum Mixture: Hashable {
    /// All of an image by λ, and by 1 − λ the one before it.
    case whole(Double)
    /// A region out of the image before; λ is the share of the area that an image keeps.
    case region(ImageRegion, Double)
  }

  /// Draws what is done to one batch; `nil` where there is nothing to do.
  func draw(_ random: inout RandomNumbers, _ shape: Shape) -> Mixture? {
    // Always drawn, so that turning one of the two on does not change the other's numbers.
    let isMixup = random.integer(below: 2) == 0
    if let mixup, isMixup || cutmix == nil { return .whole(random.beta(mixup, mixup)) }
    guard let cutmix else { return nil }
    let (height, width) = (shape[1], shape[2])
    let half = 0.5 * (1 - random.beta(cutmix, cutmix)).squareRoot()
    let (x, y) = (random.integer(below: width), random.integer(below: height))
    func range(_ middle: Int, _ side: Int) -> Range<Int> {
      let reach = Int(half * Double(side))
      return max(0, middle - reach)..<min(side, middle + reach)
    }
    // At the border a part of the region falls away, and the share follows.
    let (columns, rows) = (range(x, width), range(y, height))
    let region = ImageRegion(
      x: columns.lowerBound, y: rows.lowerBound, size: ImageSize(width: columns.count, height: rows.count))
    return .region(region, 1 - Double(columns.count * rows.count) / Double(width * height))
  }

  /// Makes every row `own` of itself and the rest of the row before it.
  private static func mix(_ values: UnsafeMutableBufferPointer<Float>, rows: Int, own: Double) {
    let size = values.count / rows
    let (own, other) = (Float(own), Float(1 - own))
    // The last row is needed again at the end; from the last on, the row before is still as it was.
    let last = Array(values[(rows - 1) * size..<rows * size])
    guard let base = values.baseAddress else { return }
    for row in stride(from: rows - 1, to: 0, by: -1) {
      let (target, source) = (base + row * size, base + (row - 1) * size)
      for i in 0..<size { target[i] = target[i] * own + source[i] * other }
    }
    for i in 0..<size { base[i] = base[i] * own + last[i] * other }
  }

  /// Copies a region of every image into the one after it.
  private static func paste(_ region: ImageRegion, _ images: UnsafeMutableBufferPointer<Float>, _ shape: Shape) {
    let (size, width) = (region.size.width, shape[2])
    guard size > 0, let base = images.baseAddress else { return }
    let count = images.count / shape.count
    var last = [Float](repeating: 0, count: size)
    for channel in 0..<shape[0] {
      for y in region.y..<region.y + region.size.height {
        let start = base + (channel * shape[1] + y) * width + region.x
        for i in 0..<size { last[i] = start[(count - 1) * shape.count + i] }
        for image in stride(from: count - 1, to: 0, by: -1) {
          (start + image * shape.count).update(from: start + (image - 1) * shape.count, count: size)
        }
        for i in 0..<size { start[i] = last[i] }
      }
    }
  }
}
