import Foundation

/// What a run is told to have run on, and what there is to be had.
public enum Machine {
  /// The name that the processor gives itself; its kind where it gives none.
  public static let processor: String = {
    #if os(Linux)
      let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
      if let line = lines.first(where: { $0.hasPrefix("model name") }), let colon = line.firstIndex(of: ":") {
        return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      }
    #elseif canImport(Darwin)
      var size = 0
      if sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 1 {
        var name = [UInt8](repeating: 0, count: size)
        if sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 {
          return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
      }
    #endif
    #if arch(x86_64)
      return "x86-64"
    #elseif arch(arm64)
      return "arm64"
    #else
      return "unknown"
    #endif
  }()

  /// The most memory that this process has held at once, in bytes; since `forgetPeakMemory`, if that was called.
  public static var peakMemoryBytes: Int {
    var usage = rusage()
    // RUSAGE_SELF, which is 0 everywhere and imported under types that differ.
    getrusage(0, &usage)
    #if canImport(Darwin)
      return usage.ru_maxrss
    #else
      return usage.ru_maxrss * 1024
    #endif
  }

  /// Gives freed memory back, and lets `peakMemoryBytes` begin anew with what the process still holds, where the system can.
  public static func forgetPeakMemory() {
    #if os(Linux)
      // glibc keeps what was freed for later; the module that Swift makes of it leaves malloc.h out.
      if let trim = dlsym(nil, "malloc_trim") {
        _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
      }
      // proc_pid_clear_refs(5): 5 resets the mark of the most memory.
      guard let file = fopen("/proc/self/clear_refs", "w") else { return }
      fputs("5", file)
      fclose(file)
    #endif
  }

  /// The memory that this process holds now, in bytes; the most that it has held where the system does not say.
  public static var residentMemoryBytes: Int {
    #if os(Linux)
      let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
      let words = text.split(separator: " ")
      if words.count > 1, let pages = Int(words[1]) { return pages * sysconf(Int32(_SC_PAGESIZE)) }
    #endif
    return peakMemoryBytes
  }

  /// Memory that can be had without other programs being put out, in bytes; `nil` where the system does not say.
  public static var availableMemoryBytes: Int? {
    #if os(Linux)
      guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
      let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
      let free = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
      // A container may be held to less than the machine has.
      let limit = number(in: "/sys/fs/cgroup/memory.max")
      // What is only kept of files counts as used there, and is given back when it is needed.
      let cached = cachedBytes(
        (try? String(contentsOfFile: "/sys/fs/cgroup/memory.stat", encoding: .utf8)) ?? "")
      let used = number(in: "/sys/fs/cgroup/memory.current").map { max($0 - cached, 0) }
      let left = limit.flatMap { limit in used.map { max(limit - $0, 0) } }
      return [free, left].compactMap(\.self).min()
    #else
      return nil
    #endif
  }

  /// Room that is left on the disk of a path, in bytes; `nil` where the system does not say.
  static func freeDiskBytes(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  /// The bytes of files in memory that `memory.stat` of a control group tells of.
  static func cachedBytes(_ text: String) -> Int {
    text.split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard words.count == 2, words[0] == "active_file" || words[0] == "inactive_file" else { return sum }
      return sum + (Int(words[1]) ?? 0)
    }
  }

  private static func number(in file: String) -> Int? {
    (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
