import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel

/// What a network looks for: the filters of its first layer, and for each stage the parts of images that excite its
/// channels most (after Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014).
///
/// ```swift
/// let features = try await Features.measure(of: Subject.read(["runs/r20"])[0], on: cifar.test)
/// print(features.finding)
/// ```
public struct Features: View, Hashable {
  /// The first layer of filters.
  public struct Filters: Hashable, Sendable {
    /// The layer.
    public var layer: String
    /// Its weights, `[outputs, inputs, height, width]`, with channels in the order red, green, blue where there are three.
    public var weights: Tensor
  }

  /// A stage and some of its channels.
  public struct Stage: Hashable, Sendable {
    /// The module, as in `layer2`.
    public var name: String
    /// Its last layer, which is looked at.
    public var layer: String
    /// How many channels it has.
    public var channelCount: Int
    /// The pixels of the input, in each direction, that one of its places can see.
    public var receptiveField: Int
    /// Some of its channels, spread evenly.
    public var channels: [Channel]

    /// Of the images that excite a channel most, how many are of the class that most of them are of: the mean over the
    /// channels that anything excites, as a share of the images.
    public var purity: Double? {
      let shares = channels.compactMap(\.purity)
      return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    }
  }

  /// A channel and what excites it.
  public struct Channel: Hashable, Sendable {
    /// Its place among the stage's channels.
    public var index: Int
    /// The strongest first, one an image, at most nine.
    public var patches: [Patch]

    /// The share of its patches that are of the commonest class among them; `nil` where there are none.
    var purity: Double? {
      let counts = Dictionary(grouping: patches, by: \.className).values.map(\.count)
      return counts.max().map { Double($0) / Double(patches.count) }
    }
  }

  /// The part of an image that a channel's strongest place can see.
  public struct Patch: Hashable, Sendable {
    /// The image's position in the data set, from 0.
    public var position: Int
    /// The image's class.
    public var className: String
    /// The channel's value there.
    public var activation: Double
    /// The part, in pixels of the image as the network saw it.
    public var region: ImageRegion
    /// The part itself.
    public var image: Image
  }

  /// What pictures and tables call the network.
  public var network: String
  /// What the images are called.
  public var dataSet: String
  /// How many images there were.
  public var images: Int
  /// The first layer of filters.
  public var filters: Filters
  /// All stages.
  public var stages: [Stage]

  /// The most patches of a channel.
  static let patchLimit = 9
  private static let batch = 32

  /// Measures what excites channels.
  ///
  /// - Parameters:
  ///   - subject: a convolutional network.
  ///   - dataSet: test images.
  ///   - images: how many of them are looked through, drawn at random, the same ones each time; all if there are no more.
  ///   - channels: how many channels of each stage are looked at, spread evenly; all if there are no more.
  ///   - progress: is told the share that is done, from 0 to 1, on the engine's thread.
  /// - Throws: `ResNetError` of code `usage` where the network has no convolution of pixels or no stages, or a number makes
  ///   no sense; `data` where images do not fit or cannot be read; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    of subject: Subject, on dataSet: DataSet, images: Int = 1000, channels: Int = 8,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> Features {
    guard images >= 1, channels >= 1 else {
      throw ResNetError(
        .usage, "\(images) images and \(channels) channels show nothing", remedy: "Use at least one of each")
    }
    let model = subject.model
    let filters = try Filters(of: model, name: subject.name)
    let searches = try model.graph.stages.compactMap { stage in
      try StageSearch(model.graph, stage: stage, channels: channels)
    }
    guard !searches.isEmpty else {
      throw ResNetError(
        .usage, "the network has no stages of pixels", at: subject.name, remedy: "Give a convolutional residual network"
      )
    }
    let positions = try dataSet.drawnPositions(images, seed: 0)
    let chosen = dataSet.subset(positions, name: dataSet.name)
    let loader = try subject.loader(of: chosen, batch: batch)
    let found = try await EngineActor.run {
      var searches = searches
      let engine = try subject.engine()
      var purpose = Purpose.inference
      purpose.observations = Set(searches.map(\.layer))
      let batches = loader.epoch(0)
      while let batch = try batches.next() {
        try Task.checkCancellation()
        let program = try engine.program(batch: batch.count, purpose: purpose)
        program.take(batch)
        try program.run()
        let first = batch.number * Self.batch
        for index in searches.indices {
          searches[index].look(through: try program.activation(searches[index].layer), from: first)
        }
        progress(Double(first + batch.count) / Double(chosen.count))
      }
      return searches
    }
    var pictures: [Int: Image] = [:]
    let stages = try found.map { search in
      try search.stage { position in
        if let known = pictures[position] { return known }
        let image = try chosen.image(at: position, rules: model.preprocessing.rules)
        let seen = try model.preprocessing.fitted(to: model.input, for: image.size).geometry(image)
        pictures[position] = seen
        return seen
      } describing: {
        (positions[$0], chosen.className(at: $0))
      }
    }
    return Features(
      network: subject.name, dataSet: dataSet.name, images: chosen.count, filters: filters, stages: stages)
  }
}

extension Features.Filters {
  /// The weights of the first convolution of a network.
  ///
  /// - Throws: `ResNetError` of code `usage` where it has none over pictures.
  init(of model: Model, name: String) throws {
    let layer = model.graph.layers.first { layer in
      if case .convolution = layer.operation { true } else { false }
    }
    guard let layer, let weights = model.parameters[layer.name + ".weight"], [1, 3].contains(weights.shape[1]) else {
      throw ResNetError(
        .usage, "the network does not begin with filters for pictures", at: name,
        remedy: "Give a convolutional network for pictures")
    }
    self.layer = layer.name
    guard model.preprocessing.channelOrder == .bgr, weights.shape[1] == 3 else {
      self.weights = weights
      return
    }
    let area = weights.shape[2] * weights.shape[3]
    var scalars: [Float] = []
    for filter in 0..<weights.shape[0] {
      for channel in [2, 1, 0] {
        let start = (3 * filter + channel) * area
        scalars += weights.scalars[start..<start + area]
      }
    }
    self.weights = Tensor(shape: weights.shape, scalars: scalars)
  }
}
