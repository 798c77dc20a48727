import ResNetCore

extension Program {
  /// Runs as `run()` does and takes the time of every step, and of every copy of weights that is brought up to date
  /// before them.
  ///
  /// - Returns: the copies of weights, then the steps, in the order in which they ran; always as many, so that runs can be
  ///   compared.
  /// - Throws: `ResNetError` of code `data` where a label is not a class.
  public func profile() throws -> [StepTime] {
    var times = work.packs + work.steps
    try begin()
    var last = ContinuousClock.now
    func lap(_ position: Int) {
      let now = ContinuousClock.now
      times[position].seconds = (now - last) / .seconds(1)
      last = now
    }
    for (position, pack) in packs.enumerated() {
      // Where the weights are those of the run before, the copies are too.
      if pack.version == parameters.version { times[position].bytes = 0 }
      try pack.refresh()
      lap(position)
    }
    let seconds = Allocation<Double>(capacity: steps.timeCount)
    seconds.buffer.initialize(repeating: 0)
    try runSteps(timing: seconds.buffer)
    for position in seconds.buffer.indices {
      // Where threads work side by side, the time that passed is what each of them took.
      times[packs.count + position % work.steps.count].seconds += seconds.buffer[position] / Double(steps.threads)
    }
    end()
    return times
  }
}
