import Foundation
import ResNetGraph

/// The layers' equations on row-major Double arrays.
enum Equations {
  /// z = W·a + b for each sample.
  static func linear(
    _ input: [Double], weight: [Double], bias: [Double]?, inputs: Int, outputs: Int, batch: Int
  ) -> [Double] {
    var result = Array(repeating: 0.0, count: batch * outputs)
    for sample in 0..<batch {
      for output in 0..<outputs {
        var sum = bias?[output] ?? 0
        for index in 0..<inputs { sum += weight[output * inputs + index] * input[sample * inputs + index] }
        result[sample * outputs + output] = sum
      }
    }
    return result
  }

  /// max(x, 0).
  static func relu(_ input: [Double], corners: inout UInt64) -> [Double] {
    corners = 0
    for value in input { mix(value > 0 ? 1 : 0, into: &corners) }
    // A value that is not a number stays one.
    return input.map { $0 <= 0 ? 0 : $0 }
  }

  /// branch + shortcut, each with its factor.
  ///
  /// With backward factors the value is that of the anchors, and only the distance from them has the backward factors:
  /// the function whose ordinary derivative at the anchors is the gated gradient.
  static func add(
    branch: [Double], shortcut: [Double], gate: Reference.Gate, backward: Reference.Gate?,
    anchors: (branch: [Double], shortcut: [Double])?
  ) -> [Double] {
    guard let backward, let anchors else {
      return zip(branch, shortcut).map { gate.branch * $0 + gate.shortcut * $1 }
    }
    return branch.indices.map { index in
      let (b, s) = (anchors.branch[index], anchors.shortcut[index])
      return gate.branch * b + gate.shortcut * s
        + backward.branch * (branch[index] - b) + backward.shortcut * (shortcut[index] - s)
    }
  }

  /// The channels of all inputs, one after another, for each sample.
  static func concatenation(_ inputs: [[Double]], batch: Int) -> [Double] {
    (0..<batch).flatMap { sample in
      inputs.flatMap { $0[(sample * $0.count / batch)..<((sample + 1) * $0.count / batch)] }
    }
  }

  /// 1 / (1 + e⁻ˣ).
  static func sigmoid(_ input: [Double]) -> [Double] { input.map { 1 / (1 + exp(-$0)) } }

  /// x · factor, with one factor for each value or for each run of `pixels` values.
  static func multiplication(_ x: [Double], _ factor: [Double], pixels: Int) -> [Double] {
    x.indices.map { x[$0] * factor[$0 / pixels] }
  }

  /// Zero where the layer leaves a value out, larger by its factor elsewhere.
  static func dropout(_ input: [Double], _ layer: Dropout, key: UInt32, batch: Int) -> [Double] {
    let unit = layer.unit == .value ? 1 : input.count / batch
    return input.indices.map { layer.keeps($0 / unit, key: key) ? input[$0] * Double(layer.factor) : 0 }
  }

  /// The mean of each `pixels` values.
  static func globalAveragePooling(_ input: [Double], pixels: Int) -> [Double] {
    stride(from: 0, to: input.count, by: pixels).map { start in
      input[start..<(start + pixels)].reduce(0, +) / Double(pixels)
    }
  }

  /// One step of FNV-1a.
  static func mix(_ value: Int, into hash: inout UInt64) {
    hash = (hash ^ UInt64(truncatingIfNeeded: value &+ 1)) &* 0x100_0000_01b3
  }
}
