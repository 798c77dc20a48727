import ResNetCore
import ResNetKernels

extension Engine {
  /// What a program would need of memory under the limit; takes none of it.
  ///
  /// - Throws: what `program` throws.
  public func memory(batch: Int, purpose: Purpose) throws -> MemoryNeed {
    guard (1...(1 << 20)).contains(batch) else {
      throw ResNetError(.usage, "a batch of \(batch) is not possible", remedy: "Use 1 to \(1 << 20) samples")
    }
    let key = Key(batch: batch, purpose: purpose, threads: runtime.threads)
    // The first way is always there, and tells of the others.
    var survey = surveys[key] ?? Survey(choices: [.nothing])
    var position = 0
    while position < survey.choices.count {
      if position == survey.needs.count {
        let planned = try planned(batch: batch, purpose: purpose, survey.choices[position])
        latest = (key, planned)
        if position == 0 { survey.choices = planned.lowering.choices }
        survey.needs.append(planned.need)
        surveys[key] = survey
      }
      if survey.needs[position].arenaBytes <= memoryLimit?.arenaBytes ?? .max { return survey.needs[position] }
      position += 1
    }
    throw (memoryLimit ?? MemoryLimit(bytes: .max)).refusal(smallest: survey.needs.map(\.arenaBytes).min() ?? 0)
  }

  /// The program of a given recomputation, whatever the limit says; it is not kept for others.
  func program(batch: Int, purpose: Purpose, recomputation: Recomputation) throws -> Program {
    try bound(planned(batch: batch, purpose: purpose, recomputation))
  }

  /// Plans a program with as little recomputation as the limit allows.
  func planned(batch: Int, purpose: Purpose) throws -> Planned {
    let need = try memory(batch: batch, purpose: purpose)
    let key = Key(batch: batch, purpose: purpose, threads: runtime.threads)
    if let latest, latest.key == key, latest.planned.need == need { return latest.planned }
    return try planned(batch: batch, purpose: purpose, need.recomputation)
  }

  func planned(batch: Int, purpose: Purpose, _ recomputation: Recomputation) throws -> Planned {
    let division = Division(batch: batch, purpose: purpose, threads: runtime.threads)
    let threads = division == nil ? runtime.threads : 1
    // oneDNN reads the number of threads when it makes primitives, and a program of another number may have run since.
    runtime.activate(runtime.threads)
    return try runtime.with(threads: threads) {
      let lowering = try Lowering(
        graph: graph, parameters: parameters, batch: division?.portion ?? batch, purpose: purpose,
        precision: precision, quantization: quantization, recomputation: recomputation, threads: threads,
        runtime: runtime, convolution: { [unowned self] shape in try convolution(shape) })
      try lowering.lower()
      return Planned(
        lowering: lowering,
        memory: division.map { .divided(DividedMemory($0, lowering)) } ?? .whole(MemoryPlan(lowering.plan)))
    }
  }

  /// Gives a planned program its addresses.
  func bound(_ planned: Planned) throws -> Program {
    let (lowering, need) = (planned.lowering, planned.need)
    try arena.grow(to: need.arenaBytes)
    switch planned.memory {
    case .whole(let memory):
      let binder = Binder(addresses: memory.offsets.map { arena.start + $0 })
      let steps = try lowering.plan.steps.map { try $0.bind(binder) }
      return Program(
        lowering, steps: BoundSteps(steps, binder), binder: binder, portions: 1, memory: need, arena: arena)
    case .divided(let memory):
      let division = memory.division
      var binders: [Binder] = []
      func bound(_ positions: some Sequence<Int>, thread: Int, portion: Int) throws -> [(Int, Step)] {
        let binder = Binder(addresses: memory.addresses(from: arena.start, thread: thread, portion: portion))
        binders.append(binder)
        return try positions.map { ($0, try lowering.plan.steps[$0].bind(binder)) }
      }
      let threads = 0..<division.threads
      let steps = try threads.map { try bound(lowering.plan.steps.indices, thread: $0, portion: 0).map(\.1) }
      let substituted = try threads.map { thread in
        try (0..<division.portions).map { portion in
          try bound(memory.outerSteps, thread: thread, portion: portion)
            .map { ResNetSubstitute(position: Int64($0), step: $1) }
        }
      }
      for binder in binders.dropFirst() { binder.forgetAddresses() }
      return Program(
        lowering, steps: BoundSteps(steps, substituted: substituted, binders), binder: binders[0],
        portions: division.portions, memory: need, arena: arena)
    }
  }

  /// A program but for its addresses.
  struct Planned {
    var lowering: Lowering
    var memory: Memory

    enum Memory {
      case whole(MemoryPlan)
      case divided(DividedMemory)
    }

    @EngineActor var need: MemoryNeed {
      let bytes =
        switch memory {
        case .whole(let memory): memory.size
        case .divided(let memory): memory.size
        }
      return MemoryNeed(
        arenaBytes: bytes, recomputation: lowering.recomputation, recomputedLayers: lowering.recomputedLayers)
    }
  }

  /// What is known of the ways to plan a program.
  struct Survey {
    /// The ways, the fastest first.
    var choices: [Recomputation]
    /// What the first ones of them need.
    var needs: [MemoryNeed] = []
  }
}
