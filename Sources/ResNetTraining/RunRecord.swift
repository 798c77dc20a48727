import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetImages
import ResNetModels

/// What `run.json` says of a run: enough to do it again or go on with it, and what came of it.
public struct RunRecord: Codable, Sendable {
  /// One set of images.
  public struct Images: Codable, Hashable, Sendable {
    /// What the set is called.
    public var name: String
    /// The number of images.
    public var count: Int
    /// `DataSet.contentHash()`.
    public var hash: String
    /// The number of pictures of each class by its name, where they are files, which come and go.
    public var classes: [String: Int]?
    /// What each picture is known again by, four bytes each, where they are files: pictures may break and vanish while a
    /// run waits, and others must not come in their places.
    public var pictures: Foundation.Data?

    init(_ dataSet: DataSet) {
      name = dataSet.name
      count = dataSet.count
      hash = dataSet.contentHash()
      guard dataSet.imageShape == nil else { return }
      // Classes may share a name.
      classes = Dictionary(dataSet.labels.map { (dataSet.classNames[Int($0)], 1) }, uniquingKeysWith: +)
      pictures = dataSet.pictureHashes.map { hashes in
        Foundation.Data(hashes.flatMap { hash in withUnsafeBytes(of: hash.littleEndian) { Array($0) } })
      }
    }

    /// The same images, called as they were before: a folder may have got another name.
    func called(as old: Images?) -> Images {
      guard let old, old.hash == hash, old.count == count else { return self }
      return old
    }
  }

  /// Where the images came from.
  public struct Data: Codable, Sendable {
    /// A folder's absolute path, or `generated`.
    public var source: String
    /// How a folder of pictures is read.
    public var pictures: ImageFolderOptions?
    /// Training images that were held out to test on.
    public var validation: Int?
    /// What is trained on.
    public var training: Images
    /// What is tested on after every epoch.
    public var test: Images?
  }

  /// The model that a run began with.
  public struct Start: Codable, Hashable, Sendable {
    /// Where it lay, as it was given; `nil` where nobody said.
    public var place: String?
    /// `Model.contentHash()` of the model as the run began with it, its new last layer included.
    public var hash: String
  }

  /// One stretch of a run, from its start or resumption to its end or interruption.
  public struct Sitting: Codable, Sendable {
    /// When it began (ISO 8601).
    public var began: String
    /// When it was last heard of (ISO 8601).
    public var ended: String
    /// Steps of the run that lay behind it when it began.
    public var firstStep: Int
    /// Steps of the run that lay behind it when it was last heard of.
    public var lastStep: Int
    /// How long it took, in seconds.
    public var seconds: Double
    /// How many checkpoints it wrote.
    public var checkpoints: Int
    /// How long that took, in seconds.
    public var checkpointSeconds: Double
    /// The processor's name.
    public var processor: String
    /// The system's version.
    public var system: String
    /// The package's version.
    public var version: String
  }

  /// How a run ended, if it has.
  public enum State: String, Codable, Sendable {
    /// It goes on, or its process was ended from outside.
    case running
    /// It was asked to stop, and can go on.
    case interrupted
    /// It met an error, which `problem` tells.
    case failed
    /// It made all its steps.
    case finished
  }

  /// Gradients that suddenly became many times as large as they usually are.
  public struct Explosion: Codable, Hashable, Sendable {
    /// The gradient of one parameter.
    public struct Gradient: Codable, Hashable, Sendable {
      /// The parameter's name.
      public var parameter: String
      /// The gradient's norm as a multiple of its usual one; need not be finite.
      public var factor: Double
    }

    /// The step at which it was first seen, from 1.
    public var step: Int
    /// The gradients that it was seen at first, largest first; three at most.
    public var first: [Gradient]
  }

  /// The epoch with the least error on the images that the run tests on; the first of several.
  public struct Best: Codable, Hashable, Sendable {
    /// Its number, from 1.
    public var epoch: Int
    /// Images whose class did not have the greatest logit, in percent.
    public var topOneError: Double
  }

  /// The version of this description.
  public var format = 1
  /// How the run ended, if it has.
  public var state = State.running
  /// What it failed at.
  public var problem: String?
  /// The network's name.
  public var network: String
  /// The number of learned values.
  public var parameters: Int
  /// Which network.
  public var architecture: Architecture
  /// How it is trained.
  public var recipe: Recipe
  /// The number of steps of the whole run.
  public var steps: Int
  /// What initial weights, order and augmentation are drawn from.
  public var seed: UInt64
  /// The engine's threads, on which the last bits of all results depend.
  public var threads: Int
  /// How activations and packed weights are stored.
  public var precision: Precision
  /// The most memory that the process was to hold, in bytes; the results do not depend on it.
  public var memoryLimit: Int?
  /// What it writes down beside its history, where that is something; the results do not depend on it.
  public var recordings: [Recording]?
  /// The model that it began with, where it began with one.
  public var from: Start?
  /// What it does to layers and classes beyond the recipe, where that is something.
  public var fineTuning: FineTuning?
  /// The images.
  public var data: Data
  /// What is done to images, where it was not measured on them.
  public var preprocessing: Preprocessing.Metadata?
  /// Its stretches, first to last.
  public var sittings: [Sitting] = []
  /// How long it took so far, in seconds, over all sittings; what a resumption does again counts once.
  public var seconds = 0.0
  /// The best epoch so far, where the run tests.
  public var best: Best?
  /// The last whole epoch.
  public var lastEpoch: EpochReport?
  /// What a last evaluation on the test images came to, where the run tested on others.
  public var evaluation: EvaluationSummary?
  /// The explosions of gradients that were told, first to last; `nil` where there were none, or an older version wrote it.
  public var explosions: [Explosion]?
  /// The step at which loss or weights were not finite any more, from 1, where that ended the run.
  public var divergedAt: Int?
}

extension RunRecord {
  /// The batches of an epoch; `nil` where the numbers make no sense, as they may in a file.
  var batchesPerEpoch: Int? {
    guard (1...1 << 40).contains(data.training.count), recipe.batch >= 1 else { return nil }
    return (data.training.count - 1) / recipe.batch + 1
  }

  /// The run as indented JSON, keys sorted.
  func json() throws -> String {
    let encoder = JSONEncoder.stable
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  static func now() -> String { Date.now.ISO8601Format() }
}
