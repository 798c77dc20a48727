import ResNetCore

/// Where each value of a plan lies in the arena, so that values share memory when they are not needed at the same time.
struct MemoryPlan {
  /// By value, in bytes from the start of the arena.
  let offsets: [Int]
  /// Bytes in all.
  let size: Int

  /// Room between values starts at multiples of this: a cache line, which also suits every vector width.
  private static let alignment = 64

  /// Places the values by walking through the steps: memory is taken at a value's first use and given back after its
  /// last one, always in the smallest gap that holds it.
  ///
  /// - Parameter outside: values that own memory elsewhere.
  @EngineActor
  init(_ plan: Plan, outside: Set<Int> = []) {
    let count = plan.values.count
    var first = Array(repeating: Int.max, count: count)
    var last = Array(repeating: -1, count: count)
    for (time, step) in plan.steps.enumerated() {
      for value in step.uses {
        let root = plan.root(value)
        first[root] = min(first[root], time)
        last[root] = max(last[root], time)
      }
    }
    var starting = Array(repeating: [Int](), count: plan.steps.count + 1)
    var ending = Array(repeating: [Int](), count: plan.steps.count + 1)
    for value in 0..<count where plan.values[value].alias == nil && !outside.contains(value) {
      if plan.values[value].isKept {
        starting[0].append(value)
      } else if last[value] >= 0 {
        starting[first[value]].append(value)
        ending[last[value]].append(value)
      }
    }
    var offsets = Array(repeating: 0, count: count)
    var gaps = Gaps()
    for time in starting.indices {
      // The largest first, so that small values fill what is left.
      for value in starting[time].sorted(by: { (plan.values[$1].bytes, $0) < (plan.values[$0].bytes, $1) }) {
        offsets[value] = gaps.take(Self.rounded(plan.values[value].bytes))
      }
      for value in ending[time] { gaps.giveBack(offsets[value], Self.rounded(plan.values[value].bytes)) }
    }
    for value in 0..<count { offsets[value] = offsets[plan.root(value)] }
    self.offsets = offsets
    self.size = gaps.end
  }

  /// What a value of so many bytes takes.
  static func rounded(_ bytes: Int) -> Int {
    max((bytes + alignment - 1) / alignment, 1) * alignment
  }
}

/// The free ranges below the end of the arena, in order of place.
private struct Gaps {
  private var free: [Range<Int>] = []
  private(set) var end = 0

  mutating func take(_ size: Int) -> Int {
    var best: Int?
    for position in free.indices where free[position].count >= size {
      if best.map({ free[position].count < free[$0].count }) ?? true { best = position }
    }
    guard let best else {
      // A gap that reaches the end grows; otherwise the arena does.
      if let last = free.last, last.upperBound == end {
        free.removeLast()
        end = last.lowerBound + size
        return last.lowerBound
      }
      end += size
      return end - size
    }
    let start = free[best].lowerBound
    free[best] = start + size..<free[best].upperBound
    if free[best].isEmpty { free.remove(at: best) }
    return start
  }

  mutating func giveBack(_ start: Int, _ size: Int) {
    let position = free.firstIndex { $0.lowerBound > start } ?? free.count
    free.insert(start..<start + size, at: position)
    if position + 1 < free.count, free[position].upperBound == free[position + 1].lowerBound {
      free[position] = free[position].lowerBound..<free[position + 1].upperBound
      free.remove(at: position + 1)
    }
    if position > 0, free[position - 1].upperBound == free[position].lowerBound {
      free[position - 1] = free[position - 1].lowerBound..<free[position].upperBound
      free.remove(at: position)
    }
  }
}
