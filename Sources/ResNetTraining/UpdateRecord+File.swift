import Foundation
import ResNetCore
import ResNetFiles

extension UpdateRecord {
  /// Comma-separated values under a line of names: a row for each step and layer.
  var table: String {
    let rows = steps.flatMap { step in
      layers.indices.map { "\(step.number),\(layers[$0]),\(step.weights[$0]),\(step.updates[$0])\n" }
    }
    return Self.columns.joined(separator: ",") + "\n" + rows.joined()
  }

  private static let columns = ["step", "layer", "weight_norm", "update_norm"]

  /// Reads what the run in a folder recorded.
  ///
  /// - Throws: `ResNetError` of code `data` where it recorded no updates or the file is damaged, `inputOutput` where it
  ///   cannot be read.
  public init(ofRunAt path: String) throws {
    let file = RunFolder.file(RunFolder.updates, in: path)
    guard FileManager.default.fileExists(atPath: file) else {
      throw ResNetError(
        .data, "no updates of weights were recorded in this run", at: path,
        remedy: "Train with --record updates; a run that goes on records them from there on")
    }
    func refusal(_ line: Int) -> ResNetError {
      ResNetError(
        .data, "it is no record of updates", at: "\(file), line \(line)",
        remedy: "Go on with the run, which writes it anew")
    }
    var lines = try TextFile.read(file, atMost: 1 << 28).split(separator: "\n")[...]
    guard lines.popFirst().map(String.init) == Self.columns.joined(separator: ",") else { throw refusal(1) }
    var (names, steps): ([String], [Step]) = ([], [])
    for (position, line) in lines.enumerated() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 4, let number = Int(cells[0]), let weight = Double(cells[2]), let update = Double(cells[3])
      else { throw refusal(position + 2) }
      if steps.last?.number != number {
        // Every step has all layers, in one order.
        guard steps.last.map({ $0.number < number && $0.weights.count == names.count }) ?? true else {
          throw refusal(position + 2)
        }
        steps.append(Step(number: number, weights: [], updates: []))
      }
      let slot = steps[steps.count - 1].weights.count
      if steps.count == 1 { names.append(String(cells[1])) }
      guard slot < names.count, names[slot] == cells[1] else { throw refusal(position + 2) }
      steps[steps.count - 1].weights.append(weight)
      steps[steps.count - 1].updates.append(update)
    }
    self.init(layers: names)
    self.steps = steps
    guard isPossible else { throw refusal(lines.count + 1) }
  }
}
