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

  private let normalizer: PixelNormalizer
  private let augmentation: Augmentation
  private let order: Order
  private let seed: UInt64
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
    let positions = draws(epoch: number)
    return EpochBatches(
      range: min(first, batchesPerEpoch)..<batchesPerEpoch, capacity: batchSize, imageShape: dataSet.imageShape,
      threads: threads
    ) { batch, batchNumber in
      let range = batchNumber * batchSize..<min(positions.count, (batchNumber + 1) * batchSize)
      batch.fill(number: batchNumber, count: range.count) { images, labels in
        write(positions[range], epoch: number, images, labels)
      }
    }
  }

  /// The positions in the data set that an epoch visits, in order.
  ///
  /// - Parameter epoch: the number of the epoch, from 0.
  public func positions(epoch: Int) -> [Int] { draws(epoch: epoch).map { $0 % dataSet.count } }

  /// The same, with the size of the set added for each time that an image came before in the epoch: what is drawn for the
  /// changes of an image must not be the same each time.
  private func draws(epoch: Int) -> [Int] {
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
    _ draws: ArraySlice<Int>, epoch: Int, _ images: UnsafeMutableBufferPointer<Float>,
    _ labels: UnsafeMutableBufferPointer<Int32>
  ) {
    let size = dataSet.imageShape.count
    dataSet.storage.withUnsafeBufferPointer { bytes in
      for (slot, draw) in draws.enumerated() {
        let position = draw % dataSet.count
        let row = dataSet.rows[position]
        labels[slot] = dataSet.labels[position]
        normalizer.write(
          UnsafeBufferPointer(rebasing: bytes[row * size..<(row + 1) * size]),
          placement: augmentation.placement(seed: seed, epoch: epoch, sample: draw),
          into: UnsafeMutableBufferPointer(rebasing: images[slot * size..<(slot + 1) * size]))
      }
    }
  }
}
