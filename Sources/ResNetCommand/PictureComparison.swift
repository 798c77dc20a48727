import ResNet

/// Pictures prepared here and by another library, measured in turn.
struct PictureComparison: Codable {
  var work: PictureWork
  var processor: String
  var rounds: Int
  var seconds: Double
  var peer: PicturePeer
  /// The versions of all that takes part, by name.
  var versions: [String: String]
  var ours: PeerComparison.Side
  var theirs: PeerComparison.Side
  /// Our pictures per second for each one of theirs.
  var ratio: Double

  /// What a person wants to know.
  var text: String {
    let versions = versions.sorted { $0.key < $1.key }.map { "\(cell($0.key)) \(cell($0.value))" }
    let rows = [("swift-resnet", ours), (peer.name, theirs)].map { name, side in
      [name, fixed(side.imagesPerSecond, 1), "\(fixed(side.peakMemoryMiB, 0)) MiB"]
    }
    let threads = counted(work.threads, "thread")
    return
      ([
        "pictures to \(work.size)×\(work.size)\(work.augments ? " with random crops" : ""), \(threads), "
          + (rounds == 1 ? "1 round" : "medians of \(rounds) rounds"),
        cell(processor), shortened(versions.joined(separator: ", "), to: Columns.lineWidth),
      ] + Columns.table([["library", "pictures/s", "memory"]] + rows) + [
        "\(fixed(ratio, 2)) × as fast as \(peer.name)"
      ]).joined(separator: "\n")
  }
}

extension PictureBenchmark {
  /// Measures ours and theirs in turn, as many rounds as are wanted.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where the peer fails, `data` where a picture cannot be read.
  func compare(
    _ peer: PicturePeer, _ environment: PeerEnvironment, rounds: Int, seconds: Double
  ) async throws -> PictureComparison {
    typealias Run = (imagesPerSecond: Double, peakMemoryMiB: Double)
    var (own, theirs, versions) = ([Run](), [Run](), ["swift-resnet": packageVersion])
    for round in 1...rounds {
      try Task.checkCancellation()
      let rate = try measure(seconds: seconds)
      own.append((rate.imagesPerSecond, rate.peakMemoryMiB))
      let measurement = try await environment.measure(
        "measure-pictures",
        [
          work.data, "--size", "\(work.size)", "--resize", "\(work.resize)", "--threads", "\(work.threads)",
          "--seconds", "\(seconds)",
        ] + (work.augments ? ["--augment"] : []), of: peer.name, at: "--against \(peer.rawValue)",
        remedy: "Check the pictures, or remove \(environment.home) to install it anew")
      theirs.append((measurement.imagesPerSecond, measurement.peakMemoryMiB))
      versions.merge(measurement.versions) { $1 }
      Terminal.note(
        "note: round \(round) of \(rounds): \(fixed(rate.imagesPerSecond, 1)) against "
          + "\(fixed(measurement.imagesPerSecond, 1)) pictures/s")
    }
    let (ours, others) = (PeerComparison.Side("", runs: own), PeerComparison.Side("", runs: theirs))
    return PictureComparison(
      work: work, processor: Machine.processor, rounds: rounds, seconds: seconds, peer: peer, versions: versions,
      ours: ours, theirs: others, ratio: ours.imagesPerSecond / others.imagesPerSecond)
  }
}
