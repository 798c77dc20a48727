import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel

/// What becomes of a network when blocks are deleted or exchanged after training (Veit, Wilber and Belongie, "Residual
/// networks behave like ensembles of relatively shallow networks", 2016).
///
/// ```swift
/// let lesions = try await Lesions.measure(of: Subject.read(["runs/r20", "runs/plain20"]), on: cifar.test)
/// print(lesions.finding)
/// ```
public struct Lesions: View, Hashable {
  /// What was measured of one network.
  public struct Network: Hashable, Sendable {
    /// What pictures and tables call it.
    public var name: String
    /// Whether its blocks have shortcuts.
    public var isResidual: Bool
    /// The classification error of the whole network, in percent.
    public var error: Double
    /// All blocks, in their order.
    public var blocks: [Block]
    /// Several blocks deleted at once.
    public var deletions: [Deletion]
    /// Blocks exchanged with others of their stage.
    public var exchanges: [Exchange]
  }

  /// The loss of one block.
  public struct Block: Hashable, Sendable {
    /// Its module, as in `layer1.0`.
    public var name: String
    /// The error without it, in percent; `nil` where it cannot be deleted, because the shape of what it gives is another
    /// than that of what it is given.
    public var error: Double?
  }

  /// The loss of several blocks.
  public struct Deletion: Hashable, Sendable {
    /// Their positions among the network's blocks.
    public var blocks: [Int]
    /// The error without them, in percent.
    public var error: Double
  }

  /// Blocks in another order.
  public struct Exchange: Hashable, Sendable {
    /// How many times two blocks were exchanged.
    public var swaps: Int
    /// For each block the position of the one whose parameters it was given.
    public var order: [Int]
    /// The error in that order, in percent.
    public var error: Double

    /// Kendall's τ between the order and the blocks' own: 1 where it is that, −1 where it is reversed.
    public var kendallTau: Double {
      let pairs = order.count * (order.count - 1) / 2
      let inversions = order.indices.reduce(0) { sum, first in
        sum + order[(first + 1)...].count(where: { $0 < order[first] })
      }
      return pairs == 0 ? 1 : 1 - 2 * Double(inversions) / Double(pairs)
    }
  }

  /// The networks, in the order in which they were given.
  public var networks: [Network]
  /// What the images are called.
  public var dataSet: String
  /// How many images there were.
  public var images: Int
  /// The error of guessing, in percent: of one class out of all of them.
  public var chance: Double

  /// Images in one run of the network.
  static let batch = 64
  /// How many numbers of blocks are tried at equal distances, besides 1, where there are more.
  static let mostCounts = 10

  /// Measures networks with blocks missing and blocks exchanged.
  ///
  /// - Parameters:
  ///   - subjects: residual networks, plain ones, or both; images and classes have to fit all of them.
  ///   - dataSet: test images.
  ///   - images: how many of them are used, drawn at random; all if there are no more.
  ///   - draws: how many sets of blocks are drawn for each number of blocks to be deleted or exchanged.
  ///   - seed: what images and blocks are drawn by.
  ///   - progress: is told the share that is done, from 0 to 1, on the engine's thread.
  /// - Throws: `ResNetError` of code `usage` where a network has no block that can be deleted, or a number makes no
  ///   sense; `data` where images do not fit; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    of subjects: [Subject], on dataSet: DataSet, images: Int = 500, draws: Int = 5, seed: UInt64 = 0,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> Lesions {
    try requireSubjects(subjects)
    guard draws > 0 else {
      throw ResNetError(.usage, "nothing can be measured in \(draws) draws", remedy: "Use at least one")
    }
    let chosen = try dataSet.drawn(images, seed: seed)
    // What does not fit is refused before anything is measured.
    let work = try subjects.map { subject in
      let blocks = try BlockList(subject.model.graph)
      guard !blocks.deletable.isEmpty else {
        throw ResNetError(
          .usage, "it has no block that can be deleted: none has a shortcut, and none gives the shape that it is given",
          at: subject.name,
          remedy: "Give a residual network, or a plain one; DenseNets are seen by 'resnet analyze reuse'")
      }
      return (
        subject: subject, lesions: PlannedLesions(blocks, draws: draws, seed: seed),
        loader: try subject.loader(of: chosen, batch: batch)
      )
    }
    var networks: [Network] = []
    for (position, item) in work.enumerated() {
      networks.append(
        try await EngineActor.run {
          let errors = try item.lesions.blocks.errors(
            under: item.lesions.treatments, of: item.subject.model, on: item.loader
          ) {
            progress((Double(position) + $0) / Double(work.count))
          }
          return item.lesions.network(errors, name: item.subject.name)
        })
    }
    return Lesions(
      networks: networks, dataSet: dataSet.name, images: chosen.count, chance: 100 - 100 / Double(dataSet.classCount))
  }
}
