import Foundation
import ResNet
import ResNetFiles

/// The environment in which programs of others are measured: scripts of ours, and pinned packages of their own.
struct PeerEnvironment: Sendable {
  /// The folder of the scripts and of the list of packages.
  let folder: String
  /// The folder of the environment.
  let home: String

  /// Finds the scripts.
  ///
  /// - Parameter folder: where they are; where the package has them if `nil`.
  /// - Throws: `ResNetError` of code `unavailable` where they are not found.
  init(_ folder: String?) throws {
    self.folder = try Self.folder(folder)
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

  /// What a script says of a measurement.
  struct Measurement: Decodable {
    var imagesPerSecond: Double
    var peakMemoryMiB: Double
    /// The versions of all that took part, by name.
    var versions: [String: String]
  }

  /// Lets a script measure.
  ///
  /// - Parameters:
  ///   - name: whom it measures.
  ///   - place: what errors call the measurement.
  /// - Throws: `ResNetError` of code `unavailable` where it fails.
  func measure(
    _ script: String, _ arguments: [String], environment: [String: String] = [:], of name: String, at place: String,
    remedy: String
  ) async throws -> Measurement {
    func failure(_ what: String) -> ResNetError {
      ResNetError(.unavailable, "\(name) \(what)", at: place, remedy: remedy)
    }
    let ended = try await ChildProcess(
      python, ["\(folder)/\(script)"] + arguments, environment: environment, keepsErrors: true
    ).run()
    guard ended.status == 0 else { throw failure("failed (\(ended.reason))") }
    guard let measurement = ended.lastLine(as: Measurement.self), measurement.imagesPerSecond > 0,
      measurement.peakMemoryMiB > 0
    else { throw failure("gave no result") }
    return measurement
  }
}
