import ResNetCore

extension GraphSummary: CustomStringConvertible {
  /// A table of the layers, 80 columns wide, one of the stages, and the totals.
  public var description: String {
    let head = Self.row("layer", "output", "parameters", "multiply-adds")
    let rows = layers.map { layer in
      Self.row(
        layer.name, layer.shape.description, layer.parameters == 0 ? "" : grouped(layer.parameters),
        layer.multiplyAdds == 0 ? "" : grouped(layer.multiplyAdds))
    }
    return ((network.map { [$0] } ?? []) + [head] + rows + stageRows + [totals]).joined(separator: "\n")
  }

  /// One line, as in `25,557,032 parameters · 4.089 G multiply-adds`.
  public var totals: String {
    "\(grouped(parameters)) parameters · \(scaled(multiplyAdds)) multiply-adds"
  }

  private var stageRows: [String] {
    guard !stages.isEmpty else { return [] }
    return [Self.row("stage", "output", "channels", "stride")]
      + stages.map { Self.row($0.name, $0.shape.description, grouped($0.channels), grouped($0.stride)) }
  }

  private static func row(_ name: String, _ shape: String, _ parameters: String, _ multiplyAdds: String) -> String {
    // The end of a long path tells more than its beginning.
    let name = name.count > 30 ? "…" + name.suffix(29) : name
    let line =
      name + spaces(30 - name.count) + "  " + shape + spaces(15 - shape.count) + "  "
      + spaces(13 - parameters.count) + parameters + "  " + spaces(16 - multiplyAdds.count) + multiplyAdds
    let end = line.lastIndex { $0 != " " }
    return end.map { String(line[...$0]) } ?? ""
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }
}

/// Digits in groups of three, as in `25,557,032`.
func grouped(_ number: Int) -> String {
  var digits = Array(String(number.magnitude))
  for position in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: position) }
  return (number < 0 ? "-" : "") + String(digits)
}

/// A count rounded as the literature prints it: `4.089 G`, `40.55 M`, `7.30 k`, `512`.
func scaled(_ count: Int) -> String {
  let scales: [(unit: Int, places: Int, letter: String)] = [
    (1_000_000_000, 1000, "G"), (1_000_000, 100, "M"), (1000, 100, "k"),
  ]
  guard let scale = scales.first(where: { count >= $0.unit }) else { return grouped(count) }
  let step = scale.unit / scale.places
  let steps = count / step + (count % step >= step / 2 ? 1 : 0)
  let fraction = String(scale.places + steps % scale.places).dropFirst()
  return "\(grouped(steps / scale.places)).\(fraction) \(scale.letter)"
}
