import ResNetCore
import ResNetGraph
import ResNetKernels

/// Channels that lie in memory as a part of a tensor of more channels.
struct Part {
  /// The value of the whole tensor.
  var value: Int
  /// Where the part begins, in numbers of values.
  var offset: Int
  var layout: Layout
}

extension Lowering {
  /// The part of joint memory that holds channels of a concatenation's output or gradient.
  private func part(of value: Int, _ shape: Shape, at place: JointOutputs.Place, from channel: Int = 0) -> Part {
    let first = place.channel + channel
    let whole = layouts[place.owner]
    let layout = Layout.fast(shape, whole.element, lanes: whole.isBlocked ? whole.lanes : 1)
    return Part(
      value: value, offset: whole.isBlocked ? first * whole.positions : first,
      layout: layout.part(of: graph.layers[place.owner].shape[0]))
  }

  /// A layer's output where it lies: within joint memory, or by itself.
  func outputPart(_ layer: Int) -> Part {
    computeAgain(layer)
    guard let place = joint.places[layer], let memory = jointOutputs[place.owner] else {
      return Part(value: output(layer), offset: 0, layout: layout(layer, asIntegers: false))
    }
    return part(of: memory, graph.layers[layer].shape, at: place)
  }

  /// Brings the inputs that do not lie in the joint memory already to their places.
  func concatenationForward(_ unit: Unit) {
    guard let place = joint.places[unit.head] else { return }
    let memory = jointOutputs[place.owner] ?? value(of: layouts[place.owner])
    jointOutputs[place.owner] = memory
    for (input, channel) in JointOutputs.inputs(of: graph.layers[unit.head], in: graph) {
      let target = part(of: memory, graph.layers[input].shape, at: place, from: channel)
      if isInPlace(input, of: place, channel: channel) {
        computeAgain(input)
        continue
      }
      move(outputPart(input), to: target, layer: unit.head)
    }
  }

  /// Hands the parts of the joint gradient to the inputs that do not lie in it.
  func concatenationBackward(_ unit: Unit) {
    guard let place = joint.places[unit.head], let memory = jointGradients[place.owner] else { return }
    for (input, channel) in JointOutputs.inputs(of: graph.layers[unit.head], in: graph)
    where differentiation.needsGradient[input] && !isInPlace(input, of: place, channel: channel) {
      let source = part(of: memory, graph.layers[input].shape, at: place, from: channel)
      if joint.places[input] == nil {
        let result = value(of: layouts[input])
        move(source, to: Part(value: result, offset: 0, layout: layouts[input]), layer: unit.head)
        give(result, to: input, isExclusive: true)
      } else {
        addToJointGradient(source, of: input)
      }
    }
  }

  private func isInPlace(_ input: Int, of place: JointOutputs.Place, channel: Int) -> Bool {
    joint.places[input] == JointOutputs.Place(owner: place.owner, channel: place.channel + channel)
  }

  /// The gradient of a concatenation as a part of its joint memory, to be written or, where something is there already, added to.
  func jointGradient(_ layer: Int) -> (part: Part, accumulates: Bool)? {
    guard let place = joint.places[layer] else { return nil }
    let shape = graph.layers[layer].shape
    if let memory = jointGradients[place.owner] { return (part(of: memory, shape, at: place), true) }
    let memory = value(of: layouts[place.owner])
    jointGradients[place.owner] = memory
    guard shape[0] < graph.layers[place.owner].shape[0] else { return (part(of: memory, shape, at: place), false) }
    // Channels that this consumer does not reach: others will add to them, or nobody.
    let bytes = Int64(batch * layouts[place.owner].bytes)
    plan.step("zeros", layer: layer, uses: [memory]) { binder in
      binder.step(resnet_copy, ResNetCopy(bytes: bytes, input: nil, output: binder.address(memory)))
    }
    return (part(of: memory, shape, at: place), true)
  }

  /// Adds a gradient to that of a concatenation.
  func addToJointGradient(_ source: Part, of layer: Int) {
    guard let (target, accumulates) = jointGradient(layer) else { return }
    move(source, to: target, accumulates: accumulates, layer: layer)
  }

  /// A part of joint memory as a tensor of its own.
  func detached(_ source: Part, layer: Int) -> Int {
    let result = value(of: layouts[layer])
    move(source, to: Part(value: result, offset: 0, layout: layouts[layer]), layer: layer)
    return result
  }

  private func move(_ source: Part, to target: Part, accumulates: Bool = false, layer: Int) {
    let (from, to) = (source.layout.batched(batch), target.layout.batched(batch))
    plan.step("channels", layer: layer, uses: [source.value, target.value]) { binder in
      binder.step(
        resnet_relayout,
        ResNetRelayout(
          from: from, to: to, from_element: source.layout.element.kernel, to_element: target.layout.element.kernel,
          input: binder.address(source), output: binder.address(target), accumulates: accumulates ? 1 : 0, factor: 1))
    }
  }
}
