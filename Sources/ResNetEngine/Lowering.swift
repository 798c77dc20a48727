import COneDNN
import ResNetCore
import ResNetGraph
import ResNetKernels

/// The pass from fused units to steps: first all that the forward pass does, then, unit by unit in reverse, gradients.
@EngineActor
final class Lowering {
  let graph: Graph
  let parameters: Parameters
  let batch: Int
  let purpose: Purpose
  let precision: Precision
  let recomputation: Recomputation
  let runtime: OneDNNRuntime
  /// How many threads share the work of a step.
  let threads: Int
  /// What integers stand for, where there are some.
  let integers: IntegerScales?
  let plan = Plan()
  let convolution: (ConvolutionShape) throws -> ConvolutionPrimitives

  // What the program hands out.
  private(set) var inputValue = 0
  private(set) var labelsValue: Int?
  private(set) var targetsValue: Int?
  private(set) var logitsValue = 0
  private(set) var lossesValue: Int?
  private(set) var outputGradientValue: Int?
  private(set) var gradientRegion: Int?
  private(set) var gradientCount = 0
  private(set) var kept: [Program.Kept: Kept] = [:]
  private(set) var packs: [PackedWeights] = []
  private var knownPacks: Set<ObjectIdentifier> = []
  var gates: [String: Allocation<Float>] = [:]
  /// Where the random numbers of each dropout layer begin, by its name.
  var dropoutKeys: [String: Allocation<UInt32>] = [:]
  var changesStatistics = false

  /// A result and its shape.
  struct Kept {
    var value: Int
    var layout: Layout
    var shape: Shape
  }

  // By layer.
  var outputs: [Int?]
  /// Outputs in the other of the two forms that they can have: as integers, or as numbers of the program's precision.
  var converted: [Int: Int] = [:]
  /// The units that are to be computed again when a gradient asks for their output, by the layer of that output.
  var forgotten: [Int: Unit] = [:]
  var recomputedLayers = 0
  /// Why one could not be.
  var failure: (any Error)?
  let layouts: [Layout]
  /// Of a layer's gradient: that of its output, stored in the program's precision.
  func gradientLayout(_ layer: Int) -> Layout { layouts[layer].storing(precision.element) }
  /// Concatenations that share memory, and by the owner of each such memory its value and its gradient's.
  let joint: JointOutputs
  var jointOutputs: [Int: Int] = [:]
  var jointGradients: [Int: Int] = [:]
  /// Whether a layer's output must outlast the unit that is being lowered, in a pass without gradients.
  private(set) var isNeededLater: (Int) -> Bool = { _ in true }
  /// What the forward pass leaves for the gradient, by the unit's head.
  var saved: [Int: SavedState] = [:]
  /// Parts of the gradient of a layer's output that consumers have left so far.
  var pieces: [[GradientPiece]]
  let differentiation: Differentiation
  let fusion: Fusion

  /// What a unit's forward pass leaves for its gradient.
  struct SavedState {
    /// Batch mean and inverse deviation of a normalisation.
    var mean: Int?
    var inverseDeviation: Int?
    /// Which value of each window won.
    var workspace: (value: Int, descriptor: Descriptor)?
  }

  /// A part of a gradient.
  struct GradientPiece {
    var value: Int
    /// Whether nothing else reads the value later, so that it may be overwritten.
    var isExclusive: Bool
  }

  init(
    graph: Graph, parameters: Parameters, batch: Int, purpose: Purpose, precision: Precision,
    quantization: Quantization?, recomputation: Recomputation, threads: Int, runtime: OneDNNRuntime,
    convolution: @escaping (ConvolutionShape) throws -> ConvolutionPrimitives
  ) throws {
    // Where nothing is left out, dropout is the identity, and what stands around it may be fused.
    try purpose.checkDropouts(in: graph)
    let named = try purpose.namedDropouts(in: graph)
    let graph = graph.bypassing { layer in
      layer.operation.isDropout && !named.contains(layer.name)
        && (!purpose.usesDropout || purpose.layersWithoutDropout.contains(layer.name))
    }
    self.graph = graph
    self.parameters = parameters
    self.batch = batch
    self.purpose = purpose
    self.precision = precision
    self.recomputation = recomputation
    self.threads = threads
    self.runtime = runtime
    self.convolution = convolution
    differentiation = try Differentiation(graph, purpose)
    integers =
      precision == .int8
      ? IntegerScales(graph, greatestUnsigned: runtime.greatestUnsigned) { quantization?.scales[$0] } : nil
    guard integers == nil || differentiation.seed == .none else {
      throw ResNetError(.usage, "integers of 8 bits have no gradients", remedy: "Train in f32 or bf16")
    }
    joint = JointOutputs(graph, apart: Set(differentiation.watched.map(\.layer)))
    outputs = Array(repeating: nil, count: graph.layers.count)
    pieces = Array(repeating: [], count: graph.layers.count)
    // Blocks of channels only where parts of joint memory, and groups of channels, begin and end between them: across
    // groups oneDNN has nothing but plain loops.
    let blockLanes = runtime.lanes(precision)
    let isWhole = (joint.boundaries + graph.groupSizes).allSatisfy { $0 % blockLanes == 0 }
    let lanes = isWhole ? blockLanes : 1
    var layouts = graph.layers.map { Layout.fast($0.shape, precision.element, lanes: lanes) }
    // Convolutions read the outside world's layout as it is; anything else wants the input changed first.
    let readers = graph.consumers[0].map { graph.layers[$0].operation }
    if lanes > 1, readers.allSatisfy({ if case .convolution = $0 { true } else { false } }) {
      layouts[0] = .plain(graph.inputShape, precision.element)
    }
    // The logits of a last layer need not lose digits.
    if graph.layers[graph.output].operation.isLinear, graph.consumers[graph.output].isEmpty {
      layouts[graph.output].element = .float32
    }
    let integers = integers
    let isBlocked = layouts.map(\.isBlocked)
    fusion = Fusion(
      graph, purpose, pinned: differentiation.pinned, differentiates: differentiation.seed != .none,
      // In channels-last formats oneDNN 3.2 loses what the destination of float32 numbers held (seen with AVX2).
      canAdd: { integers?.isMultiplied(graph.layers[$0]) ?? (isBlocked[$0] || precision == .bfloat16) })
    if let integers {
      for layer in integers.stored(graph, fusion) { layouts[layer].element = integers.elements[layer] }
    }
    self.layouts = layouts
  }

  /// Fills the plan.
  func lower() throws {
    inputValue = value(of: .plain(graph.inputShape))
    plan.keep(inputValue)
    outputs[0] = relayout(
      inputValue, from: .plain(graph.inputShape), to: layouts[0], layer: 0, factor: factor(0, asIntegers: true))
    if let first = differentiation.parametersFrom {
      // Learned values lie in the order of the backward pass, so the gradients of the last layers come first.
      gradientCount = graph.layers[first...].reduce(0) { $0 + $1.parameterCount }
      let region = plan.floats(gradientCount)
      plan.keep(region)
      gradientRegion = region
    }

    let lastReaders = fusion.lastReaders(graph)
    for (position, unit) in fusion.units.enumerated() {
      isNeededLater = { [pinned = differentiation.pinned, result = graph.output] layer in
        layer == 0 || layer == result || pinned.contains(layer) || lastReaders[layer] > position
      }
      try forward(unit)
    }

    logitsValue = relayout(
      output(graph.output), from: layouts[graph.output], to: .plain(graph.outputShape), layer: graph.output)
    plan.keep(logitsValue)
    for (name, layer) in differentiation.observed {
      plan.keep(output(layer))
      kept[.activation(name)] = Kept(
        value: output(layer), layout: layout(layer, asIntegers: false), shape: graph.layers[layer].shape)
    }
    guard differentiation.seed != .none else { return }

    forget(fusion.recomputed(recomputation, graph) { layouts[$0].count })
    try seed()
    for unit in fusion.units.reversed() where differentiation.needsGradient[unit.output] {
      try backward(unit)
      if let failure { throw failure }
    }
    if purpose.inputGradient {
      let gradient = merged(0).value
      plan.keep(gradient)
      kept[.inputGradient] = Kept(value: gradient, layout: gradientLayout(0), shape: graph.inputShape)
    }
    if differentiation.watched.contains(where: { $0.layer == 0 }), !pieces[0].isEmpty {
      let gradient = merged(0).value
      plan.keep(gradient)
      watchedGradients[0] = gradient
    }
    for (name, layer) in differentiation.watched {
      guard let gradient = watchedGradients[layer] else {
        throw ResNetError(
          .usage, "the output does not depend on this layer", at: name, remedy: "Name a layer on the way to the output")
      }
      kept[.activationGradient(name)] = Kept(
        value: gradient, layout: gradientLayout(layer), shape: graph.layers[layer].shape)
    }
  }

  private var watchedGradients: [Int: Int] = [:]

  // MARK: Parts

  func forward(_ unit: Unit) throws {
    switch graph.layers[unit.head].operation {
    case .input: break
    case .convolution, .linear: try convolutionForward(unit)
    case .batchNormalization(let layer): try normalizationForward(unit, layer)
    case .add, .relu: additionForward(unit)
    case .zeroPadding(let padding): zeroPaddingForward(unit, padding)
    case .maxPooling(let pooling): try poolingForward(unit, pooling, .poolingMaximum)
    case .globalAveragePooling: averagePoolingForward(unit)
    case .flatten: flattenForward(unit)
    case .averagePooling(let pooling): try poolingForward(unit, pooling, .poolingAverageExcludingPadding)
    case .concatenation: concatenationForward(unit)
    case .sigmoid: sigmoidForward(unit)
    case .affine(let scale, let offset): affineForward(unit, scale: scale, offset: offset)
    case .multiplication: multiplicationForward(unit)
    case .dropout(let dropout): dropoutForward(unit, dropout)
    }
  }

  private func backward(_ unit: Unit) throws {
    let place = joint.places[unit.output]
    guard !pieces[unit.output].isEmpty || place.flatMap({ jointGradients[$0.owner] }) != nil else { return }
    let isWatched = differentiation.watched.contains { $0.layer == unit.output }
    if isWatched, let (part, _) = jointGradient(unit.output) {
      let gradient = detached(part, layer: unit.output)
      plan.keep(gradient)
      watchedGradients[unit.output] = gradient
    } else if isWatched {
      var gradient = merged(unit.output)
      plan.keep(gradient.value)
      gradient.isExclusive = false
      watchedGradients[unit.output] = gradient.value
      pieces[unit.output] = [gradient]
    }
    switch graph.layers[unit.head].operation {
    case .input: break
    case .convolution, .linear: try convolutionBackward(unit)
    case .batchNormalization: normalizationBackward(unit)
    case .add, .relu: additionBackward(unit)
    case .zeroPadding(let padding): zeroPaddingBackward(unit, padding)
    case .maxPooling(let pooling): try poolingBackward(unit, pooling, .poolingMaximum)
    case .globalAveragePooling: averagePoolingBackward(unit)
    case .flatten: flattenBackward(unit)
    case .averagePooling(let pooling): try poolingBackward(unit, pooling, .poolingAverageExcludingPadding)
    case .concatenation: concatenationBackward(unit)
    case .sigmoid: sigmoidBackward(unit)
    case .affine(let scale, _): affineBackward(unit, scale: scale)
    case .multiplication: multiplicationBackward(unit)
    case .dropout(let dropout): dropoutBackward(unit, dropout)
    }
  }

  /// The gradient at the output.
  private func seed() throws {
    let classes = graph.outputShape.count
    let gradient = plan.floats(batch * classes)
    plan.keep(gradient)
    outputGradientValue = gradient
    switch differentiation.seed {
    case .none, .given: break
    case .crossEntropy, .logit: labelsValue = plan.value(bytes: batch * MemoryLayout<Int32>.stride)
    case .weightedCrossEntropy: targetsValue = plan.floats(batch * classes)
    }
    for value in [labelsValue, targetsValue] { value.map(plan.keep) }
    let (samples, labels, targets, logits) = (Int64(batch), labelsValue, targetsValue, logitsValue)
    switch differentiation.seed {
    case .none, .given: break
    case .crossEntropy, .weightedCrossEntropy:
      let losses = plan.floats(batch)
      plan.keep(losses)
      lossesValue = losses
      plan.step("cross-entropy", layer: graph.output, uses: [logits, labels, targets, losses, gradient]) { binder in
        binder.step(
          resnet_cross_entropy,
          ResNetCrossEntropy(
            batch: samples, classes: Int64(classes), logits: binder.floats(logits),
            labels: labels.map { UnsafePointer(binder.address($0).assumingMemoryBound(to: Int32.self)) },
            targets: binder.floats(targets).map { UnsafePointer($0) },
            losses: binder.floats(losses), gradient: binder.floats(gradient)))
      }
    case .logit:
      plan.step("one-hot", layer: graph.output, uses: [labels, gradient]) { binder in
        binder.step(
          resnet_one_hot,
          ResNetOneHot(
            batch: samples, classes: Int64(classes),
            labels: labels.map { UnsafePointer(binder.address($0).assumingMemoryBound(to: Int32.self)) },
            gradient: binder.floats(gradient)))
      }
    }
    let piece = relayout(
      gradient, from: .plain(graph.outputShape), to: gradientLayout(graph.output), layer: graph.output)
    give(piece, to: graph.output, isExclusive: piece != gradient)
  }

  // MARK: Helpers of all parts

  /// The value that holds a layer's output as numbers of the program's precision.
  func output(_ layer: Int) -> Int { output(layer, asIntegers: false) }

  /// The value that holds a layer's output in the form in which it was stored.
  func stored(_ layer: Int) -> Int {
    computeAgain(layer)
    if outputs[layer] == nil, joint.places[layer] != nil {
      outputs[layer] = detached(outputPart(layer), layer: layer)
    }
    if let value = outputs[layer] { return value }
    guard failure != nil else {
      preconditionFailure("\(graph.layers[layer].name) is read before it is computed: the order of units is wrong")
    }
    // Whoever asks goes on to the end of its unit; the plan comes to nothing then.
    return value(of: layouts[layer])
  }

  /// Has a copy of weights brought up to date before the program runs.
  func use(_ pack: PackedWeights) {
    if knownPacks.insert(ObjectIdentifier(pack)).inserted { packs.append(pack) }
  }

  /// A new value for activations of all samples.
  func value(of layout: Layout) -> Int { plan.value(bytes: batch * layout.bytes) }

  /// The same values in another layout: a new value, or the same one where the layouts agree.
  ///
  /// - Parameter factor: what they are multiplied by where they become integers or were some.
  func relayout(_ value: Int, from: Layout, to: Layout, layer: Int, factor: Float = 1) -> Int {
    guard from != to else { return value }
    let result = self.value(of: to)
    let batch = batch
    plan.step("relayout", layer: layer, uses: [value, result]) { binder in
      binder.step(
        resnet_relayout,
        ResNetRelayout(
          from: from.batched(batch), to: to.batched(batch), from_element: from.element.kernel,
          to_element: to.element.kernel, input: binder.address(value), output: binder.address(result), accumulates: 0,
          factor: factor))
    }
    return result
  }
}

extension Graph {
  /// How many channels each group of a grouped convolution reads, and how many it writes.
  fileprivate var groupSizes: [Int] {
    layers.flatMap { layer -> [Int] in
      guard case .convolution(let convolution) = layer.operation, convolution.groups > 1 else { return [] }
      return [layers[layer.inputs[0]].shape[0], layer.shape[0]].map { $0 / convolution.groups }
    }
  }
}
