import ResNet

extension Profile {
  /// Layers in the table; of more, the slowest are shown.
  private static let mostLayers = 20

  /// All that a person wants to know: by kind, by layer, and against what the machine can do.
  ///
  /// - Parameter precision: that of the steps, which says what their operations are of.
  func text(_ precision: Precision) -> String {
    // Integers have no point that floats.
    let unit = precision == .int8 ? "GOP/s" : "GFLOP/s"
    let (whole, layers) = (whole, layers)
    let shown = layers.prefix(Self.mostLayers)
    let head = layers.count == shown.count ? "layer" : "layer (slowest \(shown.count) of \(layers.count))"
    return [
      "where the time goes: \(milliseconds(whole.seconds)) ms a step, medians of \(runs) runs",
      table("kind of step", kinds, unit),
      table(head, Array(shown), unit),
      """
      a step moves \(megabytes(whole.bytes)) MB at least; with every tensor written once and read
      once by each step that needs it, it would be \(megabytes(leastBytes)) MB\(ratio)
      this machine reaches \(fixed(peak.multiplyAddsPerSecond * 2 / 1e9, 1)) \(unit) (in registers) and \
      \(fixed(peak.bytesPerSecond / 1e9, 1)) GB/s (triad);
      more than all of the latter comes from caches\(precision == .float32 ? Self.filtering : "")
      """,
    ].joined(separator: "\n\n")
  }

  /// Why a convolution may be faster than the machine, and is farther from its peak than it seems.
  private static let filtering = """
    , and of the former from
    Winograd's filtering, which makes do with 16 multiplications for 36 that count
    """

  private var ratio: String {
    leastBytes > 0 ? " (\(fixed(Double(whole.bytes) / Double(leastBytes), 2)) ×)" : ""
  }

  private func table(_ head: String, _ shares: [Share], _ unit: String) -> String {
    let all = whole.seconds
    let rows = shares.map { share in
      [
        cell(share.name), milliseconds(share.seconds), portion(share.seconds, of: all),
      ] + rate(2 * share.multiplyAdds, share.seconds, peak: 2 * peak.multiplyAddsPerSecond)
        + rate(share.bytes, share.seconds, peak: peak.bytesPerSecond)
    }
    return Columns.table([[head, "ms", "share", unit, "of peak", "GB/s", "of peak"]] + rows)
      .joined(separator: "\n")
  }

  /// A rate in thousands of millions a second, and its share of the peak.
  private func rate(_ amount: Int, _ seconds: Double, peak: Double) -> [String] {
    guard amount > 0, seconds > 0 else { return ["–", "–"] }
    let rate = Double(amount) / seconds
    return [fixed(rate / 1e9, 1), portion(rate, of: peak)]
  }

  private func portion(_ part: Double, of whole: Double) -> String {
    whole > 0 ? "\(fixed(part / whole * 100, 0)) %" : "–"
  }

  private func milliseconds(_ seconds: Double) -> String { fixed(seconds * 1000, 3) }

  private func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1e6, 1) }
}
