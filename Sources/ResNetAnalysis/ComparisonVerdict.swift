import ResNetCore
import ResNetModels

extension Comparison {
  /// What a comparison shows, computed from its errors alone.
  public struct Verdict: Hashable, Sendable {
    /// What depth does to networks of one kind: from the shallowest to the deepest.
    public struct Depth: Hashable, Sendable {
      /// Which networks, as in `plain`.
      public var family: String
      /// The numbers of layers, fewest first.
      public var layers: [Int]
      /// What becomes of the error on training images.
      public var training: ErrorChange
      /// What becomes of the error on test images, where runs tested.
      public var test: ErrorChange?
      /// The number of layers with the least median error: on test images, or on training images where nothing was tested.
      public var bestLayers: Int
    }

    /// What shortcuts do where the number of layers is the same: from the plain network to the residual one.
    public struct Shortcut: Hashable, Sendable {
      /// The number of layers.
      public var layers: Int
      /// What becomes of the error on training images.
      public var training: ErrorChange
      /// What becomes of the error on test images, where runs tested.
      public var test: ErrorChange?
    }

    /// What depth does, for each kind of networks of which there are two depths.
    public var depth: [Depth]
    /// What shortcuts do at the greatest number of layers that a plain network and a residual one have in common.
    public var shortcut: Shortcut?
    /// What to keep in mind, in sentences.
    public var cautions: [String]
  }

  /// What the comparison shows.
  public var verdict: Verdict {
    Verdict(depth: families.compactMap(Self.depth), shortcut: shortcutEffect, cautions: cautions)
  }

  private static func depth(_ family: Family) -> Verdict.Depth? {
    guard let shallow = family.networks.first, let deep = family.networks.last, shallow.layers < deep.layers,
      let training = change(shallow, deep, \.trainingError)
    else { return nil }
    let errors = family.networks.compactMap { network in
      (network.testError ?? network.trainingError).map { (layers: network.layers, error: $0.median) }
    }
    return Verdict.Depth(
      family: family.name, layers: Set(family.networks.map(\.layers)).sorted(), training: training,
      test: change(shallow, deep, \.testError), bestLayers: errors.min { $0.error < $1.error }?.layers ?? deep.layers)
  }

  private var shortcutEffect: Verdict.Shortcut? {
    let deepest = networks.filter { $0.kind == .plain }.sorted { $0.layers > $1.layers }
    for plain in deepest {
      // The one that differs in the shortcut alone, where there are several.
      let residual = networks.filter { $0.kind == .residual && $0.layers == plain.layers }
      let counterpart = residual.first { $0.architecture.plainCounterpart == plain.architecture } ?? residual.first
      guard let counterpart, let training = Self.change(plain, counterpart, \.trainingError) else { continue }
      return Verdict.Shortcut(
        layers: plain.layers, training: training, test: Self.change(plain, counterpart, \.testError))
    }
    return nil
  }

  private static func change(
    _ from: Network, _ to: Network, _ error: (Network) -> Spread?
  ) -> ErrorChange? {
    guard let before = error(from), let after = error(to) else { return nil }
    return ErrorChange(from: before, to: after)
  }

  private var cautions: [String] {
    var cautions = networks.filter { $0.divergedCount > 0 }.map { network in
      network.divergedCount == network.runs.count
        ? "\(network.name) diverged with \(network.runs.count == 1 ? "its seed" : "every seed")."
        : "\(network.name) diverged with \(network.divergedCount) of \(network.runs.count) seeds."
    }
    if Set(networks.flatMap(\.runs).map(\.recipe)).count > 1 {
      cautions.append("The recipes are not the same, and differences may be theirs.")
    }
    let fewest = networks.map(\.runs.count).min() ?? 1
    if networks.count > 1, fewest == 1 {
      cautions.append(
        "One seed cannot tell effect from chance: a difference of less than a percentage point counts as none.")
    } else if networks.count > 1, fewest == 2 {
      cautions.append("Two seeds are few: their ranges come out apart by chance one time in six.")
    }
    return cautions
  }
}

extension Comparison.Verdict {
  /// The verdict in a few sentences.
  public var text: String {
    let effects = depth.map(\.sentence) + (shortcut.map { [$0.sentence] } ?? [])
    let nothing =
      "There are no two networks of one kind that differ in depth, nor a plain and a residual one of the same depth."
    return ((effects.isEmpty ? [nothing] : effects) + cautions).joined(separator: " ")
  }
}

extension Comparison.Verdict.Depth {
  /// What depth does, in a sentence or two.
  var sentence: String {
    let change = test ?? training
    let span = "from \(layers[0]) to \(layers[layers.count - 1]) layers"
    let errors = (test.map { ["the test error \($0.phrase)"] } ?? []) + ["the training error \(training.phrase)"]
    let measured = "\(span) \(errors.joined(separator: ", "))."
    switch change.direction {
    case .rises:
      return "Depth hurts the \(family) networks: \(measured)\(explanation)"
    case .falls:
      return "Depth helps the \(family) networks: \(measured)\(middle)"
    case .unclear:
      return "Depth makes no clear difference to the \(family) networks: \(measured)\(middle)"
    }
  }

  /// Why the deeper networks are worse.
  private var explanation: String {
    switch training.direction {
    case .rises where test != nil:
      " That is degradation and not overfitting: the deeper network fits its own training images worse."
    case .falls: " That is overfitting: the deeper network fits its training images better."
    case .rises, .unclear: ""
    }
  }

  private var middle: String {
    bestLayers == layers[0] || bestLayers == layers[layers.count - 1]
      ? "" : " The least error is that of \(bestLayers) layers."
  }
}

extension Comparison.Verdict.Shortcut {
  /// What shortcuts do, in a sentence.
  var sentence: String {
    let change = test ?? training
    let kind = test == nil ? "training" : "test"
    let place = "With \(layers) layers the residual network's \(kind) error"
    let (plain, residual) = (change.from.median, change.to.median)
    guard change.direction != .unclear, plain.isFinite, residual.isFinite else {
      return change.direction == .unclear
        ? "\(place) does not clearly differ from the plain one's (\(change.from.text) plain, \(change.to.text) residual)."
        : "With \(layers) layers the \(plain.isFinite ? "residual" : "plain") network diverges and the other does not."
    }
    return "\(place) is \(fixed(abs(plain - residual), 2)) points \(residual < plain ? "below" : "above") the plain "
      + "one's (\(change.from.text) plain, \(change.to.text) residual)."
  }
}

extension ErrorChange {
  /// What becomes of the error, as in `falls from 8.70 % to 6.95 %`.
  fileprivate var phrase: String {
    switch direction {
    case .falls: "falls from \(from.text) to \(to.text)"
    case .rises: "rises from \(from.text) to \(to.text)"
    case .unclear: "does not clearly change (\(from.text), then \(to.text))"
    }
  }
}

extension Spread {
  /// The median, and the range where there are several values, as in `8.70 % (8.51 to 8.92)`.
  var text: String {
    guard least.isFinite else { return "divergence" }
    func number(_ value: Double) -> String { value.isFinite ? fixed(value, 2) : "divergence" }
    let middle = median.isFinite ? "\(fixed(median, 2)) %" : "divergence"
    return values.count == 1 ? middle : "\(middle) (\(number(least)) to \(number(greatest)))"
  }
}
