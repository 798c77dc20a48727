import ResNetCore
import ResNetGraph
import ResNetKernels

extension Lowering {
  /// Leaves a part of a layer's gradient, if it is needed.
  func give(_ value: Int, to layer: Int, isExclusive: Bool) {
    guard differentiation.needsGradient[layer] else { return }
    guard joint.places[layer] == nil else {
      return addToJointGradient(Part(value: value, offset: 0, layout: gradientLayout(layer)), of: layer)
    }
    pieces[layer].append(GradientPiece(value: value, isExclusive: isExclusive))
  }

  /// All parts of a layer's gradient, at most two of them: kernels add two on the way.
  func pair(_ layer: Int) -> (first: GradientPiece, second: GradientPiece?) {
    while pieces[layer].count > 2 {
      let sum = sum(pieces[layer].removeFirst(), pieces[layer].removeFirst(), layer: layer)
      pieces[layer].insert(sum, at: 0)
    }
    // The one that may be overwritten comes first.
    let parts = pieces[layer].filter(\.isExclusive) + pieces[layer].filter { !$0.isExclusive }
    return (parts[0], parts.count > 1 ? parts[1] : nil)
  }

  /// The whole gradient of a layer as one value.
  func merged(_ layer: Int) -> GradientPiece {
    let (first, second) = pair(layer)
    guard let second else { return first }
    let sum = sum(first, second, layer: layer)
    pieces[layer] = [sum]
    return sum
  }

  private func sum(_ a: GradientPiece, _ b: GradientPiece, layer: Int) -> GradientPiece {
    gradientBeforeReLU(a, b, output: nil, layer: layer)
  }

  /// (a + b) · [output > 0], in the memory of `a` where nothing else needs it.
  func gradientBeforeReLU(_ a: GradientPiece, _ b: GradientPiece?, output: Int?, layer: Int) -> GradientPiece {
    guard b != nil || output != nil else { return a }
    let result = a.isExclusive ? plan.overwriting(a.value) : value(of: gradientLayout(layer))
    let (count, element) = (Int64(batch * layouts[layer].count), precision.element.kernel)
    plan.step("ReLU gradient", layer: layer, uses: [a.value, b?.value, output, result]) { binder in
      binder.step(
        resnet_relu_backward,
        ResNetReLUGradient(
          count: count, element: element, output: binder.address(output), gradient: binder.address(a.value),
          gradient2: binder.address(b?.value), gradient_z: binder.address(result)))
    }
    return GradientPiece(value: result, isExclusive: true)
  }

  /// Where a parameter's gradient belongs in the region of gradients; `nil` where it is not wanted.
  func gradientOffset(_ parameter: String, layer: Int) -> Int? {
    guard let from = differentiation.parametersFrom, layer >= from else { return nil }
    return parameters.places[parameter]?.offset
  }
}
