import ResNetGraph

/// Works out what each step of a plan has to do, from the values that it uses and the layer that it works for.
@EngineActor
struct StepWork {
  private let lowering: Lowering
  /// By layer, the units that add something to what their head computes.
  private let addingUnits: [Int: Unit]
  /// Layers whose weight gradient another step brings into the order of the parameters.
  private let reordered: Set<Int>
  /// By value that owns memory, who uses it.
  private let users: [Users]
  /// By layer, the bytes of its weights as primitives read them.
  private var weightBytes: [String: Int] = [:]
  /// Values that earlier steps have used.
  private var seen: [Bool]
  /// How often a kind of forward step was there before, for a layer.
  private var calls: [Call: Int] = [:]

  private struct Call: Hashable {
    var layer: Int
    var kind: String
  }

  /// Who uses a value: steps of several kinds, or for several layers?
  private struct Users {
    var first: Call?
    var hasSeveralKinds = false
    var hasSeveralLayers = false

    mutating func add(_ call: Call) {
      guard let first else {
        self.first = call
        return
      }
      hasSeveralLayers = hasSeveralLayers || first.layer != call.layer
      hasSeveralKinds = hasSeveralKinds || first != call
    }
  }

  /// The work of the copies of weights that are brought up to date before the steps, and of the steps, in their order.
  static func all(of lowering: Lowering) -> (packs: [StepTime], steps: [StepTime]) {
    var work = StepWork(lowering)
    let packs = work.packing()
    return (packs, lowering.plan.steps.map { work.step($0) })
  }

  private init(_ lowering: Lowering) {
    self.lowering = lowering
    let adding = lowering.fusion.units.filter { $0.addend != nil }
    addingUnits = Dictionary(adding.map { ($0.head, $0) }) { first, _ in first }
    let plan = lowering.plan
    reordered = Set(plan.steps.filter { $0.name == Self.plainOrder }.map(\.layer))
    seen = Array(repeating: false, count: plan.values.count)
    var users = Array(repeating: Users(), count: plan.values.count)
    for step in plan.steps {
      let call = Call(layer: step.layer, kind: step.name)
      for value in step.uses { users[plan.root(value)].add(call) }
    }
    self.users = users
  }

  private mutating func packing() -> [StepTime] {
    var layers: [ObjectIdentifier: String] = [:]
    for (layer, packs) in lowering.parameters.packed {
      for pack in packs { layers[ObjectIdentifier(pack)] = layer }
    }
    return lowering.packs.map { pack in
      let layer = layers[ObjectIdentifier(pack)] ?? ""
      let packed = pack.descriptor.bytes
      weightBytes[layer] = max(weightBytes[layer] ?? 0, packed)
      let masters = lowering.parameters.buffer(layer + ".weight").count * MemoryLayout<Float>.stride
      return StepTime(layer: layer, kind: "packing", bytes: masters + packed, leastBytes: 0)
    }
  }

  private static let plainOrder = "weight gradient in plain order"
  /// Steps that compute nothing, or what the layer's next step reads again.
  private static let extra: Set = ["relayout", "copy", "channels", "zeros", "sum of slices", "statistics", plainOrder]

  private mutating func step(_ step: PlanStep) -> StepTime {
    let layer = lowering.graph.layers[step.layer]
    let tensors = tensors(step)
    let tensorBytes = lowering.batch * lowering.layouts[step.layer].bytes
    var sizes = tensors.map { lowering.plan.values[$0].bytes }
    // The tensors of a normalisation are all as large as its output; what is larger holds other channels too.
    if Self.isNormalization(step) { sizes = sizes.map { min($0, tensorBytes) } }
    let addsToJointGradient = step.uses.contains { seen[$0] && lowering.jointGradients.values.contains($0) }
    var (bytes, least) = (sizes.reduce(0, +), sizes.reduce(0, +))
    switch step.name {
    case "convolution":
      // What the result is added to lies where the result will.
      if let unit = addingUnits[step.layer], let result = lowering.outputs[unit.output] {
        bytes += lowering.plan.values[result].bytes
      }
    case "normalisation gradient":
      // A second pass, over x and over what the first one left of the gradient.
      if addingUnits[step.layer] != nil { bytes = 3 * tensorBytes }
      least = tensorBytes
      if addsToJointGradient { bytes += tensorBytes }
    case "channels":
      // As many as the smaller tensor has; the other one holds more.
      bytes = 2 * (sizes.min() ?? 0)
      if addsToJointGradient, tensors.allSatisfy({ seen[$0] }) { bytes += bytes / 2 }
    default: break
    }
    for value in step.uses { seen[value] = true }
    let isExtra = Self.extra.contains(step.name) || isComputedAgain(step)
    let parameters = parameterBytes(step)
    return StepTime(
      layer: layer.name, kind: step.name, multiplyAdds: multiplyAdds(step), bytes: bytes / step.slices + parameters,
      // All slices read the same weights.
      leastBytes: isExtra ? 0 : (least + parameters) / step.slices)
  }

  private static func isNormalization(_ step: PlanStep) -> Bool {
    step.name.hasPrefix("normalisation") || step.name.hasPrefix("statistics")
  }

  private func multiplyAdds(_ step: PlanStep) -> Int {
    guard ["convolution", "input gradient", "weight gradient"].contains(step.name) else { return 0 }
    return lowering.graph.layers[step.layer].multiplyAdds * (lowering.batch / step.slices)
  }

  /// Whether a forward step was there before, for the same layer and all slices.
  private mutating func isComputedAgain(_ step: PlanStep) -> Bool {
    guard ["convolution", "normalisation", "addition", "pooling"].contains(step.name) else { return false }
    let call = Call(layer: step.layer, kind: step.name)
    calls[call, default: 0] += 1
    return calls[call, default: 0] > step.slices
  }

  /// The tensors that a step reads or writes, each once. What no other kind of step uses is scratch memory; so is what a
  /// normalisation shares with nobody but itself.
  private func tensors(_ step: PlanStep) -> [Int] {
    let statistics = lowering.saved[step.layer].map { [$0.mean, $0.inverseDeviation] } ?? []
    let isNormalization = Self.isNormalization(step)
    var tensors: [Int] = []
    for value in step.uses where !tensors.contains(value) && value != lowering.gradientRegion {
      let users = users[lowering.plan.root(value)]
      let isShared = isNormalization ? users.hasSeveralLayers : users.hasSeveralKinds
      if isShared || lowering.plan.isKept(value), !statistics.contains(value) { tensors.append(value) }
    }
    return tensors
  }

  /// Weights that a step reads, or the gradients of parameters that it writes.
  private func parameterBytes(_ step: PlanStep) -> Int {
    let layer = lowering.graph.layers[step.layer]
    if ["convolution", "input gradient"].contains(step.name) { return weightBytes[layer.name] ?? 0 }
    let isPacked = step.name == "weight gradient" && reordered.contains(step.layer)
    guard step.uses.contains(where: { $0 == lowering.gradientRegion }), !isPacked else { return 0 }
    return layer.parameterCount * MemoryLayout<Float>.stride
  }
}
