import ResNetGraph

/// Works out what each step of a plan has to do, from the values that it uses and the layer that it works for.
@EngineActor
struct StepWork {
  private let lowering: Lowering
  /// By layer, the units that add something to what their head computes.
  private let addingUnits: [Int: Unit]
  /// By value that owns memory, how many steps use it.
  private let users: [Int]
  /// By layer, the bytes of its weights as primitives read them, where these are copies that outlast the run.
  private var weightBytes: [String: Int] = [:]
  /// Values that earlier steps have used.
  private var seen: [Bool]
  /// Layers whose forward step was there before.
  private var computed: Set<String> = []

  /// The work of the copies of weights that are brought up to date before the steps, and of the steps, in their order.
  ///
  /// - Parameter portions: how often the steps run, each time for a part of the batch.
  static func all(of lowering: Lowering, portions: Int) -> (packs: [StepTime], steps: [StepTime]) {
    var work = StepWork(lowering)
    let packs = work.copies()
    let steps = lowering.plan.steps.indices.map { position in
      var step = work.step(position)
      let weights = min(work.parameterBytes(position), step.leastBytes)
      step.multiplyAdds *= portions
      step.bytes *= portions
      // All portions could have the weights at once.
      step.leastBytes = (step.leastBytes - weights) * portions + weights
      return step
    }
    return (packs, steps)
  }

  private init(_ lowering: Lowering) {
    self.lowering = lowering
    let adding = lowering.fusion.units.filter { $0.addend != nil }
    addingUnits = Dictionary(adding.map { ($0.head, $0) }) { first, _ in first }
    let plan = lowering.plan
    seen = Array(repeating: false, count: plan.values.count)
    var users = Array(repeating: 0, count: plan.values.count)
    var lastUser = Array(repeating: -1, count: plan.values.count)
    for (position, step) in plan.steps.enumerated() {
      for root in step.uses.map({ plan.root($0) }) where lastUser[root] != position {
        users[root] += 1
        lastUser[root] = position
      }
    }
    self.users = users
  }

  private mutating func copies() -> [StepTime] {
    var layers: [ObjectIdentifier: String] = [:]
    for (layer, packs) in lowering.parameters.packed {
      for pack in packs { layers[ObjectIdentifier(pack)] = layer }
    }
    return lowering.packs.map { pack in
      let layer = layers[ObjectIdentifier(pack)] ?? ""
      let packed = pack.format.bytes
      weightBytes[layer] = max(weightBytes[layer] ?? 0, packed)
      let masters = lowering.parameters.buffer(layer + ".weight").count * MemoryLayout<Float>.stride
      return StepTime(layer: layer, kind: Self.packing, bytes: masters + packed, leastBytes: 0)
    }
  }

  private mutating func step(_ position: Int) -> StepTime {
    let step = lowering.plan.steps[position]
    let layer = lowering.graph.layers[step.layer]
    let tensors = tensors(step)
    var sizes = tensors.map { lowering.plan.values[$0].bytes }
    // The tensors of a normalisation are all as large as its output; what is larger holds other channels too.
    let smallest = sizes.min() ?? 0
    if step.name.hasPrefix("normalisation") { sizes = sizes.map { min($0, smallest) } }
    // Of results for each part of the batch the first is their sum, once they are added up.
    if step.name == Self.plainOrder, position > 0, isSum(position - 1, of: step.layer) {
      sizes = sizes.map { $0 / lowering.threads }
    }
    var (once, again) = (sizes.reduce(parameterBytes(position), +), 0)
    var least: Int?
    var multiplyAdds = 0
    switch step.name {
    case "convolution":
      multiplyAdds = layer.multiplyAdds
      // What the result is added to lies where the result will.
      if let unit = addingUnits[step.layer], let result = lowering.outputs[unit.output] {
        again = lowering.plan.values[result].bytes
      }
    case "input gradient":
      multiplyAdds = layer.multiplyAdds
    case "weight gradient":
      multiplyAdds = layer.multiplyAdds
      let parts = sums(of: position).map { lowering.plan.values[lowering.plan.steps[$0].uses[0]].bytes }
      // One result is needed, and not one for each part.
      if !parts.isEmpty { least = once - parts.reduce(-gradientBytes(layer), +) }
    case Self.sum:
      // There are as many parts as threads.
      again = smallest / lowering.threads
    case "normalisation":
      let findsStatistics = lowering.purpose.statistics(of: layer.name) == .batch && !computed.contains(layer.name)
      if findsStatistics { again = smallest }
    case "normalisation gradient":
      // A first pass for the sums, a second one over x and the gradient for the result.
      again = (lowering.differentiation.needsGradient[layer.inputs[0]] ? 2 : 0) * smallest
      if addsToJointGradient(step) { again += smallest }
    case "channels":
      // As many as the smaller tensor has; the other one holds more.
      once = 2 * smallest
      if addsToJointGradient(step), tensors.allSatisfy({ seen[$0] }) { again = smallest }
    default: break
    }
    let isExtra = Self.moves.contains(step.name) || isComputedAgain(step.name, layer.name)
    for value in step.uses { seen[value] = true }
    return StepTime(
      layer: layer.name, kind: step.name, multiplyAdds: multiplyAdds * lowering.batch, bytes: once + again,
      leastBytes: isExtra ? 0 : least ?? once)
  }

  /// Steps that compute nothing.
  private static let moves: Set = ["relayout", "copy", "channels", "zeros", sum, plainOrder, packing]
  static let packing = "packing"
  private static let sum = "sum of parts"
  private static let plainOrder = "weight gradient in plain order"

  /// Whether a step adds up the gradients that parts of the batch gave for a layer.
  private func isSum(_ position: Int, of layer: Int) -> Bool {
    let steps = lowering.plan.steps
    return position < steps.count && steps[position].name == Self.sum && steps[position].layer == layer
  }

  /// The steps that add up what a weight gradient's step leaves in parts.
  private func sums(of position: Int) -> [Int] {
    let layer = lowering.plan.steps[position].layer
    return Array((position + 1..<lowering.plan.steps.count).prefix { isSum($0, of: layer) })
  }

  private func gradientBytes(_ layer: Layer) -> Int { layer.parameterCount * MemoryLayout<Float>.stride }

  /// Whether a forward step was there before, for the same layer.
  private mutating func isComputedAgain(_ kind: String, _ layer: String) -> Bool {
    guard ["convolution", "normalisation", "addition", "pooling"].contains(kind) else { return false }
    return !computed.insert(layer).inserted
  }

  /// The tensors that a step reads or writes, each once: its scratch memory is what no other step uses.
  private func tensors(_ step: PlanStep) -> [Int] {
    let statistics = lowering.saved[step.layer].map { [$0.mean, $0.inverseDeviation] } ?? []
    var tensors: [Int] = []
    for value in step.uses where !tensors.contains(value) && value != lowering.gradientRegion {
      let isScratch = users[lowering.plan.root(value)] == 1 && !lowering.plan.isKept(value)
      if !isScratch && !statistics.contains(value) { tensors.append(value) }
    }
    return tensors
  }

  private func addsToJointGradient(_ step: PlanStep) -> Bool {
    step.uses.contains { seen[$0] && lowering.jointGradients.values.contains($0) }
  }

  /// Weights that a step reads, or the gradients of parameters that it writes.
  private func parameterBytes(_ position: Int) -> Int {
    let steps = lowering.plan.steps
    let layer = lowering.graph.layers[steps[position].layer]
    switch steps[position].name {
    case "convolution", "input gradient": return weightBytes[layer.name] ?? 0
    case Self.packing: return lowering.parameters.buffer(layer.name + ".weight").count * MemoryLayout<Float>.stride
    case "weight gradient", Self.plainOrder, "normalisation gradient":
      // Where another step brings it into the order of the parameters, the gradient is a value like any other.
      let isPacked =
        position + 1 < steps.count && [Self.plainOrder, Self.sum].contains(steps[position + 1].name)
        && steps[position + 1].layer == steps[position].layer
      let isWritten = steps[position].uses.contains { $0 == lowering.gradientRegion } && !isPacked
      return isWritten ? gradientBytes(layer) : 0
    default: return 0
    }
  }
}
