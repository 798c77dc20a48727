import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel
import ResNetTraining

/// The loss along the straight line from one trained network to another: of parameters (1 − t)·θ₁ + t·θ₂ (Goodfellow,
/// Vinyals and Saxe, "Qualitatively characterizing neural network optimization problems", 2015).
///
/// ```swift
/// let runs = try Subject.read(["runs/r20-0", "runs/r20-1"])
/// let line = try await LossLine.measure(from: runs[0], to: runs[1], on: [cifar.training, cifar.test])
/// ```
public struct LossLine: View, Hashable {
  /// What was measured on one set of images.
  public struct Curve: Hashable, Sendable {
    /// What the images are called.
    public var dataSet: String
    /// How many there were.
    public var images: Int
    /// The mean cross-entropy in nats, one a place.
    public var losses: [Double]
    /// The classification error in percent, one a place.
    public var errors: [Double]

    /// The most by which an error along the line lies above the straight line between the errors of its ends, in
    /// percentage points, and where (the error barrier of Frankle et al., 2020).
    public func barrier(at places: [Double]) -> (height: Double, place: Double) {
      let (first, last) = (errors.first ?? .nan, errors.last ?? .nan)
      return zip(places, errors).map { place, error in (error - ((1 - place) * first + place * last), place) }
        .max { $0.0 < $1.0 } ?? (.nan, .nan)
    }
  }

  /// What pictures and tables call the network at t = 0.
  public var first: String
  /// What they call the one at t = 1.
  public var second: String
  /// The places on the line, from 0 to 1.
  public var places: [Double]
  /// One for each set of images.
  public var curves: [Curve]

  /// Measures the loss along the line.
  ///
  /// - Parameters:
  ///   - first: a trained network.
  ///   - second: another training of the same network.
  ///   - dataSets: images, which are not augmented: training images first, then test images.
  ///   - images: how many of each set are used, drawn at random, the same ones each time; all if there are no more.
  ///   - points: how many networks are measured, from 2 to 1001; the first and the last are the two.
  ///   - progress: is told the share that is done, from 0 to 1, on the engine's thread.
  /// - Throws: `ResNetError` of code `usage` where the two are different networks or see images otherwise, or a number
  ///   makes no sense; `data` where images do not fit them; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    from first: Subject, to second: Subject, on dataSets: [DataSet], images: Int = 1000, points: Int = 41,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> LossLine {
    guard (2...1001).contains(points) else {
      throw ResNetError(.usage, "a line of \(points) points is not possible", remedy: "Use 2 to 1001")
    }
    guard first.model.graph == second.model.graph else {
      throw ResNetError(
        .usage, "there is no line between two different networks", at: "\(first.name) and \(second.name)",
        remedy: "Give two runs of one network, such as two seeds")
    }
    guard first.model.preprocessing == second.model.preprocessing, first.model.classes == second.model.classes else {
      throw ResNetError(
        .usage, "the two see images otherwise, or have other classes", at: "\(first.name) and \(second.name)",
        remedy: "Give two runs on the same data")
    }
    let loaders = try dataSets.map { try first.loader(of: $0, count: images, batch: LossSurface.batch) }
    let places = (0..<points).map { Double($0) / Double(points - 1) }
    let (from, to) = (first.model.parameters, second.model.parameters)
    let curves = try await EngineActor.run {
      let engine = try first.engine()
      var curves = loaders.map { Curve(dataSet: $0.dataSet.name, images: $0.dataSet.count, losses: [], errors: []) }
      for (number, place) in places.enumerated() {
        try engine.parameters.set(Self.mixed(from, to, share: Float(place)))
        for (index, loader) in loaders.enumerated() {
          let summary = try engine.evaluate(loader)
          curves[index].losses.append(summary.loss)
          curves[index].errors.append(summary.topOneError)
        }
        progress(Double(number + 1) / Double(points))
      }
      return curves
    }
    return LossLine(first: first.name, second: second.name, places: places, curves: curves)
  }

  /// (1 − t)·θ₁ + t·θ₂ of everything, running statistics included.
  static func mixed(_ first: [String: Tensor], _ second: [String: Tensor], share: Float) -> [String: Tensor] {
    first.reduce(into: [:]) { mixed, entry in
      guard let other = second[entry.key] else { return }
      let scalars = zip(entry.value.scalars, other.scalars).map { (1 - share) * $0 + share * $1 }
      mixed[entry.key] = Tensor(shape: entry.value.shape, scalars: scalars)
    }
  }
}
