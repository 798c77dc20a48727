import ResNet

/// Shows on standard error how many of the pictures are done.
struct PictureProgress {
  private let total: Int
  private var line = ProgressLine()

  init(total: Int) { self.total = total }

  /// So many are done.
  mutating func show(_ done: Int) {
    guard done < total else { return }
    line.show { [total] in
      Self.line(done, of: total, after: $0, separator: Terminal.isUnicode ? " · " : " | ")
    }
  }

  /// As in `1280/5000 pictures · 431 pictures/s · 9 s left`.
  static func line(_ done: Int, of total: Int, after seconds: Double, separator: String) -> String {
    let rate = Double(done) / max(seconds, 1e-9)
    let parts = ["\(done)/\(total) pictures", "\(fixed(rate, 0)) pictures/s"]
    return (parts + (done > 0 ? ["\(clockTime(Double(total - done) / rate)) left"] : [])).joined(separator: separator)
  }
}
