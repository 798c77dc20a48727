import Foundation
import ResNetCore
import ResNetImages
import ResNetModels
import ResNetTraining

extension Diagnosis {
  /// One thing that can be wrong, and how it shows.
  struct Rule: Sendable {
    let name: String
    /// What was found; `nil` where this is not wrong, or what would tell was not measured.
    let find: @Sendable (RunMeasurements) -> (measured: String, meaning: String, remedy: String)?

    func finding(_ run: RunMeasurements) -> Finding? {
      find(run).map { Finding(fault: name, measured: $0.measured, meaning: $0.meaning, remedy: $0.remedy) }
    }

    /// All rules, in the order in which to mend what they find.
    static let all = [
      divergence, explosion, rateTooHigh, rateTooLow, notLearning, vanishingGradients, explodingGradients, deadReLUs,
      updatesTooLarge, updatesTooSmall, degradation, stoppedTooSoon, underfitting, overfitting, pastItsBest,
    ]
  }
}

// MARK: Learning goes wrong

extension Diagnosis.Rule {
  static let divergence = Self(name: "divergence") { run in
    guard let step = run.divergedAt else { return nil }
    let rate = run.recipe.learningRate(step: step - 1, of: run.steps)
    return (
      "the loss was not finite at step \(step) of \(run.steps), with a learning rate of \(short(rate))"
        + (run.explosions.last.map { "; \($0.text)" } ?? ""),
      "steps were so large that each made the next one larger",
      run.architecture.normalization == .none
        ? "normalise (--normalization batch), or train with --learning-rate \(short(lowerRate(run)))"
        : "train with --learning-rate \(short(lowerRate(run)))"
    )
  }

  static let explosion = Self(name: "exploding gradients on the way") { run in
    guard run.divergedAt == nil, let first = run.explosions.first else { return nil }
    return (
      first.text + " (100 times is the limit)"
        + (run.explosions.count > 1 ? ", and \(run.explosions.count - 1) times more" : ""),
      "the run came through, but steps of that size throw away what was learned",
      run.architecture.normalization == .none
        ? "normalise (--normalization batch)"
        : "train with --learning-rate \(short(lowerRate(run))), or with a longer warm-up (schedule of the recipe)"
    )
  }

  static let rateTooHigh = Self(name: "learning rate too high") { run in
    let proportion = run.recipe.learningRate / run.usualRate
    guard run.divergedAt == nil, run.hasNotLearned, proportion > Limit.rate else { return nil }
    return (
      "the learning rate is \(short(run.recipe.learningRate)), \(short(proportion)) times what is usual for batches of "
        + "\(run.recipe.batch) (more than \(short(Limit.rate)) times is out of proportion), and \(notLearned(run))",
      "steps are so large that they jump over every valley", "train with --learning-rate \(short(run.usualRate))"
    )
  }

  static let rateTooLow = Self(name: "learning rate too low") { run in
    let proportion = run.recipe.learningRate / run.usualRate
    guard run.divergedAt == nil, let error = run.trainingError, proportion < 1 / Limit.rate,
      error > Limit.underfitting
    else { return nil }
    return (
      "the learning rate is \(short(run.recipe.learningRate)), \(short(proportion)) times what is usual for batches of "
        + "\(run.recipe.batch) (less than \(short(1 / Limit.rate)) times is out of proportion), and the training error is "
        + "still \(points(error)) %",
      "the run moves too slowly to get anywhere in its \(run.steps) steps",
      "train with --learning-rate \(short(run.usualRate))"
    )
  }

  static let notLearning = Self(name: "not learning") { run in
    let proportion = run.recipe.learningRate / run.usualRate
    guard run.divergedAt == nil, run.hasNotLearned, (1 / Limit.rate...Limit.rate).contains(proportion) else {
      return nil
    }
    let remedy: String
    if run.architecture.normalization == .none {
      remedy = "normalise (--normalization batch)"
    } else if let residual = residualName(run) {
      remedy = "use the residual network (--network \(residual)): gradients reach all its layers"
    } else {
      remedy = "look over the data ('resnet check-data'): labels that are mixed up cannot be learned"
    }
    return (
      notLearned(run), "what reaches the weights says nothing of the images: gradients vanish, or labels are wrong",
      remedy
    )
  }
}

// MARK: Layers

extension Diagnosis.Rule {
  static let vanishingGradients = Self(name: "vanishing gradients") { run in
    // At rates far too high units die, and gradients with them.
    guard let ratio = run.gradientRatio, ratio < Limit.vanishing, rateTooHigh.find(run) == nil else { return nil }
    return (
      "gradients of the first quarter of the layers are \(short(ratio)) times those of the last (less than "
        + "\(short(Limit.vanishing)) is too little)",
      "the first layers hardly learn: the loss does not reach them", flowRemedy(run)
    )
  }

  static let explodingGradients = Self(name: "exploding gradients by layer") { run in
    guard let ratio = run.gradientRatio, ratio > Limit.exploding else { return nil }
    return (
      "gradients of the first quarter of the layers are \(short(ratio)) times those of the last (more than "
        + "\(short(Limit.exploding)) is too much)",
      "a learning rate that suits the last layers tears the first ones apart", flowRemedy(run)
    )
  }

  static let deadReLUs = Self(name: "dead ReLUs") { run in
    func share(_ layer: RunMeasurements.Batch.Activity) -> Double { Double(layer.dead) / Double(max(layer.count, 1)) }
    guard let batch = run.batch, let worst = batch.activities.max(by: { share($0) < share($1) }),
      share(worst) > Limit.dead
    else { return nil }
    let count = batch.activities.count { share($0) > Limit.dead }
    return (
      "\(worst.dead) of \(worst.count) channels of \(worst.layer) are 0 in all of \(batch.images) images (more than "
        + "\(short(100 * Limit.dead)) % is too many)" + (count > 1 ? ", and so in \(count - 1) more layers" : ""),
      "what is always 0 has no gradient and never comes back",
      run.architecture.normalization == .none
        ? "normalise (--normalization batch), and begin as He et al. do (--initialization he)"
        : "train with --learning-rate \(short(lowerRate(run))), or with less weight decay (--weight-decay "
          + "\(short(run.recipe.weightDecay / 5)))"
    )
  }

  static let updatesTooLarge = Self(name: "updates too large") { run in
    guard let worst = run.updates?.filter({ $0.ratio.isFinite }).max(by: { $0.ratio < $1.ratio }),
      worst.ratio > Limit.updates.greatest
    else { return nil }
    return (
      "a step changes the weights of \(worst.layer) by \(short(worst.ratio)) of their size (more than "
        + "\(short(Limit.updates.greatest)) is too much)",
      "nothing that is learned there stays", "train with --learning-rate \(short(lowerRate(run)))"
    )
  }

  static let updatesTooSmall = Self(name: "layers that stand still") { run in
    guard let updates = run.updates, let worst = updates.min(by: { $0.ratio < $1.ratio }),
      worst.ratio < Limit.updates.least
    else { return nil }
    let count = updates.count { $0.ratio < Limit.updates.least }
    return (
      "a step changes the weights of \(worst.layer) by \(short(worst.ratio)) of their size (less than "
        + "\(short(Limit.updates.least)) is nothing)" + (count > 1 ? ", and so in \(count - 1) more layers" : ""),
      "these layers stay what they were at the beginning",
      run.recipe.learningRate < run.usualRate / Limit.rate
        ? "train with --learning-rate \(short(run.usualRate))" : flowRemedy(run)
    )
  }
}

// MARK: Learning goes right, and could go further

extension Diagnosis.Rule {
  static let degradation = Self(name: "degradation") { run in
    let layers = run.architecture.depth
    guard run.divergedAt == nil, run.architecture.kind == .plain, layers > Limit.deepPlain.layers,
      let error = run.trainingError, error > Limit.deepPlain.error, let residual = residualName(run)
    else { return nil }
    return (
      "the network has \(layers) layers and no shortcuts (more than \(Limit.deepPlain.layers) are deep), and its training "
        + "error ends at \(points(error)) % (more than \(short(Limit.deepPlain.error)) %)",
      "plain networks get worse with depth, on their training images too (He et al. 2015, figure 1)",
      "use the residual network (--network \(residual)), or fewer layers"
    )
  }

  static let stoppedTooSoon = Self(name: "stopped too soon") { run in
    let losses = run.epochs.map(\.trainingLoss)
    let window = max(1, losses.count / 10)
    guard run.divergedAt == nil, !run.hasNotLearned, losses.count >= 4, let rate = run.epochs.last?.learningRate,
      rate > Limit.highRate * run.recipe.learningRate,
      let before = Spread(losses.dropLast(window).suffix(window))?.median,
      let after = Spread(losses.suffix(window))?.median,
      after < (1 - Limit.falling) * before
    else { return nil }
    return (
      "the training loss still fell by \(points(100 * (1 - after / before))) % in the last tenth of the run (more than "
        + "\(short(100 * Limit.falling)) % is not the end), and the learning rate ended at \(short(rate)) of at most "
        + short(run.recipe.learningRate),
      "the run ended before its schedule brought the rate down",
      "train for longer (--epochs \(2 * run.epochs.count)), with a schedule that ends low, such as that of --recipe quick"
    )
  }

  static let underfitting = Self(name: "underfitting") { run in
    guard run.divergedAt == nil, run.state == .finished, !run.hasNotLearned, let error = run.trainingError,
      error > Limit.underfitting, run.gap.map({ $0 < Limit.narrowGap }) ?? true, !run.recipe.augmentation.mixes,
      rateTooLow.find(run) == nil
    else { return nil }
    return (
      "the training error ends at \(points(error)) % (more than \(short(Limit.underfitting)) %)"
        + (run.gap.map { ", and the test error is \(points($0)) points from it (less than \(short(Limit.narrowGap)))" }
          ?? ""),
      "the network has not even learned its training images",
      "train for longer (--epochs \(2 * max(run.epochs.count, 1))), or use a deeper residual or a wider network"
    )
  }

  static let overfitting = Self(name: "overfitting") { run in
    guard let gap = run.gap, gap > Limit.overfitting else { return nil }
    let remedy: String
    if run.recipe.augmentation == .none {
      remedy = "change the training images at random (augmentation of the recipe, such as that of --recipe quick)"
    } else if run.recipe.weightDecay < 5e-4 {
      remedy = "train with more weight decay (--weight-decay 5e-4)"
    } else {
      remedy = "use more images, a smaller network, or mixup or cutmix (augmentation of the recipe)"
    }
    return (
      "the test error is \(points(gap)) points above the training error (more than \(short(Limit.overfitting)) is wide)",
      "the network knows its training images by heart and not what they have in common", remedy
    )
  }

  static let pastItsBest = Self(name: "past its best") { run in
    let errors = run.epochs.compactMap { epoch in epoch.testError.map { (number: epoch.number, error: $0) } }
    guard run.state == .finished, !run.hasNotLearned, let last = errors.last,
      let best = errors.min(by: { $0.error < $1.error }),
      last.error - best.error > Limit.pastBest
    else { return nil }
    return (
      "the test error ends \(points(last.error - best.error)) points above that of epoch \(best.number) (more than "
        + "\(short(Limit.pastBest)) is much)",
      "the end of the run made the model worse",
      "use best.safetensors, which is the model of epoch \(best.number), and a schedule that ends low or fewer epochs"
    )
  }
}

// MARK: Words

private typealias Limit = Diagnosis.Threshold

/// A number in three digits at most, as a command line takes it.
private func short(_ value: Double) -> String { String(format: "%.3g", value) }

private func points(_ value: Double) -> String { fixed(value, 2) }

/// A rate that is lower by far: a tenth, or the usual one where that is less.
private func lowerRate(_ run: RunMeasurements) -> Double { min(run.recipe.learningRate / 10, run.usualRate) }

private func notLearned(_ run: RunMeasurements) -> String {
  let (error, chance) = (run.trainingError ?? .nan, run.chanceError ?? .nan)
  return "the training error ends at \(points(error)) %, where guessing has \(points(chance)) % (less than "
    + "\(points(Limit.learned * chance)) % is learning)"
}

/// The residual counterpart's name, where there is one.
private func residualName(_ run: RunMeasurements) -> String? {
  let name = run.architecture.name
  return run.architecture.kind == .plain && name.contains("plain") ? name.replacing("plain", with: "resnet") : nil
}

private func flowRemedy(_ run: RunMeasurements) -> String {
  let ways = [
    run.architecture.normalization == .none ? "normalise (--normalization batch)" : nil,
    residualName(run).map { "use the residual network (--network \($0))" },
  ].compactMap(\.self)
  return ways.isEmpty
    ? "train with a longer warm-up, or begin as He et al. do (--initialization he)" : ways.joined(separator: ", and ")
}

extension RunRecord.Explosion {
  /// One sentence.
  fileprivate var text: String {
    let gradients = first.map { "\($0.parameter) (\(short($0.factor)) times its usual norm)" }
    return "gradients exploded at step \(step): \(gradients.joined(separator: ", "))"
  }
}
