import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel

/// Where in a picture a network sees a class: Grad-CAM (Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra, "Grad-CAM:
/// visual explanations from deep networks via gradient-based localization", 2017).
///
/// ```swift
/// let photograph = ClassMaps.Picture(try Image(contentsOf: "cat.jpg"), name: "cat.jpg")
/// let maps = try await ClassMaps.measure(of: Subject.read(["runs/r20"])[0], on: [photograph])
/// ```
public struct ClassMaps: View, Hashable {
  /// A picture to look at; a file is read when its turn comes.
  public struct Picture: Sendable {
    /// What it is called.
    public var name: String
    /// The name of its class, where it is known.
    public var truth: String?
    let read: @Sendable () throws -> Image

    init(name: String, truth: String?, read: @escaping @Sendable () throws -> Image) {
      (self.name, self.truth, self.read) = (name, truth, read)
    }

    /// Takes a picture of any size.
    public init(_ image: Image, name: String, truth: String? = nil) {
      self.init(name: name, truth: truth) { image }
    }

    /// Takes what comes from a file.
    ///
    /// - Parameters:
    ///   - source: the file.
    ///   - rules: what is done about orientation and transparency.
    ///   - truth: the name of its class, where it is known.
    public init(_ source: ImageSource, rules: ImageRules = ImageRules(), truth: String? = nil) {
      self.init(name: source.name, truth: truth) { try Image(source, rules: rules) }
    }
  }

  /// The map of one picture for one class.
  public struct Map: Hashable, Sendable {
    /// What the picture is called.
    public var name: String
    /// The name of its class, where it is known.
    public var truth: String?
    /// The picture as the network saw it: resized and cut, `[height, width]` of the network's input.
    public var image: Image
    /// The place of the map's class among the network's classes.
    public var classIndex: Int
    /// What the map's class is called.
    public var className: String
    /// The class's score before the softmax.
    public var logit: Double
    /// The class's softmax probability, from 0 to 1.
    public var probability: Double
    /// The weight α of each of the layer's channels: the mean over all places of ∂ score / ∂ activation.
    public var channelWeights: [Double]
    /// The columns and rows of the layer.
    public var size: ImageSize
    /// ReLU(Σ_k α_k A_k), `[height][width]` of the layer, row by row; 0 or more.
    public var values: [Double]
  }

  /// What pictures and tables call the network.
  public var network: String
  /// The layer whose activations are weighed.
  public var layer: String
  /// Whether one class was asked for; else each map is of the class that the network predicts.
  public var isOfOneClass: Bool
  /// One for each picture, in their order.
  public var maps: [Map]

  /// Pictures in one run of the network.
  private static let batch = 16

  /// Measures maps.
  ///
  /// - Parameters:
  ///   - subject: a network that takes pictures.
  ///   - pictures: at least one; they are resized and cut as the network's preprocessing says.
  ///   - classIndex: the class that is looked for; for each picture the one that is predicted if `nil`.
  ///   - layer: a layer, or a module, which stands for its last layer; the last one with pixels if `nil`: the last block,
  ///     after addition and ReLU.
  /// - Throws: `ResNetError` of code `usage` where there are no pictures, no such class or no such layer, or one without
  ///   pixels; `data` where a picture cannot be read, the network takes none or a score is not finite; `unavailable` where
  ///   oneDNN or memory is missing.
  public static func measure(
    of subject: Subject, on pictures: [Picture], class classIndex: Int? = nil, layer: String? = nil
  ) async throws -> ClassMaps {
    let model = subject.model
    guard !pictures.isEmpty else {
      throw ResNetError(.usage, "there are no pictures to look at", remedy: "Give at least one")
    }
    if let classIndex, !model.classes.indices.contains(classIndex) {
      throw ResNetError(
        .usage, "there is no class \(classIndex) among \(model.classes.count)", at: subject.name,
        remedy: "Use a number from 0 to \(model.classes.count - 1)")
    }
    let layer = try model.graph.mappedLayer(named: layer)
    let engine = try await EngineActor.run { try subject.engine() }
    var maps: [Map] = []
    for start in stride(from: 0, to: pictures.count, by: batch) {
      try Task.checkCancellation()
      let seen = try pictures[start..<min(start + batch, pictures.count)].map { try SeenPicture($0, by: model) }
      maps += try await EngineActor.run { try Self.maps(of: seen, engine, model.classes, layer, classIndex) }
    }
    return ClassMaps(network: subject.name, layer: layer, isOfOneClass: classIndex != nil, maps: maps)
  }

  /// A picture as the network sees it.
  private struct SeenPicture: Sendable {
    let picture: Picture
    let image: Image
    let input: Tensor

    init(_ picture: Picture, by model: Model) throws {
      self.picture = picture
      let whole = try picture.read()
      let preparation = try PicturePreparation(
        model.preprocessing.fitted(to: model.input, for: whole.size), input: model.input)
      image = try preparation.preprocessing.geometry(whole)
      input = try preparation(whole)
    }
  }

  @EngineActor
  private static func maps(
    of pictures: [SeenPicture], _ engine: Engine, _ classes: [String], _ layer: String, _ classIndex: Int?
  ) throws -> [Map] {
    let plain = try engine.program(batch: pictures.count, purpose: .inference)
    write(pictures, into: plain)
    try plain.run()
    let scores = try pictures.indices.map { try Scores(plain.logits, picture: $0, of: pictures, classIndex) }
    var purpose = Purpose(statistics: .running, seed: .logit)
    purpose.observations = [layer]
    purpose.activationGradients = [layer]
    let program = try engine.program(batch: pictures.count, purpose: purpose)
    write(pictures, into: program)
    for (index, score) in scores.enumerated() { program.labels[index] = Int32(score.classIndex) }
    try program.run()
    let (activation, gradient) = (try program.activation(layer), try program.activationGradient(layer))
    return zip(pictures, scores).enumerated().map { index, entry in
      let (picture, score) = entry
      let (weights, values) = map(activation, gradient, picture: index)
      return Map(
        name: picture.picture.name, truth: picture.picture.truth, image: picture.image, classIndex: score.classIndex,
        className: classes[score.classIndex], logit: score.logit, probability: score.probability,
        channelWeights: weights, size: ImageSize(width: activation.shape[3], height: activation.shape[2]),
        values: values)
    }
  }

  @EngineActor
  private static func write(_ pictures: [SeenPicture], into program: Program) {
    let count = program.input.count / pictures.count
    for (index, picture) in pictures.enumerated() {
      _ = UnsafeMutableBufferPointer(rebasing: program.input[index * count..<(index + 1) * count])
        .update(from: picture.input.scalars)
    }
  }

  /// What the network makes of one picture.
  private struct Scores {
    let classIndex: Int
    let logit, probability: Double

    /// - Parameter classIndex: the class that was asked for; the predicted one if `nil`.
    init(
      _ logits: UnsafeBufferPointer<Float>, picture: Int, of pictures: [SeenPicture], _ classIndex: Int?
    ) throws {
      let classes = logits.count / pictures.count
      let row = logits[picture * classes..<(picture + 1) * classes].map(Double.init)
      guard row.allSatisfy(\.isFinite), let greatest = row.max() else {
        throw ResNetError(
          .data, "a score of the network is not a finite number", at: pictures[picture].picture.name,
          remedy: "Use a model whose training did not diverge")
      }
      self.classIndex = classIndex ?? row.firstIndex(of: greatest) ?? 0
      logit = row[self.classIndex]
      probability = exp(logit - greatest) / row.reduce(0) { $0 + exp($1 - greatest) }
    }
  }

  /// The channels' weights and the weighted sum of the channels, without what speaks against the class.
  private static func map(_ activation: Tensor, _ gradient: Tensor, picture: Int) -> ([Double], [Double]) {
    let (channels, area) = (activation.shape[1], activation.shape[2] * activation.shape[3])
    var weights: [Double] = []
    var values = [Double](repeating: 0, count: area)
    for channel in 0..<channels {
      let start = (picture * channels + channel) * area
      let weight = gradient.scalars[start..<start + area].reduce(0) { $0 + Double($1) } / Double(area)
      for place in 0..<area { values[place] += weight * Double(activation.scalars[start + place]) }
      weights.append(weight)
    }
    return (weights, values.map { $0 > 0 ? $0 : 0 })
  }
}

extension Graph {
  /// The layer that a map is made of: the one of a name, or the one whose mean over all pixels the classifier takes.
  ///
  /// - Throws: `ResNetError` of code `usage` where there is no such layer, or it has no pixels.
  func mappedLayer(named name: String?) throws -> String {
    let position =
      if let name {
        try index(of: name)
      } else {
        layers.last { $0.operation == .globalAveragePooling }?.inputs[0] ?? layers.lastIndex { $0.shape.rank == 3 } ?? 0
      }
    let layer = layers[position]
    guard position > 0, layer.shape.rank == 3 else {
      throw ResNetError(
        .usage, "it is no layer with channels of pixels, so no map can be made of it", at: name ?? layer.name,
        remedy: "Name a block or a stage of a convolutional network, such as layer3")
    }
    return layer.name
  }
}
