import ResNet

/// This engine and another one on the same work, measured in turn.
struct PeerComparison: Codable {
  /// One engine, in one way of running it.
  struct Side: Codable {
    /// The way; empty for this engine, which has one.
    var variant: String
    /// The median of the runs.
    var imagesPerSecond: Double
    /// The median of the runs.
    var peakMemoryMiB: Double
    /// Images per second of each run, in their order.
    var runs: [Double]

    /// Joins runs, of which there is at least one.
    init(_ variant: String, runs: [(imagesPerSecond: Double, peakMemoryMiB: Double)]) {
      self.variant = variant
      self.runs = runs.map(\.imagesPerSecond)
      imagesPerSecond = median(of: runs.map(\.imagesPerSecond))
      peakMemoryMiB = median(of: runs.map(\.peakMemoryMiB))
    }
  }

  var task: BenchTask
  var network: String
  var batch: Int
  var precision: Precision
  var threads: Int
  var processor: String
  var rounds: Int
  var seconds: Double
  var peer: Peer
  /// The versions of all that takes part, by name.
  var versions: [String: String]
  var ours: Side
  /// The peer in all its ways, in their order.
  var variants: [Side]
  /// The peer's fastest way.
  var best: String
  /// Our images per second for each one of the peer's fastest way.
  var ratio: Double
  /// Our memory for each byte of the peer's most frugal way.
  var memoryRatio: Double

  /// - Precondition: there is a variant.
  init(
    _ work: BenchWork, peer: Peer, rounds: Int, seconds: Double, versions: [String: String], ours: Side,
    variants: [Side]
  ) {
    (task, network, batch, precision, threads) = (work.task, work.network, work.batch, work.precision, work.threads)
    processor = Machine.processor
    self.rounds = rounds
    self.seconds = seconds
    self.peer = peer
    self.versions = versions
    self.ours = ours
    self.variants = variants
    // The first of equal ones.
    let fastest = variants.dropFirst().reduce(variants[0]) { $1.imagesPerSecond > $0.imagesPerSecond ? $1 : $0 }
    best = fastest.variant
    ratio = ours.imagesPerSecond / fastest.imagesPerSecond
    memoryRatio = ours.peakMemoryMiB / (variants.map(\.peakMemoryMiB).min() ?? .infinity)
  }

  /// What a person wants to know.
  var text: String {
    let work = BenchWork(task: task, network: network, batch: batch, precision: precision, threads: threads)
    let versions = versions.sorted { $0.key < $1.key }.map { "\(cell($0.key)) \(cell($0.value))" }
    let rows = [("swift-resnet", ours)] + variants.map { ("\(peer.name) \($0.variant)", $0) }
    let table =
      [["engine", "images/s", "this is", "memory", "this takes"]]
      + rows.enumerated().map { position, row in
        let (name, side) = row
        let isOurs = position == 0
        return [
          name, fixed(side.imagesPerSecond, 1),
          isOurs ? "–" : "\(fixed(ours.imagesPerSecond / side.imagesPerSecond, 2)) ×",
          "\(fixed(side.peakMemoryMiB, 0)) MiB",
          isOurs ? "–" : "\(fixed(ours.peakMemoryMiB / side.peakMemoryMiB, 2)) ×",
        ]
      }
    let rounds = rounds == 1 ? "1 round" : "medians of \(rounds) rounds"
    return
      ([
        "\(work), \(rounds)", cell(processor), shortened(versions.joined(separator: ", "), to: Columns.lineWidth),
      ] + Columns.table(table) + [
        "\(fixed(ratio, 2)) × as fast as \(peer.name)'s fastest (\(best)), "
          + "\(fixed(memoryRatio, 2)) × its least memory"
      ]).joined(separator: "\n")
  }
}

extension PeerProgram {
  /// Measures ours and theirs in turn: ours, one way of theirs, ours, the next way, as many rounds as are wanted.
  ///
  /// - Parameter ours: measures this engine.
  func compare(
    _ work: BenchWork, seconds: Double, ours: @Sendable () async throws -> BenchResult
  ) async throws -> PeerComparison {
    typealias Run = (imagesPerSecond: Double, peakMemoryMiB: Double)
    var (own, theirs, versions) = ([Run](), [String: [Run]](), ["swift-resnet": packageVersion])
    for round in 1...rounds {
      for variant in variants {
        let result = try await ours()
        own.append((result.imagesPerSecond, result.peakMemoryMiB))
        let measurement = try await measure(work, variant: variant, seconds: seconds)
        theirs[variant, default: []].append((measurement.imagesPerSecond, measurement.peakMemoryMiB))
        versions.merge(measurement.versions) { $1 }
        Terminal.note(
          "note: round \(round) of \(rounds), \(variant): \(fixed(result.imagesPerSecond, 1)) against "
            + "\(fixed(measurement.imagesPerSecond, 1)) images/s")
      }
    }
    return PeerComparison(
      work, peer: peer, rounds: rounds, seconds: seconds, versions: versions, ours: .init("", runs: own),
      variants: variants.map { .init($0, runs: theirs[$0] ?? []) })
  }
}
