import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetModel

/// How near each block of a residual network is to the identity: how large what its branch adds is beside what its
/// shortcut carries, and what it costs to add nothing.
///
/// ```swift
/// let identity = try await BlockIdentity.measure(of: Subject.read(["runs/r20"]), on: cifar.test)
/// print(identity.networks[0].blocks[0].ratio)
/// ```
public struct BlockIdentity: View, Hashable {
  /// What was measured of one network.
  public struct Network: Hashable, Sendable {
    /// What pictures and tables call it.
    public var name: String
    /// The classification error of the whole network, in percent.
    public var error: Double
    /// The blocks, in their order.
    public var blocks: [Block]
  }

  /// What was measured of one block.
  public struct Block: Hashable, Sendable {
    /// Its module, as in `layer1.0`.
    public var name: String
    /// ‖F(x)‖₂ / ‖x‖₂ in the mean over images: F(x) is what its branch adds, x what its shortcut carries. Not a number
    /// where the shortcut carries nothing but zeros for every image.
    public var ratio: Double
    /// Whether its shortcut carries something else than what the block was given: subsampled, projected, scaled, or
    /// activated as in the first block of a pre-activation network; x is then what it makes of that.
    public var hasChangingShortcut: Bool
    /// The classification error with its branch at zero, in percent.
    public var errorWithout: Double
  }

  /// The networks, in the order in which they were given.
  public var networks: [Network]
  /// What the images are called.
  public var dataSet: String
  /// How many images there were.
  public var images: Int

  /// Images in one run, of which what every block adds and carries is held in memory.
  private static let batch = 16

  /// Measures residual networks by their running statistics.
  ///
  /// - Parameters:
  ///   - subjects: residual networks; images and classes have to fit all of them.
  ///   - dataSet: test images.
  ///   - images: how many of them are used, drawn at random; all if there are no more.
  ///   - seed: what they are drawn by.
  ///   - progress: is told the share that is done, from 0 to 1, on the engine's thread.
  /// - Throws: `ResNetError` of code `usage` where a network has no shortcuts or there are to be no images; `data` where
  ///   images do not fit; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    of subjects: [Subject], on dataSet: DataSet, images: Int = 1000, seed: UInt64 = 0,
    progress: @escaping @Sendable (Double) -> Void = { _ in }
  ) async throws -> BlockIdentity {
    try requireSubjects(subjects)
    let chosen = try dataSet.drawn(images, seed: seed)
    let work = try subjects.map { subject in
      (
        subject: subject, blocks: try BlockList(residual: subject),
        loader: try subject.loader(of: chosen, batch: batch),
        lesions: try subject.loader(of: chosen, batch: Lesions.batch)
      )
    }
    var networks: [Network] = []
    for (position, item) in work.enumerated() {
      let (subject, blocks) = (item.subject, item.blocks)
      networks.append(
        try await EngineActor.run {
          let ratios = try blocks.ratios(in: subject.engine(), on: item.loader)
          let treatments = [Treatment()] + blocks.deletable.map { Treatment(deleted: [$0]) }
          let errors = try blocks.errors(under: treatments, of: subject.model, on: item.lesions) {
            progress((Double(position) + $0) / Double(work.count))
          }
          return Network(
            name: subject.name, error: errors[0],
            blocks: blocks.blocks.indices.map {
              Block(
                name: blocks.blocks[$0].name, ratio: ratios[$0],
                hasChangingShortcut: blocks.hasChangingShortcut(at: $0), errorWithout: errors[$0 + 1])
            })
        })
    }
    return BlockIdentity(networks: networks, dataSet: dataSet.name, images: chosen.count)
  }
}

extension BlockList {
  /// The blocks of a network with shortcuts.
  ///
  /// - Throws: `ResNetError` of code `usage` where it has none.
  init(residual subject: Subject) throws {
    try self.init(subject.model.graph)
    guard isResidual else {
      throw ResNetError(
        .usage, "it has no shortcuts", at: subject.name,
        remedy: "Give residual networks; 'resnet analyze lesion' takes plain ones too")
    }
  }

  /// The layers whose outputs a residual block adds: the end of its branch, and that of its shortcut.
  private func addends(of block: Block) -> (branch: Layer, shortcut: Layer)? {
    guard let addition = graph.layers.first(where: { $0.name == block.addition }), addition.inputs.count == 2 else {
      return nil
    }
    return (graph.layers[addition.inputs[0]], graph.layers[addition.inputs[1]])
  }

  /// Whether a block's shortcut has layers of its own.
  func hasChangingShortcut(at position: Int) -> Bool {
    let block = blocks[position]
    return addends(of: block)?.shortcut.isInModule(block.name) ?? false
  }

  /// ‖F(x)‖₂ / ‖x‖₂ of each residual block in the mean over images, those of them left out of which the shortcut carries
  /// nothing but zeros.
  @EngineActor
  func ratios(in engine: Engine, on loader: Loader) throws -> [Double] {
    let addends = blocks.compactMap(addends)
    var purpose = Purpose.inference
    purpose.observations = Set(addends.flatMap { [$0.branch.name, $0.shortcut.name] })
    var sums = Array(repeating: (ratio: 0.0, images: 0), count: addends.count)
    let batches = loader.epoch(0)
    while let batch = try batches.next() {
      try Task.checkCancellation()
      let program = try engine.program(batch: batch.count, purpose: purpose)
      program.take(batch)
      try program.run()
      for (position, addends) in addends.enumerated() {
        let branch = sampleNorms(try program.activation(addends.branch.name))
        let shortcut = sampleNorms(try program.activation(addends.shortcut.name))
        for (f, x) in zip(branch, shortcut) where x != 0 {
          sums[position].ratio += f / x
          sums[position].images += 1
        }
      }
    }
    return sums.map { $0.ratio / Double($0.images) }
  }
}

/// The Euclidean norm of each sample of a batch, `[batch] + shape`.
func sampleNorms(_ batch: Tensor) -> [Double] {
  let samples = batch.shape[0]
  let size = batch.scalars.count / max(samples, 1)
  return (0..<samples).map { norm(batch.scalars[$0 * size..<($0 + 1) * size]) }
}
