import Foundation
import ResNet
import ResNetFiles

/// A peer as it is run on this machine: a script of ours, in an environment of its own.
struct PeerProgram: Sendable {
  let peer: Peer
  let rounds: Int
  let variants: [String]
  /// The folder of the script and of the list of packages.
  let folder: String
  /// The folder of the environment.
  let home: String

  /// Finds the script.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where it is not found.
  init(_ peer: Peer, _ options: PeerOptions) throws {
    self.peer = peer
    rounds = options.rounds
    variants = options.variants.isEmpty ? peer.variants : options.variants
    folder = try Self.folder(options.folder)
    home = Self.home(ChildProcess.inheritedEnvironment)
  }

  /// Where the environment is, or is to be.
  static func home(_ environment: [String: String]) -> String {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let cache = value("XDG_CACHE_HOME") ?? (value("HOME") ?? NSHomeDirectory()) + "/.cache"
    return value("RESNET_PEERS_HOME") ?? cache + "/resnet-peers"
  }

  private static func folder(_ given: String?) throws -> String {
    // The package as it lay when this was compiled, then the folder that one works in.
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let tried =
      given.map { [$0] } ?? [package, FileManager.default.currentDirectoryPath].map { $0 + "/Benchmarks/peers" }
    guard let found = tried.first(where: { FileManager.default.fileExists(atPath: $0 + "/measure") }) else {
      throw ResNetError(
        .unavailable, "the script that measures other engines was not found", at: tried.joined(separator: ", "),
        remedy: "Name its folder, Benchmarks/peers of the package, with --peers")
    }
    return found
  }

  private var python: String { home + "/bin/python" }
  private var ready: String { home + "/ready" }
  /// The most bytes of a list of packages.
  private static let longestList = 1 << 16

  /// Makes the environment where there is none, or one with other packages.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where Python is missing or the packages cannot be installed, `data` where
  ///   the list of them is missing.
  func prepare() async throws {
    let list = folder + "/requirements.txt"
    let packages = try TextFile.read(list, atMost: Self.longestList)
    // The list as it was when they were installed.
    let installedPackages = try? TextFile.read(ready, atMost: Self.longestList)
    guard !FileManager.default.isExecutableFile(atPath: python) || installedPackages != packages else { return }
    Terminal.note("note: installing the engines to compare with in \(home): several GB, once")
    let made = try await ChildProcess("/usr/bin/env", ["python3", "-m", "venv", home], keepsErrors: true).run()
    guard made.status != 127 else {
      throw ResNetError(
        .unavailable, "python3 was not found", remedy: "Install Python 3.10 or newer, and its venv module")
    }
    guard made.status == 0 else {
      throw ResNetError(
        .unavailable, "python3 -m venv failed (\(made.reason))", at: home,
        remedy: "Install Python's venv module (python3-venv on Debian), or name another folder in RESNET_PEERS_HOME")
    }
    let installed = try await ChildProcess(
      python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", list], keepsErrors: true
    ).run()
    guard installed.status == 0 else {
      throw ResNetError(
        .unavailable, "pip could not install \(list) (\(installed.reason))", at: home,
        remedy: "Check the network and the room on the disk, and try again")
    }
    try AtomicFile.write(packages, to: ready)
  }

  /// What the script says of a measurement.
  struct Measurement: Decodable {
    var imagesPerSecond: Double
    var peakMemoryMiB: Double
    /// The versions of all that took part, by name.
    var versions: [String: String]
  }

  /// Measures in one way.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where the peer fails.
  func measure(_ work: BenchWork, variant: String, seconds: Double) async throws -> Measurement {
    let isTuned = variant != Peer.untuned
    // Who sets nothing has PyTorch's own layout.
    let layout = isTuned ? variant : "nchw"
    let arguments = [
      folder + "/measure", peer.rawValue, work.network, work.task.rawValue, "--batch", "\(work.batch)", "--precision",
      work.precision.rawValue, "--variant", layout, "--threads", "\(work.threads)", "--seconds", "\(seconds)",
    ]
    let ended = try await ChildProcess(
      python, arguments, environment: isTuned ? Peer.allocatorSettings : [:], keepsErrors: true
    ).run()
    guard ended.status == 0 else {
      throw failure("failed (\(ended.reason))", variant)
    }
    guard let measurement = ended.lastLine(as: Measurement.self), measurement.imagesPerSecond > 0,
      measurement.peakMemoryMiB > 0
    else { throw failure("gave no result", variant) }
    return measurement
  }

  private func failure(_ what: String, _ variant: String) -> ResNetError {
    ResNetError(
      .unavailable, "\(peer.name) \(what)", at: "--against \(peer.rawValue), variant \(variant)",
      remedy: "Choose others with --variants, or remove \(home) to install it anew")
  }
}
