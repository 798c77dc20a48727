import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

/// How much of a residual network's gradient runs along paths of which length (Veit, Wilber and Belongie, "Residual
/// networks behave like ensembles of relatively shallow networks", 2016).
///
/// A path goes through the branch of some blocks and through the shortcut of the others; its length is the number of
/// branches. The gradients along all paths add up to the gradient.
///
/// ```swift
/// let paths = try await GradientPaths.measure(of: Subject.read(["runs/r110"]), on: cifar.test)
/// print(paths.networks[0].effectiveLengths(carrying: 0.95))
/// ```
public struct GradientPaths: View, Hashable {
  /// What was measured of one network.
  public struct Network: Hashable, Sendable {
    /// What pictures and tables call it.
    public var name: String
    /// One entry for each length from 0 to the number of blocks.
    public var lengths: [Length]
  }

  /// What was measured of the paths of one length.
  public struct Length: Hashable, Sendable {
    /// How many paths of this length the gradient was measured along.
    public var paths: Int
    /// The share of all paths that have this length, from 0 to 1: C(n, k) / 2ⁿ.
    public var share: Double
    /// The norm ‖∂L/∂x‖₂ of the gradient at the input that arrives along one such path, in the mean over paths and images;
    /// L is the cross-entropy of an image in nats, x the image as the network takes it.
    public var meanNorm: Double
    /// The same in the median.
    public var medianNorm: Double
  }

  /// The networks, in the order in which they were given.
  public var networks: [Network]
  /// What the images are called.
  public var dataSet: String
  /// How many images there were.
  public var images: Int

  /// Images in one run of the network.
  private static let batch = 32

  /// Measures residual networks by their running statistics.
  ///
  /// - Parameters:
  ///   - subjects: residual networks; images and classes have to fit all of them.
  ///   - dataSet: test images, or training images.
  ///   - images: how many of them are used, drawn at random; all if there are no more.
  ///   - paths: how many paths of each length are drawn; all of them where there are no more.
  ///   - seed: what images and paths are drawn by.
  ///   - progress: is told the share that is done, from 0 to 1, on the engine's thread.
  /// - Throws: `ResNetError` of code `usage` where a network has no shortcuts or a number makes no sense; `data` where
  ///   images do not fit; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    of subjects: [Subject], on dataSet: DataSet, images: Int = 64, paths: Int = 20, seed: UInt64 = 0,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> GradientPaths {
    try requireSubjects(subjects)
    guard paths > 0 else {
      throw ResNetError(.usage, "nothing can be measured along \(paths) paths", remedy: "Use at least one")
    }
    let chosen = try dataSet.drawn(images, seed: seed)
    let work = try subjects.map { subject in
      (
        subject: subject, blocks: try BlockList(residual: subject), loader: try subject.loader(of: chosen, batch: batch)
      )
    }
    var networks: [Network] = []
    for (position, item) in work.enumerated() {
      networks.append(
        try await EngineActor.run {
          let lengths = try item.blocks.lengths(
            in: item.subject.engine(), on: item.loader, paths: paths, seed: seed
          ) {
            progress((Double(position) + $0) / Double(work.count))
          }
          return Network(name: item.subject.name, lengths: lengths)
        })
    }
    return GradientPaths(networks: networks, dataSet: dataSet.name, images: chosen.count)
  }
}

extension GradientPaths.Network {
  /// The number of blocks, n.
  public var blocks: Int { lengths.count - 1 }

  /// The share of each length in the norms of the gradients along all paths, from 0 to 1: the number of paths times the mean
  /// norm of one. Not numbers where no gradient arrives at all, or one that is not finite.
  public var gradientShares: [Double] {
    let norms = lengths.map { $0.share * $0.meanNorm }
    let sum = norms.reduce(0, +)
    return norms.map { $0 / sum }
  }

  /// The shortest run of lengths that carries a part of the gradient, the first of equally short ones; `nil` where the
  /// gradient is zero or not finite.
  ///
  /// - Parameter part: from 0 to 1, as in 0.95.
  public func effectiveLengths(carrying part: Double) -> ClosedRange<Int>? {
    let shares = gradientShares
    guard shares.allSatisfy(\.isFinite) else { return nil }
    // A sum of shares may fall short of its true value by its rounding.
    let least = part - 1e-12
    for span in shares.indices {
      for first in 0..<shares.count - span where shares[first...first + span].reduce(0, +) >= least {
        return first...first + span
      }
    }
    return nil
  }
}

extension BlockList {
  /// What the gradients along paths of each length are, on the images of a loader.
  @EngineActor
  func lengths(
    in engine: Engine, on loader: Loader, paths: Int, seed: UInt64, progress: (Double) -> Void
  ) throws -> [GradientPaths.Length] {
    let drawn = (0...blocks.count).map { drawnSubsets(of: blocks.count, size: $0, draws: paths, seed: seed) }
    var norms = Array(repeating: [Double](), count: drawn.count)
    let total = Double(drawn.joined().count)
    let batches = loader.epoch(0)
    while let batch = try batches.next() {
      let program = try engine.program(batch: batch.count, purpose: .alongPaths)
      var done = 0.0
      for (length, paths) in drawn.enumerated() {
        for path in paths {
          try Task.checkCancellation()
          norms[length] += sampleNorms(try gradient(along: path, batch, in: program))
          done += 1
          progress((Double(batch.number) + done / total) / Double(loader.batchesPerEpoch))
        }
      }
    }
    let shares = binomialShares(blocks.count)
    return drawn.indices.map { length in
      GradientPaths.Length(
        paths: drawn[length].count, share: shares[length],
        meanNorm: norms[length].reduce(0, +) / Double(norms[length].count), medianNorm: median(of: norms[length]))
    }
  }

  /// The gradient of each image's cross-entropy by the image, `[batch, channels, height, width]`, that runs through the
  /// branches of the blocks at `path` and through the shortcuts of all others; the way forward is whole.
  @EngineActor
  func gradient(along path: [Int], _ batch: Batch, in program: Program) throws -> Tensor {
    for (position, block) in blocks.enumerated() {
      guard let addition = block.addition else { continue }
      let isOnPath = path.contains(position)
      try program.setGate(addition, branchGradient: isOnPath ? 1 : 0, shortcutGradient: isOnPath ? 0 : 1)
    }
    program.take(batch)
    try program.run()
    var gradient = try program.inputGradient()
    // The program's loss is the mean over the batch.
    for position in gradient.scalars.indices { gradient.scalars[position] *= Float(batch.count) }
    return gradient
  }
}

extension Purpose {
  /// The gradient of cross-entropy by the input, through gates, in a network that is not training.
  static var alongPaths: Purpose {
    var purpose = Purpose(statistics: .running, seed: .crossEntropy)
    purpose.inputGradient = true
    purpose.gates = true
    return purpose
  }
}
