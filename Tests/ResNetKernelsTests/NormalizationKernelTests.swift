import Foundation
import ResNetKernels
import Testing

/// Batch normalisation against the plain formula in Double, in all layouts and sizes that have loops of their own.
@Suite struct NormalizationKernelTests {
  static let layouts = [
    TestLayout(batch: 3, channels: 32, positions: 49, lanes: 16),
    TestLayout(batch: 2, channels: 24, positions: 5, lanes: 8),
    TestLayout(batch: 1, channels: 16, positions: 1030, lanes: 16),
    TestLayout(batch: 5, channels: 3, positions: 7, lanes: 3),
    TestLayout(batch: 4, channels: 64, positions: 9, lanes: 64),
    TestLayout(batch: 2, channels: 40, positions: 33, lanes: 40),
    TestLayout(batch: 2, channels: 20, positions: 11, lanes: 20),
    TestLayout(batch: 33, channels: 96, positions: 4, lanes: 96),
    TestLayout(batch: 6, channels: 12, positions: 5, lanes: 12, of: 30),
    TestLayout(batch: 3, channels: 32, positions: 6, lanes: 32, of: 48),
    TestLayout(batch: 3, channels: 32, positions: 6, lanes: 16, of: 64),
    TestLayout(batch: 2, channels: 5, positions: 3, lanes: 1),
    TestLayout(batch: 37, channels: 10, positions: 1, lanes: 10),
  ]

  /// A normalisation over random values, and what comes out by the formula.
  private struct Sample {
    let layout: TestLayout
    let x: Stored
    let addend: Stored
    let scale: Stored
    let shift: Stored
    var mean: [Double]
    var inverse: [Double]
    static let epsilon: Float = 1e-5

    init(_ layout: TestLayout, _ storage: Storage) {
      self.layout = layout
      x = .random(layout.size, seed: 1, as: storage)
      addend = .random(layout.whole.size, seed: 2, as: storage)
      scale = Stored((0..<layout.channels).map { 1 + 0.1 * Double($0 % 7) }, as: .float32)
      shift = Stored((0..<layout.channels).map { 0.05 * Double($0 % 5) - 0.1 }, as: .float32)
      (mean, inverse) = ([], [])
      let count = Double(layout.batch * layout.positions)
      for c in 0..<layout.channels {
        let values = Self.places(layout, c).map { [x] in x[$0] }
        let average = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / count
        mean.append(average)
        inverse.append(1 / (variance + Double(Self.epsilon)).squareRoot())
      }
    }

    static func places(_ layout: TestLayout, _ channel: Int) -> [Int] {
      (0..<layout.batch).flatMap { n in (0..<layout.positions).map { layout.place(n, channel, $0) } }
    }

    /// Before ReLU and addition.
    func z(_ c: Int, _ xPlace: Int) -> Double {
      (x[xPlace] - mean[c]) * inverse[c] * scale[c] + shift[c]
    }

    func scratch(_ slices: Int) -> Stored {
      .filled(.nan, Int(resnet_normalization_scratch(layout.kernel, Int64(slices))))
    }
  }

  /// The whole batch at once, and sample by sample.
  private func slices(_ layout: TestLayout) -> [Int] { layout.batch == 1 ? [1] : [1, layout.batch] }

  @Test("Forward: statistics of the batch, addition and ReLU", arguments: layouts, Storage.allCases)
  func forward(layout: TestLayout, storage: Storage) {
    let sample = Sample(layout, storage)
    for (adds, relu, slices) in [(false, false), (true, true), (false, true), (true, false)].flatMap({ pair in
      slices(layout).map { (pair.0, pair.1, $0) }
    }) {
      let output = Stored.filled(.nan, layout.whole.size, as: storage)
      let (mean, inverse) = (Stored.filled(0, layout.channels), Stored.filled(0, layout.channels))
      let (runningMean, runningVariance) = (Stored.filled(0, layout.channels), Stored.filled(1, layout.channels))
      let scratch = sample.scratch(slices)
      var call = ResNetNormalization(
        slice: ResNetSlice(slices: Int64(slices), slice: 0), layout: layout.kernel, element: storage.element,
        x: sample.x.memory, addend: adds ? sample.addend.memory : nil,
        output: output.memory, scale: sample.scale.floats, shift: sample.shift.floats, mean: mean.floats,
        inverse_deviation: inverse.floats, running_mean: runningMean.floats, running_variance: runningVariance.floats,
        scratch: scratch.floats, epsilon: Sample.epsilon, momentum: 0.1, uses_running: 0, uses_given: 0,
        relu: relu ? 1 : 0)
      for slice in 0..<Int64(slices) {
        call.slice.slice = slice
        #expect(resnet_normalization_sums(&call) == 0)
      }
      #expect(resnet_normalization_join(&call) == 0)
      for slice in 0..<Int64(slices) {
        call.slice.slice = slice
        #expect(resnet_normalization_apply(&call) == 0)
      }
      #expect(scratch.isIntact)
      #expect(output.isIntact)
      var worst = 0.0
      let count = Double(layout.batch * layout.positions)
      for c in 0..<layout.channels {
        let variance = 1 / (sample.inverse[c] * sample.inverse[c]) - Double(Sample.epsilon)
        #expect(abs(mean[c] - sample.mean[c]) < 1e-5)
        #expect(abs(inverse[c] / sample.inverse[c] - 1) < 1e-4)
        #expect(abs(runningMean[c] - 0.1 * sample.mean[c]) < 1e-5)
        #expect(abs(runningVariance[c] - 0.9 - 0.1 * variance * count / (count - 1)) < 1e-4)
        for (place, own) in zip(Sample.places(layout, c), Sample.places(layout.whole, c)) {
          var expected = sample.z(c, place) + (adds ? sample.addend[own] : 0)
          if relu { expected = max(expected, 0) }
          worst = max(worst, abs(output[own] - expected) / (abs(expected) + 0.02))
        }
      }
      #expect(worst <= 3 * storage.rounding, "adds \(adds), ReLU \(relu)")
    }
  }

  @Test("Gradient: of x, scale, shift and what was added", arguments: layouts, Storage.allCases)
  func backward(layout: TestLayout, storage: Storage) {
    let sample = Sample(layout, storage)
    let size = layout.whole.size
    let gradient = Stored.random(size, seed: 3, as: storage)
    let second = Stored.random(size, seed: 4, as: storage)
    // (has a second gradient, ReLU, has an addend, adds to what is there)
    for (number, (two, relu, adds, accumulates)) in [
      (false, false, false, false), (true, true, false, true), (false, true, true, false), (true, true, true, false),
      (true, false, true, true), (false, true, false, false), (true, false, false, false),
    ].enumerated() {
      let slices = slices(layout)[number % slices(layout).count]
      let output = Stored.filled(0, size, as: storage)
      let before = Stored.random(layout.size, seed: 5, as: storage)
      let dx = Stored(before.values, as: storage)
      let dz = Stored.filled(.nan, size, as: storage)
      let (dScale, dShift) = (Stored.filled(0, layout.channels), Stored.filled(0, layout.channels))
      var expectedDz = [Double](repeating: 0, count: size)
      var near = [Bool](repeating: false, count: size)
      for c in 0..<layout.channels {
        for (place, own) in zip(Sample.places(layout, c), Sample.places(layout.whole, c)) {
          let z = sample.z(c, place) + (adds ? sample.addend[own] : 0)
          output[own] = max(z, 0)
          // Where z all but vanishes rounding decides; with an addend the stored output does.
          let passes = !relu || (adds ? output[own] > 0 : z > 0)
          near[own] = relu && !adds && abs(z) < 1e-5
          expectedDz[own] = passes ? gradient[own] + (two ? second[own] : 0) : 0
        }
      }
      let mean = Stored(sample.mean, as: .float32)
      let inverse = Stored(sample.inverse, as: .float32)
      let scratch = sample.scratch(slices)
      var call = ResNetNormalizationGradient(
        slice: ResNetSlice(slices: Int64(slices), slice: 0), layout: layout.kernel, element: storage.element,
        x: sample.x.memory,
        output: relu && adds ? output.memory : nil, gradient: gradient.memory, gradient2: two ? second.memory : nil,
        gradient_z: adds ? dz.memory : nil, gradient_x: dx.memory, gradient_scale: dScale.floats,
        gradient_shift: dShift.floats, scale: sample.scale.floats, shift: sample.shift.floats, mean: mean.floats,
        inverse_deviation: inverse.floats, scratch: scratch.floats, constant_statistics: 0,
        accumulates: accumulates ? 1 : 0, relu: relu ? 1 : 0)
      for slice in 0..<Int64(slices) {
        call.slice.slice = slice
        #expect(resnet_normalization_gradient_sums(&call) == 0)
      }
      #expect(resnet_normalization_gradient_join(&call) == 0)
      for slice in 0..<Int64(slices) {
        call.slice.slice = slice
        #expect(resnet_normalization_gradient_apply(&call) == 0)
      }
      #expect(scratch.isIntact)
      #expect(dx.isIntact && dz.isIntact)
      let count = Double(layout.batch * layout.positions)
      var worst = 0.0
      for c in 0..<layout.channels {
        let places = Array(zip(Sample.places(layout, c), Sample.places(layout.whole, c)))
        // With an addend dz is stored, and rounded, before dx is made of it.
        let sum = places.reduce(0) { $0 + expectedDz[$1.1] }
        let product = places.reduce(0) { $0 + expectedDz[$1.1] * (sample.x[$1.0] - sample.mean[c]) * sample.inverse[c] }
        #expect(abs(dShift[c] - sum) <= 1e-3 * (1 + count.squareRoot()))
        #expect(abs(dScale[c] - product) <= 1e-3 * (1 + count.squareRoot()))
        for (place, own) in places where !near[own] {
          if adds { worst = max(worst, abs(dz[own] - expectedDz[own]) / (abs(expectedDz[own]) + 0.1)) }
          let normalized = (sample.x[place] - sample.mean[c]) * sample.inverse[c]
          let expected =
            sample.scale[c] * sample.inverse[c] * (expectedDz[own] - sum / count - normalized * product / count)
            + (accumulates ? before[place] : 0)
          worst = max(worst, abs(dx[place] - expected) / (abs(expected) + 1))
        }
      }
      #expect(worst <= 4 * storage.rounding, "two \(two), ReLU \(relu), adds \(adds), accumulates \(accumulates)")
      // Channels beside the part are left alone.
      var touched = Set((0..<layout.channels).flatMap { Sample.places(layout, $0) })
      touched.formSymmetricDifference(0..<layout.size)
      #expect(touched.allSatisfy { dx[$0] == before[$0] })
    }
  }
}
