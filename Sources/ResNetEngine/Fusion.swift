import ResNetGraph

/// Layers that are computed together: one that does the work, and what rides on it.
struct Unit: Hashable {
  /// The layer that does the work.
  var head: Int
  /// A normalisation by running statistics that is folded into the head's weights.
  var folded: Int?
  /// The layer whose output is added to the head's.
  var addend: Int?
  /// Whether ReLU is the last part.
  var relu = false
  /// The layer whose output the unit gives.
  var output: Int

  /// The layers whose outputs it reads.
  func inputs(_ graph: Graph) -> [Int] { graph.layers[head].inputs + [addend].compactMap(\.self) }
}

/// The first pass of the compiler: which layers are computed together.
struct Fusion {
  /// In the order in which they run.
  let units: [Unit]

  /// Fuses what the purpose allows.
  ///
  /// - Parameters:
  ///   - pinned: layers whose own output is asked for, and so must exist.
  ///   - differentiates: whether there will be gradients, which need what fusion would do away with.
  ///   - canAdd: whether a convolution may add its output to what its destination holds.
  init(
    _ graph: Graph, _ purpose: Purpose, pinned: Set<Int>, differentiates: Bool, canAdd: (Int) -> Bool
  ) {
    let consumers = graph.consumers
    var covered = Array(repeating: false, count: graph.layers.count)
    var units: [Unit] = []

    /// The only layer that takes this one's output, where nobody else asks for it.
    func follower(of layer: Int) -> Int? {
      !pinned.contains(layer) && layer != graph.output && consumers[layer].count == 1 ? consumers[layer][0] : nil
    }

    for (position, layer) in graph.layers.enumerated() where !covered[position] && position > 0 {
      var unit = Unit(head: position, output: position)
      func extend(to next: Int) {
        covered[next] = true
        unit.output = next
      }
      func addIfPossible() {
        // The other operand's unit may have taken the addition already.
        guard !purpose.gates, let next = follower(of: unit.output), !covered[next],
          case .add = graph.layers[next].operation,
          let addend = graph.layers[next].inputs.first(where: { $0 != unit.output })
        else { return }
        unit.addend = addend
        extend(to: next)
      }
      func reluIfPossible() {
        guard let next = follower(of: unit.output), case .relu = graph.layers[next].operation else { return }
        unit.relu = true
        extend(to: next)
      }

      switch layer.operation {
      case .convolution, .linear:
        if !differentiates {
          if let next = follower(of: position), case .batchNormalization = graph.layers[next].operation,
            purpose.statistics(of: graph.layers[next].name) == .running
          {
            unit.folded = next
            extend(to: next)
          }
          if canAdd(position) { addIfPossible() }
        }
        reluIfPossible()
      case .batchNormalization:
        addIfPossible()
        reluIfPossible()
      case .add:
        reluIfPossible()
      case .input, .relu, .zeroPadding, .maxPooling, .averagePooling, .globalAveragePooling, .flatten, .concatenation,
        .sigmoid, .affine, .multiplication, .dropout:
        break
      }
      units.append(unit)
    }
    // A unit runs once all that it adds has been computed.
    self.units = units.sorted { $0.output < $1.output }
  }
}

extension Fusion {
  /// By layer, the position of the last unit that reads its output; -1 where none does.
  func lastReaders(_ graph: Graph) -> [Int] {
    var last = Array(repeating: -1, count: graph.layers.count)
    for (position, unit) in units.enumerated() {
      for read in unit.inputs(graph) { last[read] = position }
    }
    return last
  }
}

extension Purpose {
  /// Where a normalisation layer takes its statistics from.
  func statistics(of layer: String) -> Statistics { statisticsByLayer[layer] ?? statistics }
}
