import ResNetCore
import ResNetImages

/// Makes batches out of a data set, epoch by epoch, on threads of its own while the caller works on earlier ones.
///
/// What a batch holds is a function of the seed, the epoch and the batch's number; the number of threads changes nothing.
public struct Loader: Sendable {
  /// In which order an epoch visits the images.
  public enum Order: Hashable, Sendable {
    /// A new random order in every epoch, for training.
    case shuffled
    /// The order of the set, for evaluation.
    case sequential
    /// A new random order in every epoch that draws each class equally often: as many images as the set has, divided among
    /// the classes that have some. The images of a class are drawn in rounds, in each of which every one of them
    /// comes once at most, in a random order of its own.
    case balanced
  }

  /// The images that an epoch visits.
  public let dataSet: DataSet
  /// The number of images in every batch but perhaps the last.
  public let batchSize: Int
  /// The number of batches in an epoch.
  public let batchesPerEpoch: Int

  let normalizer: PixelNormalizer
  /// For images that are changed as pictures; the others become numbers at once.
  let preparation: PicturePreparation?
  let augmentation: Augmentation
  let seed: UInt64
  private let order: Order
  private let threads: Int

  /// Makes a loader.
  ///
  /// - Parameters:
  ///   - dataSet: the images.
  ///   - preprocessing: how bytes become numbers.
  ///   - augmentation: random changes of every image.
  ///   - batchSize: the number of images in a batch.
  ///   - order: shuffled for training, sequential for evaluation.
  ///   - keepsPartialBatch: whether images that do not fill a last batch are visited in a smaller one or left out.
  ///   - seed: what the order and the augmentation are drawn from.
  ///   - threads: the number of threads that prepare batches ahead; with 0 the caller's own thread prepares each batch.
  /// - Throws: `ResNetError` of code `usage` where a number makes no sense or a shuffled batch would be larger than the set,
  ///   and of code `data` where the preprocessing was made for other images.
  public init(
    _ dataSet: DataSet, preprocessing: Preprocessing, augmentation: Augmentation = .none, batchSize: Int,
    order: Order = .shuffled, keepsPartialBatch: Bool = true, seed: UInt64 = 0, threads: Int = 1
  ) throws {
    guard batchSize > 0 else {
      throw ResNetError(.usage, "a batch of \(batchSize) images", remedy: "Choose a batch of at least 1")
    }
    guard batchSize <= dataSet.count || (order == .sequential && keepsPartialBatch) else {
      throw ResNetError(
        .usage, "a batch of \(batchSize) is larger than the data set of \(dataSet.count) images", at: dataSet.name,
        remedy: "Choose a batch of at most \(dataSet.count)")
    }
    guard (0...1024).contains(threads) else {
      throw ResNetError(.usage, "\(threads) loader threads", remedy: "Choose a number from 0 to 1024")
    }
    try augmentation.check(imageShape: dataSet.imageShape)
    self.dataSet = dataSet
    self.batchSize = min(batchSize, dataSet.count)
    self.normalizer = try PixelNormalizer(preprocessing, imageShape: dataSet.imageShape)
    preparation =
      augmentation.changesPictures ? try PicturePreparation(preprocessing, input: dataSet.imageShape) : nil
    self.augmentation = augmentation
    self.order = order
    self.seed = seed
    self.threads = threads
    let (whole, rest) = dataSet.count.quotientAndRemainder(dividingBy: self.batchSize)
    batchesPerEpoch = keepsPartialBatch && rest > 0 ? whole + 1 : whole
  }

  /// Begins an epoch at one of its batches, so that a run can go on where it was interrupted.
  ///
  /// - Parameters:
  ///   - number: the number of the epoch, from 0.
  ///   - first: the number of the batch to begin with.
  public func epoch(_ number: Int, from first: Int = 0) -> EpochBatches {
    let samples = samples(epoch: number)
    let mixing = BatchMixing(augmentation)
    return EpochBatches(
      range: min(first, batchesPerEpoch)..<batchesPerEpoch, capacity: batchSize, imageShape: dataSet.imageShape,
      classCount: mixing == nil ? 0 : dataSet.classCount, threads: threads
    ) { batch, batchNumber in
      let range = batchNumber * batchSize..<min(samples.count, (batchNumber + 1) * batchSize)
      try batch.fill(number: batchNumber, count: range.count) { images, labels in
        try write(samples[range], epoch: number, images, labels)
      }
      mixing?.mix(batch, shape: dataSet.imageShape, seed: seed, epoch: number)
    }
  }

  /// The positions in the data set that an epoch visits, in order; with repeats, some of them several times.
  ///
  /// - Parameter epoch: the number of the epoch, from 0.
  public func positions(epoch: Int) -> [Int] { samples(epoch: epoch).map(position) }

  /// The position of the image that a sample is.
  private func position(_ sample: Int) -> Int { sample / augmentation.repeats % dataSet.count }

  /// All positions in the order of an epoch, with the size of the set added for each time that one came before: what is
  /// drawn for the changes of an image must not be the same each time.
  func order(epoch: Int) -> [Int] {
    switch order {
    case .sequential:
      return Array(0..<dataSet.count)
    case .shuffled:
      var random = RandomNumbers(seed: seed, purpose: .shuffling, epoch: epoch)
      return random.permutation(dataSet.count)
    case .balanced:
      return BalancedOrder.draws(labels: dataSet.labels, seed: seed, epoch: epoch)
    }
  }

  private func write(
    _ samples: ArraySlice<Int>, epoch: Int, _ images: UnsafeMutableBufferPointer<Float>,
    _ labels: UnsafeMutableBufferPointer<Int32>
  ) throws {
    let size = dataSet.imageShape.count
    try dataSet.storage.withUnsafeBufferPointer { bytes in
      for (slot, sample) in samples.enumerated() {
        let position = position(sample)
        let row = dataSet.rows[position]
        labels[slot] = dataSet.labels[position]
        try write(
          UnsafeBufferPointer(rebasing: bytes[row * size..<(row + 1) * size]), epoch: epoch, sample: sample,
          into: UnsafeMutableBufferPointer(rebasing: images[slot * size..<(slot + 1) * size]))
      }
    }
  }
}
