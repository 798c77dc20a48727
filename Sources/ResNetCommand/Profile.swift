import ResNet

/// Where the time of a step goes.
struct Profile: Codable {
  /// All parts of a step in the order in which they ran, with the median time of each.
  var steps: [StepTime]
  /// How often the step ran.
  var runs: Int
  /// What the machine reaches at most.
  var peak: MachinePeak

  /// Some parts of a step together.
  struct Share {
    var name: String
    var seconds = 0.0
    var multiplyAdds = 0
    var bytes = 0

    mutating func add(_ step: StepTime) {
      seconds += step.seconds
      multiplyAdds += step.multiplyAdds
      bytes += step.bytes
    }
  }

  /// All parts.
  var whole: Share {
    steps.reduce(into: Share(name: "all")) { $0.add($1) }
  }

  /// Bytes of the least that a step could move; see `StepTime.leastBytes`.
  var leastBytes: Int { steps.reduce(0) { $0 + $1.leastBytes } }

  /// By kind of step, the slowest first.
  var kinds: [Share] { shares(by: \.kind) }

  /// By layer, the slowest first; what serves no single layer goes by its kind.
  var layers: [Share] { shares { $0.layer.isEmpty ? "(\($0.kind))" : $0.layer } }

  private func shares(by name: (StepTime) -> String) -> [Share] {
    var places: [String: Int] = [:]
    var shares: [Share] = []
    for step in steps {
      let name = name(step)
      let place = places[name] ?? shares.count
      if place == shares.count {
        places[name] = place
        shares.append(Share(name: name))
      }
      shares[place].add(step)
    }
    // Equal times in the order of the steps.
    return shares.enumerated()
      .sorted { ($1.element.seconds, $0.offset) < ($0.element.seconds, $1.offset) }.map(\.element)
  }

  /// The figure: network, stage, block, layer, kind of step, by the parts of the layers' names.
  func figure(_ work: BenchWork) -> FlameGraph {
    FlameGraph(
      title: "\(work)",
      subtitle: "time of a step, medians of \(runs) runs on \(Machine.processor)", whole: work.network, unit: "ms",
      samples: steps.map { step in
        FlameGraph.Sample(
          step.layer.split(separator: ".").map(String.init), kind: step.kind, amount: step.seconds * 1000)
      })
  }
}
