import Dispatch
import Foundation

/// The number of cores that the process may use.
let processorCount = min(max(ProcessInfo.processInfo.activeProcessorCount, 1), 1024)

/// What `body` makes of each number below `count`, computed on all cores.
package func concurrentMap<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
  [Value](unsafeUninitializedCapacity: count) { buffer, filled in
    // Every iteration writes one place, which is its own.
    nonisolated(unsafe) let base = buffer
    DispatchQueue.concurrentPerform(iterations: count) { base.initializeElement(at: $0, to: body($0)) }
    filled = count
  }
}
