import ResNetCore
import ResNetImages
import ResNetModels
import Testing

@testable import ResNetAnalysis
@testable import ResNetTraining

/// A run that nothing is wrong with, as `change` makes it.
private func measurements(
  _ network: String = "resnet20", _ recipe: Recipe = .quick, training: [Double] = [60, 20, 10, 6, 4],
  test: [Double] = [55, 25, 15, 10, 8.5], rates: [Double] = [0.2, 0.15, 0.1, 0.05, 0.001],
  _ change: (inout RunMeasurements) -> Void = { _ in }
) throws -> RunMeasurements {
  let epochs = training.indices.map { epoch in
    RunCurve.Epoch(
      number: epoch + 1, step: 100 * (epoch + 1), learningRate: rates[min(epoch, rates.count - 1)],
      trainingLoss: training[epoch] / 30, trainingError: training[epoch], testLoss: test[epoch] / 30,
      testError: test[epoch])
  }
  var run = RunMeasurements(
    architecture: try .named(network), recipe: recipe, classes: 10, state: .finished, step: 500, steps: 500,
    epochs: epochs)
  change(&run)
  return run
}

private func faults(_ run: RunMeasurements) -> [String] { Diagnosis(of: run).findings.map(\.fault) }

/// A batch whose gradients of eight layers go from the first number to the second.
private func batch(
  gradients: (first: Double, last: Double) = (1, 1), dead: Int = 0, of count: Int = 16
) -> RunMeasurements.Batch {
  RunMeasurements.Batch(
    images: 128,
    gradients: (0..<8).map { .init(layer: "layer\($0)", norm: $0 < 4 ? gradients.first : gradients.last) },
    activities: [.init(layer: "relu", dead: 0, count: 16), .init(layer: "layer1.0.relu", dead: dead, count: count)])
}

@Suite struct DiagnosisTests {
  @Test("Nothing is wrong with a run that went well, and what was not looked at is told")
  func nothing() throws {
    let diagnosis = Diagnosis(of: try measurements())
    #expect(diagnosis.findings.isEmpty, "\(diagnosis.findings)")
    #expect(diagnosis.looked == ["the errors and losses of 5 epochs", "the watch on gradients"])
    #expect(diagnosis.notLooked.count == 2)
    let whole = try measurements {
      $0.batch = batch()
      $0.updates = [.init(layer: "conv1", ratio: 0.01)]
    }
    #expect(Diagnosis(of: whole).findings.isEmpty)
    #expect(Diagnosis(of: whole).notLooked.isEmpty && Diagnosis(of: whole).looked.count == 4)
    for recipe in Recipe.all { #expect(faults(try measurements("resnet56", recipe)).isEmpty, "\(recipe.name)") }
  }

  @Test("A run that diverged is told with its step and its rate, and given another")
  func divergence() throws {
    let run = try measurements(training: [], test: []) {
      $0.divergedAt = 250
      $0.state = .failed
      $0.explosions = [.init(step: 240, first: [.init(parameter: "conv1.weight", factor: 300)])]
    }
    let finding = try #require(Diagnosis(of: run).findings.first)
    #expect(finding.fault == "divergence")
    #expect(finding.measured.contains("step 250 of 500") && finding.measured.contains("conv1.weight (300 times"))
    #expect(finding.remedy == "train with --learning-rate 0.02")
    #expect(faults(run) == ["divergence"])
    let bare = try measurements {
      $0.divergedAt = 250
      $0.architecture.normalization = .none
    }
    #expect(try #require(Diagnosis(of: bare).findings.first).remedy.contains("--normalization batch"))
  }

  @Test("Gradients that exploded on the way are told, with the remedy that suits the network")
  func explosion() throws {
    func run(_ normalization: Normalization) throws -> RunMeasurements {
      try measurements {
        $0.architecture.normalization = normalization
        $0.explosions = (1...2).map { .init(step: 100 * $0, first: [.init(parameter: "fc.weight", factor: 150)]) }
      }
    }
    #expect(faults(try run(.batch)) == ["exploding gradients on the way"])
    let finding = try #require(Diagnosis(of: try run(.batch)).findings.first)
    #expect(finding.measured.contains("step 100") && finding.measured.contains("and 1 times more"))
    #expect(finding.remedy.contains("--learning-rate"))
    #expect(try #require(Diagnosis(of: try run(.none)).findings.first).remedy.contains("--normalization batch"))
  }

  @Test("A rate out of proportion is named where the network does not learn, and only there", arguments: [10, 0.9])
  func rateTooHigh(rate: Double) throws {
    var recipe = Recipe.he2015
    recipe.learningRate = rate
    let bad = try measurements("resnet20", recipe, training: [90, 90, 90, 90, 90], test: [90, 90, 90, 90, 90])
    #expect(faults(bad) == ["learning rate too high"])
    #expect(try #require(Diagnosis(of: bad).findings.first).remedy == "train with --learning-rate 0.1")
    #expect(faults(try measurements("resnet20", recipe)).isEmpty)
    recipe.learningRate = 0.7
    #expect(faults(try measurements("resnet20", recipe, training: [90, 90], test: [90, 90])) == ["not learning"])
  }

  @Test("A rate far too low is named where much is left to learn")
  func rateTooLow() throws {
    var recipe = Recipe.he2015
    recipe.learningRate = 1e-6
    let bad = try measurements("resnet20", recipe, training: [90, 89, 88], test: [90, 89, 88], rates: [1e-6])
    #expect(faults(bad) == ["learning rate too low"])
    #expect(try #require(Diagnosis(of: bad).findings.first).remedy == "train with --learning-rate 0.1")
    #expect(!faults(try measurements("resnet20", recipe)).contains("learning rate too low"))
    recipe.learningRate = 0.05
    #expect(!faults(try measurements("resnet20", recipe, training: [50], test: [50])).contains("learning rate too low"))
  }

  @Test("A network that learns nothing at a usual rate gets the remedy that suits it")
  func notLearning() throws {
    func finding(_ network: String, _ change: (inout RunMeasurements) -> Void = { _ in }) throws -> Diagnosis.Finding? {
      Diagnosis(of: try measurements(network, training: [90, 89], test: [90, 89], change)).findings.first
    }
    #expect(try finding("resnet20")?.fault == "not learning")
    #expect(try finding("resnet20")?.remedy.contains("check-data") == true)
    #expect(try finding("plain20")?.remedy.contains("--network resnet20") == true)
    #expect(
      try finding("plain20") { $0.architecture.normalization = .none }?.remedy.contains("--normalization") == true)
    // Without the number of classes nobody knows what guessing comes to.
    #expect(try finding("resnet20") { $0.classes = nil }?.fault != "not learning")
  }

  @Test("Gradients that vanish or explode from layer to layer are told, those within bounds are not")
  func gradients() throws {
    func faults(_ first: Double, _ last: Double) throws -> [String] {
      ResNetAnalysisTests.faults(try measurements("plain20") { $0.batch = batch(gradients: (first, last)) })
    }
    #expect(try faults(0.9e-3, 1) == ["vanishing gradients"])
    #expect(try faults(0, 0) == ["vanishing gradients"])
    #expect(try faults(1.1e-3, 1).isEmpty)
    let hot = try measurements("plain20", training: [90], test: [90]) {
      $0.recipe.learningRate = 10
      $0.batch = batch(gradients: (0, 1))
    }
    #expect(ResNetAnalysisTests.faults(hot) == ["learning rate too high"])
    #expect(try faults(1100, 1) == ["exploding gradients by layer"])
    #expect(try faults(900, 1).isEmpty)
    let run = try measurements("plain20") { $0.batch = batch(gradients: (1e-5, 1)) }
    #expect(try #require(Diagnosis(of: run).findings.first).remedy.contains("--network resnet20"))
    var residual = run
    residual.architecture = try .named("resnet20")
    #expect(try #require(Diagnosis(of: residual).findings.first).remedy.contains("warm-up"))
    residual.batch?.gradients.removeLast(5)
    #expect(ResNetAnalysisTests.faults(residual).isEmpty)
  }

  @Test("More than half of a ReLU's channels dead is told, half is not")
  func deadReLUs() throws {
    #expect(faults(try measurements { $0.batch = batch(dead: 9) }) == ["dead ReLUs"])
    #expect(faults(try measurements { $0.batch = batch(dead: 8) }).isEmpty)
    let run = try measurements { $0.batch = batch(dead: 9) }
    let finding = try #require(Diagnosis(of: run).findings.first)
    #expect(finding.measured.hasPrefix("9 of 16 channels of layer1.0.relu are 0 in all of 128 images"))
    #expect(finding.remedy.contains("--weight-decay 0.0001"))
    var bare = run
    bare.architecture.normalization = .none
    #expect(try #require(Diagnosis(of: bare).findings.first).remedy.contains("--initialization he"))
  }

  @Test("Channels are dead that are nowhere above 0")
  func deadChannels() {
    let tensor = Tensor(shape: [2, 3, 1, 2], scalars: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1, 0])
    #expect(RunMeasurements.deadChannels(tensor) == 2)
    #expect(RunMeasurements.deadChannels(Tensor(shape: [2, 2], scalars: [0, 0, 1, 0])) == 1)
  }

  @Test("Updates that change nothing or everything are told")
  func updates() throws {
    func faults(_ ratio: Double) throws -> [String] {
      ResNetAnalysisTests.faults(
        try measurements { $0.updates = [.init(layer: "conv1", ratio: ratio), .init(layer: "fc", ratio: 0.01)] })
    }
    #expect(try faults(0.6) == ["updates too large"])
    #expect(try faults(0.4).isEmpty && faults(2e-6).isEmpty)
    #expect(try faults(0.5e-6) == ["layers that stand still"])
    #expect(try faults(.infinity).isEmpty)
  }

  @Test("A deep plain network that does not fit its training images is told to become residual")
  func degradation() throws {
    let errors = (training: [60, 30, 20, 12, 10.0], test: [60, 30, 20, 14, 13.0])
    let run = try measurements("plain56", training: errors.training, test: errors.test)
    #expect(faults(run) == ["degradation"])
    #expect(try #require(Diagnosis(of: run).findings.first).remedy.contains("--network resnet56"))
    #expect(faults(try measurements("plain20", training: errors.training, test: errors.test)).isEmpty)
    #expect(faults(try measurements("resnet56", training: errors.training, test: errors.test)).isEmpty)
    #expect(faults(try measurements("plain56")).isEmpty)
  }

  @Test("A run that ends at a high rate while it still learns is told to go on")
  func stoppedTooSoon() throws {
    let training = [60.0, 40, 25, 18, 12]
    let run = try measurements(training: training, test: training, rates: [0.2])
    #expect(faults(run) == ["stopped too soon"])
    #expect(try #require(Diagnosis(of: run).findings.first).remedy.contains("--epochs 10"))
    #expect(faults(try measurements(training: training, test: training)).isEmpty)
    #expect(faults(try measurements(training: [60, 18, 12, 12, 12], test: training, rates: [0.2])).isEmpty)
  }

  @Test("Much left to learn and no gap is underfitting")
  func underfitting() throws {
    let training = [70.0, 40, 30, 25, 24]
    #expect(faults(try measurements(training: training, test: training)) == ["underfitting"])
    #expect(faults(try measurements(training: training, test: training.map { $0 + 6 })).isEmpty)
    #expect(faults(try measurements(training: training, test: training) { $0.state = .interrupted }).isEmpty)
    #expect(faults(try measurements(training: training, test: training) { $0.recipe.augmentation.mixup = 0.2 }).isEmpty)
  }

  @Test("A wide gap is overfitting, and the remedy is the first thing that is missing")
  func overfitting() throws {
    func finding(_ change: (inout RunMeasurements) -> Void) throws -> Diagnosis.Finding? {
      Diagnosis(of: try measurements(training: [50, 5, 1, 0.5, 0.1], test: [50, 16, 14, 13, 12], change)).findings.first
    }
    #expect(try finding { $0.recipe.augmentation = .none }?.remedy.contains("at random") == true)
    #expect(try finding { $0.recipe.weightDecay = 1e-4 }?.remedy.contains("--weight-decay 5e-4") == true)
    #expect(try finding { _ in }?.remedy.contains("mixup") == true)
    #expect(try finding { $0.epochs[4].testError = 10 } == nil)
    #expect(try finding { $0.epochs[4].testError = nil } == nil)
  }

  @Test("A last epoch far behind the best is told")
  func pastItsBest() throws {
    let errors = [50.0, 12, 8, 9, 10.5]
    let run = try measurements(test: errors)
    #expect(faults(run) == ["past its best"])
    #expect(try #require(Diagnosis(of: run).findings.first).remedy.contains("epoch 3"))
    #expect(faults(try measurements(test: [50, 12, 8, 9, 9.9])).isEmpty)
    // Where nothing was learned the best epoch is chance's.
    let chance = try measurements(training: [90, 90, 90], test: [90, 85, 91])
    #expect(faults(chance) == ["not learning"])
  }
}
