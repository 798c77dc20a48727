import ArgumentParser
import ResNet

/// How much memory may be used.
struct MemoryOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most memory of the process, as in 512MiB, 2GiB or 2GB: activations are computed twice where they would take more. The results are the same bits.",
      valueName: "size"),
    transform: { try memorySize($0) })
  var memoryLimit: Int?
}

/// The bytes that a size means: a whole or decimal number and a unit, or a whole number of bytes.
///
/// - Throws: `ResNetError` of code `usage` where it means none.
func memorySize(_ text: String) throws -> Int {
  let units: [(name: String, bytes: Double)] = [
    ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776), ("kB", 1e3), ("KB", 1e3),
    ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
  ]
  let unit = units.first { text.hasSuffix($0.name) }
  let number = text.dropLast(unit?.name.count ?? 0)
  // Digits alone, and perhaps a point in front of a unit: what else a number can be is no size.
  let isNumber = number.utf8.allSatisfy { (48...57).contains($0) || ($0 == 46 && unit != nil) }
  let value = isNumber ? Double(number) : nil
  guard let value, value * (unit?.bytes ?? 1) < 1e18 else {
    throw ResNetError(
      .usage, value == nil ? "'\(cell(text))' is no size of memory" : "'\(cell(text))' is more than any machine has",
      at: "--memory-limit",
      remedy: "Write it as 512MiB, 2GiB, 2GB or a number of bytes")
  }
  return Int(value * (unit?.bytes ?? 1))
}
