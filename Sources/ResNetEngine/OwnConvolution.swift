import ResNetGraph
import ResNetKernels

/// A convolution of 3 × 3, stride 1 and padding 1, or the gradient of its input, by kernels of ours, which share the work
/// among the threads themselves.
protocol OwnConvolution {
  /// How its weights lie.
  var weightOrder: OwnWeightOrder { get }
  /// What its weights take.
  var weightBytes: Int { get }
  /// What it works in, in bytes.
  var scratchBytes: Int { get }
  /// The gradient of the input: a convolution of the output's with the weights turned round.
  var reversed: Self { get }

  /// Brings weights in plain order into its own.
  @EngineActor
  func packing(_ binder: Binder, from plain: UnsafeMutableRawPointer?, to memory: UnsafeMutableRawPointer?) -> Step

  @EngineActor
  func step(_ binder: Binder, _ operands: OwnConvolutionOperands) -> Step
}

/// How a kernel of ours reads weights; convolutions of one layer that agree in it share a copy.
enum OwnWeightOrder: Hashable {
  case winograd(step: Int, isReversed: Bool)
  case tiles(isReversed: Bool)
}

/// What a convolution reads and writes.
struct OwnConvolutionOperands {
  var input: UnsafeMutableRawPointer?
  var weights: UnsafeMutableRawPointer?
  var bias: UnsafeMutablePointer<Float>?
  var output: UnsafeMutableRawPointer?
  var scratch: UnsafeMutableRawPointer?
  /// Whether it adds to what the output holds.
  var adds = false
  var relu = false
}

extension Lowering {
  /// The kernel of ours that serves a convolution better than oneDNN does.
  func ownConvolution(_ shape: ConvolutionShape) -> (any OwnConvolution)? {
    Winograd(shape) ?? TileConvolution(shape, hasTiles: runtime.hasTiles)
  }

  /// - Parameter result: where the output goes, and what it is added to where the unit adds.
  func ownForward(_ own: any OwnConvolution, _ unit: Unit, input: Int, weights: WeightSource, result: Int) {
    let scratch = plan.value(bytes: own.scratchBytes)
    plan.step("convolution", layer: unit.head, uses: [input, result, scratch, weights.value]) { binder in
      own.step(
        binder,
        OwnConvolutionOperands(
          input: binder.address(input), weights: weights.address(binder), bias: weights.bias,
          output: binder.address(result), scratch: binder.address(scratch), adds: unit.addend != nil, relu: unit.relu))
    }
  }

  /// - Returns: the gradient of the input.
  func ownInputGradient(_ own: any OwnConvolution, _ unit: Unit, gradient: Int, weights: WeightSource) -> Int {
    let result = value(of: gradientLayout(graph.layers[unit.head].inputs[0]))
    let scratch = plan.value(bytes: own.scratchBytes)
    plan.step("input gradient", layer: unit.head, uses: [gradient, result, scratch, weights.value]) { binder in
      own.step(
        binder,
        OwnConvolutionOperands(
          input: binder.address(gradient), weights: weights.address(binder), output: binder.address(result),
          scratch: binder.address(scratch)))
    }
    return result
  }
}
