import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph

extension Shattering {
  /// Looks at the gradients of networks along straight lines between two images: of the first image's logit by the input,
  /// projected on the direction of the line, with running statistics. A network as it begins has none; it takes those of
  /// images of the set.
  ///
  /// - Parameters:
  ///   - subjects: the networks; at least one.
  ///   - dataSet: where the images come from, spread evenly over the set.
  ///   - pairs: how many lines.
  ///   - points: how many inputs on each, at least 32.
  /// - Throws: `ResNetError` of code `data` where the images do not fit a network or are fewer than two for each line;
  ///   `usage` for impossible counts; `unavailable` where oneDNN or memory is missing.
  public static func measure(
    _ subjects: [Subject], on dataSet: DataSet, pairs: Int = 8, points: Int = 256
  ) async throws -> Shattering {
    try requireSubjects(subjects)
    guard pairs >= 1, (32...4096).contains(points) else {
      throw ResNetError(
        .usage, "\(pairs) lines of \(points) points", remedy: "Use at least one line, and 32 to 4096 points on it")
    }
    guard dataSet.count >= 2 * pairs else {
      throw ResNetError(
        .data, "\(dataSet.count) images are too few for \(counted(pairs, "line"))", at: dataSet.name,
        remedy: "Ask for fewer lines")
    }
    var entries = simulate([.whiteNoise, .brownianMotion]).entries
    for subject in subjects {
      let ends = try subject.loader(of: dataSet, count: 2 * pairs)
      let images = try subject.isTrained ? nil : subject.loader(of: dataSet, count: 128)
      let runs = try await EngineActor.run {
        let engine = try subject.engine()
        if let images { try engine.takeStatistics(of: images) }
        return try engine.derivatives(alongLinesOf: ends, points: points)
      }
      entries.append(Entry(name: subject.name, runs: runs))
    }
    return Shattering(inputs: .lines(dataSet: dataSet.name, points: points), entries: entries)
  }
}

extension Engine {
  /// The derivatives of logits along the lines from each image of the first half to one of the second half, `[lines][points]`.
  fileprivate func derivatives(alongLinesOf loader: Loader, points: Int) throws -> [[Double]] {
    let ends = try loader.firstBatch()
    let (size, lines, portion) = (graph.inputShape.count, ends.count / 2, 32)
    let probe = graph.firstLinearLayer
    var purpose = Purpose(statistics: .running, seed: .logit)
    if let probe {
      purpose.observations = [probe]
      purpose.activationGradients = [probe]
    } else {
      purpose.inputGradient = true
    }
    let program = try program(batch: portion, purpose: purpose)
    return try (0..<lines).map { line in
      try Task.checkCancellation()
      let start = Array(ends.images[line * size..<(line + 1) * size])
      let direction = zip(start, ends.images[(lines + line) * size..<(lines + line + 1) * size]).map { $1 - $0 }
      let length = norm(direction)
      /// Puts inputs on the line, from the one of a number on, into the program and runs it.
      @EngineActor func run(from first: Int, shares: (Int) -> Float) throws {
        for sample in 0..<portion {
          let share = shares(first + sample)
          let image = UnsafeMutableBufferPointer(rebasing: program.input[sample * size..<(sample + 1) * size])
          for position in 0..<size { image[position] = start[position] + share * direction[position] }
        }
        try program.run()
      }
      for sample in program.labels.indices { program.labels[sample] = ends.labels[line] }
      var step = direction
      if let probe {
        try run(from: 0) { Float(min($0, 1)) }
        let outputs = try program.activation(probe).scalars
        let count = outputs.count / portion
        step = zip(outputs, outputs[count..<2 * count]).map { $1 - $0 }
      }
      var derivatives: [Double] = []
      while derivatives.count < points {
        try run(from: derivatives.count) { Float(min($0, points - 1)) / Float(points - 1) }
        let gradient = try (probe.map { try program.activationGradient($0) } ?? program.inputGradient()).scalars
        for sample in 0..<min(portion, points - derivatives.count) {
          var product = 0.0
          for position in 0..<step.count {
            product += Double(gradient[sample * step.count + position]) * Double(step[position])
          }
          derivatives.append(product / length)
        }
      }
      return derivatives
    }
  }
}

extension Graph {
  /// The layer that alone takes the input and is linear in it, where there is one: the derivative along a line is that by its
  /// output times the difference of its outputs, which spares oneDNN's gradient by three channels, a thousand times slower.
  fileprivate var firstLinearLayer: String? {
    let readers = consumers[0].map { layers[$0] }
    guard readers.count == 1 else { return nil }
    switch readers[0].operation {
    case .convolution, .linear: return readers[0].name
    default: return nil
    }
  }
}
