import ResNetCore
import ResNetKernels

/// What this machine reaches at most with all threads of the engine, measured: what the rates of steps are compared with.
public struct MachinePeak: Hashable, Sendable, Codable {
  /// Multiplications, each with an addition, a second, in registers alone, by the fastest instructions that the processor
  /// has for a precision.
  public var multiplyAddsPerSecond: Double
  /// Bytes a second, read and written, of a + 0.5 · b over arrays far larger than caches, as McCalpin's STREAM counts its
  /// triad: what a processor fetches of memory that it is going to overwrite does not count.
  public var bytesPerSecond: Double

  /// Makes a peak of its numbers.
  public init(multiplyAddsPerSecond: Double, bytesPerSecond: Double) {
    self.multiplyAddsPerSecond = multiplyAddsPerSecond
    self.bytesPerSecond = bytesPerSecond
  }
}

extension MachinePeak {
  /// Floats in each of the three arrays: together 192 MiB, more than the share of a few cores in any cache.
  private static let arrayCount = 16 << 20

  /// Measures, for about a second and in 192 MiB of memory; medians of several runs.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where oneDNN or memory is missing.
  @EngineActor
  public static func measured(precision: Precision = .float32) throws -> MachinePeak {
    try MachinePeak(multiplyAddsPerSecond: multiplyAddRate(precision), bytesPerSecond: byteRate())
  }

  @EngineActor
  private static func multiplyAddRate(_ precision: Precision) throws -> Double {
    let runtime = try OneDNNRuntime.shared()
    runtime.activate(runtime.threads)
    let tasks = Int64(runtime.threads * 64)
    let element: Element = precision == .int8 ? .int8 : precision.element
    let rates = (0..<Int32(RESNET_PEAK_LOOPS)).map { loop in
      // This also wakes the threads up.
      guard resnet_peak(element.kernel, loop, tasks) > 0 else { return 0.0 }
      let runs = repeated {
        let start = ContinuousClock.now
        let count = resnet_peak(element.kernel, loop, tasks)
        return Double(count) / ((ContinuousClock.now - start) / .seconds(1))
      }
      return median(of: runs)
    }
    return rates.max() ?? 0
  }

  @EngineActor
  private static func byteRate() throws -> Double {
    let runtime = try OneDNNRuntime.shared()
    runtime.activate(runtime.threads)
    let arena = try Arena()
    let size = arrayCount * MemoryLayout<Float>.stride
    try arena.grow(to: 3 * size)
    let arrays = (0..<3).map { (arena.start + $0 * size).assumingMemoryBound(to: Float.self) }
    for array in arrays { array.initialize(repeating: 1, count: arrayCount) }
    let factors: [Float] = [1, 0.5]
    let seconds = factors.withUnsafeBufferPointer { factors in
      var triad = ResNetAddition(
        count: Int64(arrayCount), element: RESNET_FLOAT32, a: arrays[0], b: arrays[1], factors: factors.baseAddress,
        output: arrays[2], relu: 0)
      _ = resnet_add(&triad)
      return repeated {
        let start = ContinuousClock.now
        _ = resnet_add(&triad)
        return (ContinuousClock.now - start) / .seconds(1)
      }
    }
    return withExtendedLifetime(arena) { Double(3 * size) / median(of: seconds) }
  }

  /// What several runs of a measurement give: as many as a fifth of a second has room for, and at least five.
  private static func repeated<Value>(_ measure: () throws -> Value) rethrows -> [Value] {
    let start = ContinuousClock.now
    var values: [Value] = []
    while values.count < 5 || ContinuousClock.now - start < .milliseconds(200) { values.append(try measure()) }
    return values
  }
}

extension StepTime {
  /// The median time of each step, of several runs of one program.
  ///
  /// - Precondition: every run has the same steps.
  public static func medians(of runs: [[StepTime]]) -> [StepTime] {
    guard var steps = runs.first else { return [] }
    for position in steps.indices {
      steps[position].seconds = runs.map { $0[position].seconds }.sorted()[runs.count / 2]
    }
    return steps
  }
}
