import ResNetCore

/// The most memory that running programs may bring a process to.
public struct MemoryLimit: Hashable, Sendable {
  /// What the whole process may hold, in bytes.
  public let bytes: Int
  /// What it holds besides the memory that programs run in: parameters, data, its own code; in bytes.
  public let otherBytes: Int

  /// Makes a limit of a process, or of the programs' memory alone.
  public init(bytes: Int, otherBytes: Int = 0) {
    // No machine has more, and sums stay within an Int.
    self.bytes = min(max(bytes, 0), 1 << 60)
    self.otherBytes = min(max(otherBytes, 0), 1 << 60)
  }

  /// What is left for programs.
  var arenaBytes: Int { bytes - otherBytes }

  /// The error where the least that programs can do with is still too much.
  func refusal(smallest arenaBytes: Int) -> ResNetError {
    let mebibytes = { (bytes: Int) in (bytes + 1 << 20 - 1) >> 20 }
    // What a process holds besides differs a little from start to start; what is named here must do next time too.
    let needed = mebibytes(arenaBytes + otherBytes) + (otherBytes > 0 ? 4 : 0)
    return ResNetError(
      .unavailable,
      "\(bytes >> 20) MiB of memory are not enough, even where activations are computed twice: it takes \(needed) MiB"
        + (otherBytes > 0
          ? ", \(mebibytes(otherBytes)) MiB of them for parameters and all that is not activations" : ""),
      remedy: "Allow \(needed) MiB, or use a smaller batch")
  }
}

/// What a program needs of memory, and what it does for it.
public struct MemoryNeed: Hashable, Sendable {
  /// Bytes that it runs in.
  public var arenaBytes: Int
  /// What it computes twice.
  public var recomputation: Recomputation
  /// How many layers' outputs it computes twice; what is fused into one step counts as one.
  public var recomputedLayers: Int
}
