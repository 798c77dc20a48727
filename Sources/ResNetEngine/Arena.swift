import Foundation
import ResNetCore

/// The memory that all programs of an engine run in, one after another.
///
/// Addresses are set aside once for as much as the machine has, and made usable as programs need them: the arena grows
/// without moving, and what is never touched costs nothing. Huge pages are asked for; they spare the processor most of
/// its address translation.
@EngineActor
final class Arena {
  let start: UnsafeMutableRawPointer
  private let reserved: Int
  private(set) var size = 0

  init() throws {
    let huge = 2 << 20
    var wanted = Int(clamping: ProcessInfo.processInfo.physicalMemory) / huge * huge
    var address = mmap(nil, wanted + huge, PROT_NONE, MAP_PRIVATE | Self.anonymous, -1, 0)
    // A limit on addresses (ulimit -v) may be far below the machine's memory, and still enough.
    while address == MAP_FAILED, wanted > 64 << 20 {
      wanted = wanted / 2 / huge * huge
      address = mmap(nil, wanted + huge, PROT_NONE, MAP_PRIVATE | Self.anonymous, -1, 0)
    }
    guard let address, address != MAP_FAILED else {
      throw ResNetError(
        .unavailable, "not even \(wanted >> 20) MiB of addresses could be set aside",
        remedy: "Raise the limit: ulimit -v unlimited")
    }
    reserved = wanted
    mapping = Mapping(base: address, length: reserved + huge)
    start = UnsafeMutableRawPointer(bitPattern: (Int(bitPattern: address) + huge - 1) / huge * huge) ?? address
  }

  private let mapping: Mapping

  /// Addresses that are given back with the last reference.
  private final class Mapping {
    let base: UnsafeMutableRawPointer
    let length: Int

    init(base: UnsafeMutableRawPointer, length: Int) {
      self.base = base
      self.length = length
    }

    deinit { munmap(base, length) }
  }

  /// Makes at least so many bytes usable.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where the machine does not have them.
  func grow(to bytes: Int) throws {
    guard bytes > size else { return }
    let page = 2 << 20
    let rounded = (bytes + page - 1) / page * page
    guard rounded <= reserved, mprotect(start, rounded, PROT_READ | PROT_WRITE) == 0 else {
      throw ResNetError(
        .unavailable, "the program needs \(bytes >> 20) MiB and \(reserved >> 20) MiB can be had",
        remedy: "Use a smaller batch, a smaller network or, to train, a memory limit")
    }
    #if os(Linux)
      _ = madvise(start, rounded, MADV_HUGEPAGE)
    #endif
    size = rounded
  }

  #if os(Linux)
    private static let anonymous = Int32(MAP_ANONYMOUS) | Int32(MAP_NORESERVE)
  #else
    private static let anonymous = MAP_ANON
  #endif
}
