import COneDNN
import Foundation
import ResNetCore
import ResNetKernels

/// oneDNN, loaded, with its engine and stream; and the pool of threads that it shares with our kernels.
@EngineActor
final class OneDNNRuntime {
  let api: UnsafePointer<OneDNN>
  let engine: OneDNNEngine
  let stream: OneDNNStream
  /// Channels in a block of the fast layout: the float32 values of a vector register.
  private let lanes: Int
  /// The precisions that it can compute in, the fastest first.
  let precisions: [Precision]
  /// Whether it multiplies tiles of bfloat16 matrices, for which oneDNN wants channels last.
  let hasTiles: Bool
  /// Whether it has the vectors of integers that 8 bits need.
  private let hasInteger: Bool
  /// The greatest of the integers that activations without a sign are stored in. Processors without instructions for sums
  /// of four products add two of them in 16 bits: 2 · 127 · 127 is the most that these hold.
  let greatestUnsigned: Float
  private(set) var threads: Int

  private static var loaded: OneDNNRuntime?

  /// The runtime of the process, loaded on first use.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where no oneDNN serves.
  static func shared() throws -> OneDNNRuntime {
    if let loaded { return loaded }
    let made = try OneDNNRuntime()
    loaded = made
    return made
  }

  private init() throws {
    var message = [CChar](repeating: 0, count: 8192)
    guard let api = onednn_load(&message, message.count) else {
      let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw ResNetError(
        .unavailable, "oneDNN 3.2 or newer was not found (\(text))",
        remedy: "Run 'make bootstrap' in the package, or name a libdnnl.so.3 in RESNET_ONEDNN")
    }
    self.api = api
    var engine: OneDNNEngine?
    var stream: OneDNNStream?
    guard api.pointee.engine_create(&engine, .cpu, 0) == .success, let engine,
      api.pointee.stream_create(&stream, engine, .inOrder) == .success, let stream
    else {
      throw ResNetError(
        .unavailable, "oneDNN has no processor to run on", remedy: "Use a oneDNN that is built for this processor")
    }
    self.engine = engine
    self.stream = stream
    #if arch(x86_64)
      let set = api.pointee.get_effective_cpu_isa().rawValue
      func has(_ wanted: OneDNNInstructionSet) -> Bool { set & wanted.rawValue == wanted.rawValue }
      lanes = has(.avx512) ? 16 : 8
      hasTiles = has(.amx)
      // Without the instructions oneDNN computes in bfloat16 too, slower than in single precision.
      precisions = has(.avx512BF16) ? [.bfloat16, .float32] : has(.avx512) ? [.float32, .bfloat16] : [.float32]
      hasInteger = has(.avx2)
      greatestUnsigned = has(.avx512VNNI) || has(.avx2VNNI) ? 255 : 127
    #else
      lanes = 1
      hasTiles = false
      hasInteger = false
      greatestUnsigned = 127
      precisions = [.float32]
    #endif
    self.threads = max(1, min(Int(api.pointee.omp_get_max_threads()), Int(api.pointee.omp_get_thread_limit())))
    // With OMP_DYNAMIC a busy machine gives fewer threads than are asked for: oneDNN waits for the others for ever.
    api.pointee.omp_set_dynamic(0)
    use(threads: threads)
  }

  /// The most threads that the environment allows: asked for more, the pool gives fewer, and oneDNN waits for the missing
  /// ones for ever.
  var threadLimit: Int { Int(api.pointee.omp_get_thread_limit()) }

  /// Channels in a block of the fast layout; 1 where channels last are faster.
  func lanes(_ precision: Precision) -> Int {
    precision == .int8 || precision == .bfloat16 && hasTiles ? 1 : lanes
  }

  /// Whether the processor can compute in a precision.
  func computes(in precision: Precision) -> Bool { precision == .int8 ? hasInteger : precisions.contains(precision) }

  private var active = 0

  /// Sets how many threads share the work of what is compiled from here on.
  func use(threads: Int) {
    self.threads = threads
    activate(threads)
  }

  /// Gives the pool as many threads as a program was, or is to be, compiled for.
  func activate(_ threads: Int) {
    guard threads != active else { return }
    active = threads
    api.pointee.omp_set_num_threads(Int32(threads))
    if api.pointee.has_threads != 0 {
      resnet_use_threads(
        api.pointee.GOMP_parallel, api.pointee.omp_get_thread_num, api.pointee.omp_get_num_threads, Int32(threads))
    }
  }

  /// Makes primitives for another number of threads.
  func with<Result>(threads: Int, _ make: () throws -> Result) rethrows -> Result {
    let before = active
    activate(threads)
    defer { activate(before) }
    return try make()
  }

  /// Throws where oneDNN reports a failure, which is a fault of ours: shapes were checked before.
  nonisolated func check(_ status: OneDNNStatus, _ what: String) throws {
    guard status == .success else {
      throw ResNetError(
        status == .outOfMemory ? .unavailable : .software,
        "oneDNN refused \(what): \(String(cString: onednn_status_name(status)))",
        remedy: status == .outOfMemory
          ? "Use a smaller batch" : "Please report this; ONEDNN_VERBOSE=all prints why")
    }
  }
}
