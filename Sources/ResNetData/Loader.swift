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
  /// The shape of what a network gets of each image, `[channels, height, width]`.
  public let input: Shape

  /// How an image becomes numbers.
  enum Writer: Sendable {
    /// Bytes in memory that are moved and mirrored at most.
    case pixels(PixelNormalizer)
    /// Bytes in memory that are changed as pictures.
    case images(PicturePreparation)
    /// Files.
    case pictures(PicturePreparation)
  }

  let writer: Writer
  let augmentation: Augmentation
  let seed: UInt64
  private let order: Order
  private let threads: Int

  /// Makes a loader.
  ///
  /// - Parameters:
  ///   - dataSet: the images.
  ///   - preprocessing: how images become numbers.
  ///   - augmentation: random changes of every image.
  ///   - batchSize: the number of images in a batch.
  ///   - order: shuffled for training, sequential for evaluation.
  ///   - keepsPartialBatch: whether images that do not fill a last batch are visited in a smaller one or left out.
  ///   - seed: what the order and the augmentation are drawn from.
  ///   - threads: the number of threads that prepare batches ahead; with 0 the caller's own thread prepares each batch.
  ///   - input: the shape of what the network takes, needed where pictures are not resized.
  /// - Throws: `ResNetError` of code `usage` where a number makes no sense or a shuffled batch would be larger than the set,
  ///   and of code `data` where the preprocessing was made for other images, or pictures would not get one size.
  public init(
    _ dataSet: DataSet, preprocessing: Preprocessing, augmentation: Augmentation = .none, batchSize: Int,
    order: Order = .shuffled, keepsPartialBatch: Bool = true, seed: UInt64 = 0, threads: Int = 1,
    input: Shape? = nil
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
    guard let shape = dataSet.imageShape ?? preprocessing.outputShape ?? input else {
      throw ResNetError(
        .data, "pictures have sizes of their own, and the preprocessing does not resize them", at: dataSet.name,
        remedy: "Use preprocessing that resizes, such as torchvision's")
    }
    try augmentation.check(imageShape: shape)
    self.input = shape
    if dataSet.imageShape == nil {
      writer = .pictures(try PicturePreparation(preprocessing, input: shape))
    } else if augmentation.changesPictures {
      writer = .images(try PicturePreparation(preprocessing, input: shape))
    } else {
      writer = .pixels(try PixelNormalizer(preprocessing, imageShape: shape))
    }
    self.dataSet = dataSet
    self.batchSize = min(batchSize, dataSet.count)
    self.augmentation = augmentation
    self.order = order
    self.seed = seed
    self.threads = threads
    let (whole, rest) = dataSet.count.quotientAndRemainder(dividingBy: self.batchSize)
    batchesPerEpoch = keepsPartialBatch && rest > 0 ? whole + 1 : whole
  }

  /// The first batch of the first epoch.
  ///
  /// - Throws: as `EpochBatches.next()` does.
  package func firstBatch() throws -> Batch {
    guard let batch = try epoch(0).next() else { preconditionFailure("a loader has at least one image") }
    return batch
  }

  /// Begins an epoch at one of its batches, so that a run can go on where it was interrupted.
  ///
  /// - Parameters:
  ///   - number: the number of the epoch, from 0.
  ///   - first: the number of the batch to begin with.
  public func epoch(_ number: Int, from first: Int = 0) -> EpochBatches {
    let samples = samples(epoch: number)
    let mixing = BatchMixing(augmentation)
    let preparation = BatchPreparation(
      begin: { batch, batchNumber in
        let count = min(samples.count - batchNumber * batchSize, batchSize)
        batch.begin(number: batchNumber, count: count)
        return min(parts, count)
      },
      fill: { batch, part in
        let slots = parts == 1 ? 0..<batch.count : part..<part + 1
        let (images, labels) = batch.places(slots)
        let first = batch.number * batchSize
        try write(samples[first + slots.lowerBound..<first + slots.upperBound], epoch: number, images, labels)
      },
      finish: { mixing?.mix($0, shape: input, seed: seed, epoch: number) })
    return EpochBatches(
      range: min(first, batchesPerEpoch)..<batchesPerEpoch, capacity: batchSize, imageShape: input,
      classCount: mixing == nil ? 0 : dataSet.classCount, threads: threads, parts: parts, preparation: preparation)
  }

  /// How many threads may share a batch: a picture is slow to decode, and bytes in memory are not worth the handing over.
  private var parts: Int { if case .pictures = writer { batchSize } else { 1 } }

  /// The most batches that an epoch holds at once, the one in use included.
  package var batchesHeld: Int { EpochBatches.depth(threads: threads, parts: parts) + 1 }

  /// The positions in the data set that an epoch visits, in order; with repeats, some of them several times.
  ///
  /// - Parameter epoch: the number of the epoch, from 0.
  public func positions(epoch: Int) -> [Int] { samples(epoch: epoch).map(position) }

  /// The position of the image that a sample is.
  func position(_ sample: Int) -> Int { sample / augmentation.repeats % dataSet.count }

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
}
