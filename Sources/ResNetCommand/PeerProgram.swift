import ResNet

/// A peer as it is run on this machine.
struct PeerProgram: Sendable {
  let peer: Peer
  let rounds: Int
  let variants: [String]
  let environment: PeerEnvironment

  /// Finds the script.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where it is not found.
  init(_ peer: Peer, _ options: PeerOptions) throws {
    self.peer = peer
    rounds = options.rounds
    variants = options.variants.isEmpty ? peer.variants : options.variants
    environment = try PeerEnvironment(options.folder)
  }

  /// Measures in one way.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where the peer fails.
  func measure(_ work: BenchWork, variant: String, seconds: Double) async throws -> PeerEnvironment.Measurement {
    let isTuned = variant != Peer.untuned
    // Who sets nothing has PyTorch's own layout.
    let layout = isTuned ? variant : "nchw"
    let arguments = [
      peer.rawValue, work.network, work.task.rawValue, "--batch", "\(work.batch)", "--precision",
      work.precision.rawValue, "--variant", layout, "--threads", "\(work.threads)", "--seconds", "\(seconds)",
    ]
    return try await environment.measure(
      "measure", arguments, environment: isTuned ? Peer.allocatorSettings : [:], of: peer.name,
      at: "--against \(peer.rawValue), variant \(variant)",
      remedy: "Choose others with --variants, or remove \(environment.home) to install it anew")
  }
}
