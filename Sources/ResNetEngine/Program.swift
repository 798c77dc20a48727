import Foundation
import ResNetCore
import ResNetGraph
import ResNetKernels

/// A network compiled for a batch size, a precision and a purpose: steps over planned memory.
///
/// Write `input` (and `labels` or `targets`), call `run()`, read the results. All programs of an engine share one arena, so results
/// are valid until another one runs, and only while the program or its engine lives. A run allocates nothing.
@EngineActor
public final class Program {
  /// Samples in a run.
  public let batch: Int
  /// What it was compiled for.
  public let purpose: Purpose
  /// How it stores activations; all that it takes and gives is single precision.
  public let precision: Precision
  /// The input samples, row-major `[batch, channels, height, width]`, to be written before each run.
  public let input: UnsafeMutableBufferPointer<Float>
  /// The class of each sample, `[batch]`; empty unless the purpose's seed takes labels.
  public let labels: UnsafeMutableBufferPointer<Int32>
  /// The share of each class in each sample, `[batch, classes]`, none below 0; empty unless the purpose's seed takes targets.
  public let targets: UnsafeMutableBufferPointer<Float>
  /// The output of each sample, `[batch, classes]`.
  public let logits: UnsafeBufferPointer<Float>
  /// The cross-entropy of each sample, times its weight, `[batch]`; empty unless it is the seed.
  public let losses: UnsafeBufferPointer<Float>
  /// The gradient at the output, `[batch, classes]`, to be written where the seed is `given`; empty without gradients.
  public let outputGradient: UnsafeMutableBufferPointer<Float>
  /// The gradients of learned values, in the order of `Parameters.learned`: of all, or of the first ones, which are the
  /// network's last, where the purpose takes gradients from a layer on; empty where there are none.
  public let gradients: UnsafeBufferPointer<Float>
  /// Bytes of the arena that it uses.
  public var arenaBytes: Int { memory.arenaBytes }
  /// What it needs of memory, and what it computes twice for that.
  public let memory: MemoryNeed

  let steps: BoundSteps
  /// What the copies of weights and the steps have to do.
  let work: (packs: [StepTime], steps: [StepTime])
  let results: [Kept: Result]
  private let gates: [String: Allocation<Float>]
  private let dropoutKeys: [String: Allocation<UInt32>]
  let packs: [PackedWeights]
  let parameters: Parameters
  private let graph: Graph
  private let runtime: OneDNNRuntime
  private let threads: Int
  private let lifetimes: [AnyObject]
  private let changesStatistics: Bool

  /// A result that was asked for.
  enum Kept: Hashable {
    case activation(String)
    case activationGradient(String)
    case inputGradient
  }

  /// Where a result lies.
  struct Result {
    var address: UnsafeRawPointer
    var layout: Layout
    var shape: Shape
  }

  /// - Parameters:
  ///   - binder: where the values lie that are written and read from outside.
  ///   - portions: how many runs of the steps it takes, each with a part of the batch.
  init(
    _ lowering: Lowering, steps: BoundSteps, binder: Binder, portions: Int, memory: MemoryNeed, arena: Arena
  ) {
    let lowered = lowering
    batch = lowered.batch * portions
    purpose = lowered.purpose
    precision = lowered.precision
    self.steps = steps
    work = StepWork.all(of: lowered, portions: portions)
    parameters = lowered.parameters
    graph = lowered.graph
    runtime = lowered.runtime
    threads = lowered.runtime.threads
    packs = lowered.packs
    gates = lowered.gates
    dropoutKeys = lowered.dropoutKeys
    self.memory = memory
    lifetimes = [binder, arena]
    changesStatistics = lowered.changesStatistics
    let batch = batch
    let classes = lowered.graph.outputShape.count
    func floats(_ value: Int?, _ count: Int) -> UnsafeMutableBufferPointer<Float> {
      UnsafeMutableBufferPointer(start: value.map { binder.floats($0) }, count: value == nil ? 0 : count)
    }
    input = floats(lowered.inputValue, batch * lowered.graph.inputShape.count)
    labels = UnsafeMutableBufferPointer(
      start: lowered.labelsValue.map { binder.address($0).assumingMemoryBound(to: Int32.self) },
      count: lowered.labelsValue == nil ? 0 : batch)
    targets = floats(lowered.targetsValue, batch * classes)
    logits = UnsafeBufferPointer(floats(lowered.logitsValue, batch * classes))
    losses = UnsafeBufferPointer(floats(lowered.lossesValue, batch))
    outputGradient = floats(lowered.outputGradientValue, batch * classes)
    gradients = UnsafeBufferPointer(floats(lowered.gradientRegion, lowered.gradientCount))
    results = lowered.kept.mapValues {
      Result(address: UnsafeRawPointer(binder.address($0.value)), layout: $0.layout, shape: $0.shape)
    }
  }

  /// Runs all steps.
  ///
  /// - Throws: `ResNetError` of code `data` where a label is not a class, or targets are no shares.
  public func run() throws {
    try begin()
    for pack in packs { try pack.refresh() }
    try runSteps()
    end()
  }

  /// What comes before the steps: a look at labels and targets, and the threads.
  func begin() throws {
    let classes = Int32(graph.outputShape.count)
    for (sample, label) in labels.enumerated() where label < 0 || label >= classes {
      throw ResNetError(
        .data, "label \(label) is not one of \(classes) classes", at: "sample \(sample) of the batch",
        remedy: "Use a network with as many classes as the data")
    }
    for (position, target) in targets.enumerated() where !(target >= 0 && target.isFinite) {
      throw ResNetError(
        .data, "a target of \(target) is not the share of a class",
        at: "sample \(position / Int(classes)) of the batch, class \(position % Int(classes))",
        remedy: "Use finite numbers from 0 on")
    }
    guard targets.isEmpty || targets.contains(where: { $0 > 0 }) else {
      throw ResNetError(
        .data, "all targets of the batch are 0, so nothing can be learned from it", remedy: "Give samples a weight")
    }
    runtime.activate(threads)
  }

  /// What comes after them.
  func end() { if changesStatistics { parameters.noteChange() } }

  /// What the steps are, as in `layer1.0.conv1 convolution`.
  var stepNames: [String] { work.steps.map { "\($0.layer) \($0.kind)" } }

  func runSteps(timing: UnsafeMutableBufferPointer<Double>? = nil) throws {
    guard let position = steps.run(timing: timing) else { return }
    throw ResNetError(
      .software, "a step of the program failed", at: stepNames[position],
      remedy: "Please report this; ONEDNN_VERBOSE=all prints why")
  }

  /// The mean cross-entropy of the last run; by targets, that by the samples' weights.
  public var loss: Double {
    losses.reduce(0) { $0 + Double($1) } / (targets.isEmpty ? Double(max(losses.count, 1)) : weight)
  }

  /// What the samples weigh together: the sum of all targets; by labels each sample weighs 1.
  public var weight: Double { targets.isEmpty ? Double(batch) : targets.reduce(0) { $0 + Double($1) } }

  /// The output of a layer that the purpose observes, `[batch] + shape`.
  ///
  /// - Throws: `ResNetError` of code `usage` where the purpose did not ask for it.
  public func activation(_ layer: String) throws -> Tensor { try read(.activation(layer), layer) }

  /// The gradient of a layer's output that the purpose asked for, `[batch] + shape`.
  ///
  /// - Throws: `ResNetError` of code `usage` where the purpose did not ask for it.
  public func activationGradient(_ layer: String) throws -> Tensor { try read(.activationGradient(layer), layer) }

  /// The gradient of the input, `[batch, channels, height, width]`.
  ///
  /// - Throws: `ResNetError` of code `usage` where the purpose did not ask for it.
  public func inputGradient() throws -> Tensor { try read(.inputGradient, "input") }

  /// The gradient of one parameter.
  ///
  /// - Throws: `ResNetError` of code `usage` where there is none of that name or the purpose did not ask for it.
  public func gradient(_ parameter: String) throws -> Tensor {
    guard let place = parameters.places[parameter], place.parameter.kind.isLearned,
      place.offset + place.parameter.shape.count <= gradients.count
    else {
      throw ResNetError(.usage, "there is no gradient of it", at: parameter, remedy: "Ask for it in the purpose")
    }
    let range = place.offset..<place.offset + place.parameter.shape.count
    return Tensor(shape: place.parameter.shape, scalars: Array(gradients[range]))
  }

  /// Sets the factors of an addition for the runs to come; 1 everywhere leaves it as it is, a branch of 0 cuts it off.
  ///
  /// - Throws: `ResNetError` of code `usage` where the network has no such addition or the purpose has no gates.
  public func setGate(
    _ addition: String, branch: Float = 1, shortcut: Float = 1, branchGradient: Float? = nil,
    shortcutGradient: Float? = nil
  ) throws {
    guard let gate = gates[addition]?.buffer else {
      throw ResNetError(
        .usage, "there is no gate of that name", at: addition,
        remedy: "Name an addition of the network, in a purpose with gates")
    }
    gate[0] = branch
    gate[1] = shortcut
    gate[2] = branchGradient ?? branch
    gate[3] = shortcutGradient ?? shortcut
  }

  /// Sets which random numbers dropout uses in the runs to come: a function of seed and iteration alone. Without it all
  /// layers of all runs leave out the same places.
  ///
  /// - Parameters:
  ///   - seed: the seed of the training run.
  ///   - iteration: which of its steps comes next, counted from 0.
  public func setDropoutStep(seed: UInt64, iteration: Int) {
    for (layer, key) in dropoutKeys {
      key.buffer[0] = Dropout.key(layer: layer, seed: seed, iteration: iteration)
    }
  }

  private func read(_ kept: Kept, _ name: String) throws -> Tensor {
    guard let result = results[kept] else {
      throw ResNetError(.usage, "the program does not keep it", at: name, remedy: "Ask for it in the purpose")
    }
    let shape = result.shape.batched(batch)
    let scalars = [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
      var relayout = ResNetRelayout(
        from: result.layout.batched(batch), to: Layout.plain(result.shape).batched(batch),
        from_element: result.layout.element.kernel, to_element: RESNET_FLOAT32, input: result.address,
        output: buffer.baseAddress, accumulates: 0, factor: 1)
      _ = resnet_relayout(&relayout)
      count = shape.count
    }
    return Tensor(shape: shape, scalars: scalars)
  }
}
