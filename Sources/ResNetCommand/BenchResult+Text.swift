import ArgumentParser
import ResNet

extension BenchResult {
  /// What another process of this program measured.
  ///
  /// - Throws: its exit status where it has said itself what was wrong, `ResNetError` where it could not.
  init(of work: BenchWork, from ended: ChildProcess.Ended) throws {
    guard ended.status < 128 else {
      throw ResNetError(
        .unavailable, "the measurement was ended by signal \(ended.status - 128)", at: "\(work)",
        remedy: "Use a smaller batch if memory ran short")
    }
    guard ended.status == 0 else { throw ExitCode(ended.status) }
    guard let result = ended.lastLine(as: Self.self) else {
      throw ResNetError(.software, "the measurement gave no result", at: "\(work)", remedy: "Please report this")
    }
    self = result
  }

  /// The result in one line.
  func line(network: String) -> String {
    "\(network), batch \(batch), \(precision.rawValue): \(fixed(imagesPerSecond, 1)) images/s, the median of "
      + "\(counted(steps, "step")) · \(fixed(peakMemoryMiB, 0)) MiB · compiled in "
      + "\(fixed(compileSeconds, 2)) s · computes \(memory.recomputation) twice"
  }

  /// The time of the median step.
  var milliseconds: Double { Double(batch) / imagesPerSecond * 1000 }
}

/// Several measurements, a line each, which can be shown as soon as it is known.
struct BenchTable {
  private static let head = ["network", "batch", "precision", "images/s", "ms a step", "memory"]
  private let columns: Columns
  /// The line above the first measurement.
  var heading: String { columns.line(Self.head) }

  init(_ works: [BenchWork]) {
    // The widest numbers that are to be expected.
    columns = Columns(
      fitting: [Self.head]
        + works.map {
          [cell($0.network), "\($0.batch)", $0.precision.rawValue, "1000000.0", "100000.00", "100000 MiB"]
        })
  }

  /// The line of a measurement.
  func line(_ result: BenchResult) -> String {
    columns.line([
      cell(result.network), "\(result.batch)", result.precision.rawValue, fixed(result.imagesPerSecond, 1),
      fixed(result.milliseconds, 2), "\(fixed(result.peakMemoryMiB, 0)) MiB",
    ])
  }
}
