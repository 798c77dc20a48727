import ResNetKernels

/// The steps of a program with everything in place.
@EngineActor
final class BoundSteps {
  /// How many threads run them side by side, each with memory of its own; 1 where all threads share every step.
  let threads: Int
  private var run: ResNetRun
  private let lifetimes: [AnyObject]

  /// Steps that all threads share.
  init(_ steps: [Step], _ binder: Binder) {
    let memory = Self.allocation(of: steps)
    threads = 1
    run = ResNetRun(
      count: Int64(steps.count), threads: 1, portions: 1, substitutes: 0, steps: memory.buffer.baseAddress,
      substituted: nil, seconds: nil)
    lifetimes = [memory, binder]
  }

  /// Steps that threads run side by side.
  ///
  /// - Parameters:
  ///   - steps: those of each thread.
  ///   - substituted: by thread and portion, what takes the place of steps that read samples or write results; as many
  ///     for each.
  init(_ steps: [[Step]], substituted: [[[ResNetSubstitute]]], _ binders: [Binder]) {
    let memory = Self.allocation(of: Array(steps.joined()))
    let substitutes = Self.allocation(of: Array(substituted.joined().joined()))
    threads = steps.count
    run = ResNetRun(
      count: Int64(steps[0].count), threads: Int64(steps.count), portions: Int64(substituted[0].count),
      substitutes: Int64(substituted[0][0].count), steps: memory.buffer.baseAddress,
      substituted: substitutes.buffer.baseAddress, seconds: nil)
    lifetimes = [memory, substitutes] + binders
  }

  /// How many times `run` can take: of each thread's steps.
  var timeCount: Int { threads * Int(run.count) }

  /// Runs them.
  ///
  /// - Parameter timing: what the time of every step is added to, thread by thread.
  /// - Returns: the position of a step that failed.
  func run(timing: UnsafeMutableBufferPointer<Double>? = nil) -> Int? {
    run.seconds = timing?.baseAddress
    let failed = resnet_run(&run)
    return failed < 0 ? nil : Int(failed)
  }

  private static func allocation<Element: BitwiseCopyable>(of elements: [Element]) -> Allocation<Element> {
    let memory = Allocation<Element>(capacity: elements.count)
    _ = memory.buffer.initialize(from: elements)
    return memory
  }
}
