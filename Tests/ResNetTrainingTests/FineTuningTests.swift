import Foundation
import ResNetCore
import ResNetData
import ResNetEngine
import ResNetGraph
import ResNetImages
import ResNetModel
import ResNetModels
import Synchronization
import Testing

@testable import ResNetTraining

/// Runs that begin with a model.
@Suite struct FineTuningTests {
  /// A model of four classes that has learned something, and so has statistics of its own.
  private static let base = Task {
    let trainer = try Trainer(.cifar(depth: 8), on: pictures(24), recipe: recipe(.iterations(6)), seed: 1)
    try await train(trainer)
    return trainer.model
  }

  /// A run of seven steps on 20 pictures of five classes.
  private func trainer(
    from base: Model?, _ fineTuning: FineTuning = FineTuning(), recipe: Recipe = recipe(.iterations(7)),
    keptIn folder: RunFolder? = nil, progress: (@Sendable (TrainingProgress) -> Void)? = nil
  ) throws -> Trainer {
    try Trainer(
      .cifar(depth: 8), on: pictures(20, classes: 5, seed: 2), test: pictures(10, classes: 5, seed: 3), recipe: recipe,
      from: base, fineTuning: fineTuning, seed: 3, keptIn: folder, progress: progress)
  }

  @Test("A run begins with the model's numbers and preprocessing and a new last layer")
  func begin() async throws {
    let base = try await Self.base.value
    let trainer = try trainer(from: base)
    #expect(trainer.takeover?.newHead == "fc")
    #expect(trainer.model.preprocessing == base.preprocessing && trainer.model.classes.count == 5)
    #expect(trainer.model.parameters["conv1.weight"] == base.parameters["conv1.weight"])
    #expect(trainer.learnedCount == trainer.model.graph.parameterCount)
    try await train(trainer)
    #expect(trainer.model.preprocessing == base.preprocessing)
    #expect(trainer.model.parameters["conv1.weight"] != base.parameters["conv1.weight"])
  }

  @Test(
    "What is frozen keeps every bit, statistics too, whatever decays; all behind it learns",
    arguments: [
      ("layer3", ["layer3.", "fc."]), ("layer2.0.bn2", ["layer2.0.bn2.", "layer3.", "fc."]), ("head", ["fc."]),
      ("fc", ["fc."]),
    ])
  func freezing(layer: String, learning: [String]) async throws {
    let base = try await Self.base.value
    var recipe = recipe(.iterations(7))
    recipe.weightDecay = 0.1
    let trainer = try trainer(from: base, FineTuning(freezeUntil: layer), recipe: recipe)
    let before = trainer.model.parameters
    try await train(trainer)
    for (name, tensor) in trainer.model.parameters {
      let learns = learning.contains { name.hasPrefix($0) }
      #expect((tensor != before[name]) == learns, "\(name)")
    }
    let parameters = trainer.model.graph.parameters.filter { parameter in
      parameter.kind.isLearned && learning.contains { parameter.name.hasPrefix($0) }
    }
    #expect(trainer.learnedCount == parameters.reduce(0) { $0 + $1.shape.count })
  }

  @Test("A frozen network takes less memory")
  @EngineActor
  func memory() async throws {
    func arena(_ layer: String?) async throws -> Int {
      let trainer = try Trainer(
        .cifar(depth: 8), on: pictures(64, shape: [3, 32, 32]), recipe: recipe(.iterations(1), batch: 64),
        fineTuning: FineTuning(freezeUntil: layer))
      try trainer.prepare()
      return try #require(trainer.session).memory.arenaBytes
    }
    let (whole, late, head) = (try await arena(nil), try await arena("layer3"), try await arena("head"))
    #expect(whole > late && late > head)
  }

  @Test("A learning rate is multiplied by the factor of the longest name that holds a parameter")
  func scales() async throws {
    let base = try await Self.base.value
    let scales = ["layer2": 0.0, "layer2.0.conv2": 2, "head": 10, "layer3": 0.5]
    var recipe = recipe(.iterations(1))
    recipe.momentum = 0
    func changes(_ fineTuning: FineTuning) async throws -> [String: [Float]] {
      let trainer = try trainer(from: base, fineTuning, recipe: recipe)
      let before = trainer.model.parameters
      try await train(trainer)
      let after = trainer.model.parameters
      let learned = trainer.model.graph.parameters.filter(\.kind.isLearned).map(\.name)
      return Dictionary(
        uniqueKeysWithValues: learned.map { name in
          (name, zip(after[name]?.scalars ?? [], before[name]?.scalars ?? []).map { $0 - $1 })
        })
    }
    let plain = try await changes(FineTuning())
    let scaled = try await changes(FineTuning(learningRateScales: scales))
    for (name, change) in plain {
      let factor: Float =
        name.hasPrefix("layer2.0.conv2.")
        ? 2 : name.hasPrefix("layer2.") ? 0 : name.hasPrefix("fc.") ? 10 : name.hasPrefix("layer3.") ? 0.5 : 1
      let found = try #require(scaled[name])
      // Weights round what is taken from them.
      #expect(zip(found, change).allSatisfy { abs($0 - factor * $1) <= 1e-6 * max(factor, 1) }, "\(name)")
      #expect(factor == 0 || change.contains { abs($0) > 1e-6 }, "\(name)")
    }
  }

  @Test("Equal weights of classes change no bit, and unequal ones draw predictions to the heavy class")
  func classWeights() async throws {
    let base = try await Self.base.value
    func model(_ weights: [Double]?, _ kind: Recipe.ClassWeights = .none) async throws -> Trainer {
      var recipe = recipe(.iterations(7))
      recipe.classWeights = kind
      let trainer = try trainer(from: base, FineTuning(classWeights: weights), recipe: recipe)
      try await train(trainer)
      return trainer
    }
    let plain = try await model(nil)
    for same in [try await model([1, 1, 1, 1, 1]), try await model(nil, .auto)] {
      #expect(same.model.parameters == plain.model.parameters)
      #expect(await same.history.map(\.trainingLoss) == plain.history.map(\.trainingLoss))
    }
    let heavy = try await model([1, 1, 40, 1, 1])
    let test = try pictures(40, classes: 5, seed: 8)
    func predicted(_ trainer: Trainer) async throws -> Int {
      try await Evaluator(trainer.model).evaluate(on: test).confusion.reduce(0) { $0 + $1[2] }
    }
    let (light, drawn) = (try await predicted(plain), try await predicted(heavy))
    #expect(drawn > light + 5, "\(light) \(drawn)")
    // The mean loss is one by weights: heavy classes do not make it larger.
    #expect(try #require(await heavy.history.first).trainingLoss < 5)
  }

  @Test("Mixed images are learned from by their shares, of classes with weights too")
  func mixing() async throws {
    func model(mixup: Double?, _ weights: [Double]? = nil) async throws -> Trainer {
      let trainer = try trainer(
        from: nil, FineTuning(classWeights: weights),
        recipe: recipe(.iterations(7), augmentation: Augmentation(mixup: mixup)))
      try await train(trainer)
      return trainer
    }
    let mixed = try await model(mixup: 1)
    #expect(mixed.purpose.seed == .weightedCrossEntropy)
    #expect(try await model(mixup: nil).model.parameters != mixed.model.parameters)
    // Twice the weight of all is the weight of all.
    let twice = try await model(mixup: 1, [2, 2, 2, 2, 2])
    #expect(twice.model.parameters == mixed.model.parameters)
    #expect(await twice.history.map(\.trainingLoss) == mixed.history.map(\.trainingLoss))
    #expect(try await model(mixup: 1, [2, 1, 2, 2, 2]).model.parameters != mixed.model.parameters)
  }

  /// All of it together.
  private static var everything: (FineTuning, Recipe) {
    var recipe = recipe(.iterations(7), augmentation: Augmentation(padding: 1, flips: true))
    recipe.sampling = .balanced
    recipe.nesterov = true
    recipe.weightDecay = 1e-3
    let fineTuning = FineTuning(
      freezeUntil: "layer2", learningRateScales: ["layer3": 0.5, "head": 2], classWeights: [1, 2, 0.5, 1, 3])
    return (fineTuning, recipe)
  }

  private struct Outcome: Equatable {
    var model: Data
    var reports: [[Double]]
  }

  private func outcome(_ folder: TemporaryFolder, _ name: String, _ history: [EpochReport]) throws -> Outcome {
    Outcome(
      model: try folder.bytes(of: name + "/model.safetensors"),
      reports: history.map { [Double($0.step), $0.trainingLoss, $0.trainingError, $0.evaluation?.loss ?? -1] })
  }

  @Test(
    "A run that is interrupted after any step and goes on without the model's file ends with the same bits",
    arguments: 1...6)
  func resuming(steps: Int) async throws {
    let base = try await Self.base.value
    let (fineTuning, recipe) = Self.everything
    let folder = try TemporaryFolder()
    let whole = try trainer(
      from: base, fineTuning, recipe: recipe,
      keptIn: RunFolder(folder.path + "/whole", data: "generated", from: "base.safetensors"))
    try await train(whole)
    let expected = try outcome(folder, "whole", await whole.history)

    let path = folder.path + "/parted"
    try await interrupt(after: steps, in: path, base)
    let run = try RunFolder(resuming: path)
    let record = try #require(run.recorded)
    #expect(record.fineTuning == fineTuning && record.recipe == recipe && record.from?.place == "base.safetensors")
    let last = try trainer(from: run.startingModel(), fineTuning, recipe: recipe, keptIn: run)
    try await train(last)
    #expect(try outcome(folder, "parted", await last.history) == expected)
  }

  /// Begins a run and lets it end after so many steps, and lets go of its folder.
  private func interrupt(after steps: Int, in path: String, _ base: Model) async throws {
    let (fineTuning, recipe) = Self.everything
    let task = Mutex<Task<Void, any Error>?>(nil)
    let count = Atomic(0)
    let first = try trainer(
      from: base, fineTuning, recipe: recipe, keptIn: RunFolder(path, data: "generated", from: "base.safetensors"),
      progress: { _ in
        if count.add(1, ordering: .relaxed).newValue == steps { task.withLock { $0?.cancel() } }
      })
    let (begin, go) = AsyncStream.makeStream(of: Void.self)
    let made = Task {
      for await _ in begin { break }
      try await train(first)
    }
    task.withLock { $0 = made }
    go.finish()
    await #expect(throws: CancellationError.self) { try await made.value }
  }

  @Test("A run without a checkpoint starts over with the model that it kept")
  func startingOver() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run"
    let base = try await Self.base.value
    func wholeRun(_ run: RunFolder, from model: Model?) async throws -> Model {
      let trainer = try trainer(from: model, keptIn: run)
      try await train(trainer)
      return trainer.model
    }
    let first = try await wholeRun(RunFolder(path, data: "generated"), from: base)
    try FileManager.default.removeItem(atPath: path + "/checkpoints")
    let run = try RunFolder(resuming: path)
    #expect(try await wholeRun(run, from: run.startingModel()).parameters == first.parameters)
  }

  @Test("A run does not go on with another model, with none, or otherwise unless that is meant")
  func changes() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run"
    let base = try await Self.base.value
    let (fineTuning, recipe) = Self.everything
    try await train(trainer(from: base, fineTuning, recipe: recipe, keptIn: RunFolder(path, data: "generated")))
    var other = base.parameters
    other["conv1.weight"]?.scalars[0] += 1
    let changed = try Model(
      architecture: base.architecture, input: base.input, classes: base.classes, preprocessing: base.preprocessing,
      parameters: other)
    for model in [changed, nil] {
      for change in [RunFolder.Change.none, .anything] {
        let error = try await failure {
          try await trainer(
            from: model, fineTuning, recipe: recipe, keptIn: RunFolder(resuming: path, change: change)
          ).prepare()
        }
        #expect(error.code == .usage && error.message == "the run in this folder began with another model", "\(error)")
      }
    }
    for (change, answer) in [
      ({ $0.freezeUntil = "layer3" }, "fineTuning.freezeUntil was layer2 and is now layer3"),
      ({ $0.learningRateScales = ["head": 2] }, "fineTuning.learningRateScales.layer3 was 0.5 and is now absent"),
      ({ $0.classWeights = [1, 2, 0.5, 1, 4] }, "fineTuning.classWeights.4 was 3 and is now 4"),
    ] as [((inout FineTuning) -> Void, String)] {
      var otherwise = fineTuning
      change(&otherwise)
      let error = try await failure { [otherwise] in
        try await trainer(from: base, otherwise, recipe: recipe, keptIn: RunFolder(resuming: path)).prepare()
      }
      #expect(error.code == .usage && error.message.contains(answer), "\(error)")
    }
    var longer = recipe
    longer.length = .iterations(9)
    var thawed = fineTuning
    thawed.freezeUntil = nil
    try await train(
      trainer(from: base, thawed, recipe: longer, keptIn: RunFolder(resuming: path, change: .anything)))
    #expect(try RunFolder.record(of: path).fineTuning == thawed)
  }

  @Test("The folder of a run tells where the kept model is gone or is not the one it was")
  func keptModel() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/run"
    let base = try await Self.base.value
    #expect(try RunFolder(folder.path + "/new", data: "generated").startingModel() == nil)
    try await train(trainer(from: base, keptIn: RunFolder(path, data: "generated")))
    #expect(try Model(contentsOf: path + "/start.safetensors").classes.count == 5)
    var parameters = base.parameters
    parameters["conv1.weight"]?.scalars[0] += 1
    let other = try Model(
      architecture: base.architecture, input: base.input, classes: base.classes, preprocessing: base.preprocessing,
      parameters: parameters)
    try other.write(to: path + "/start.safetensors")
    let changed = try await failure {
      let run = try RunFolder(resuming: path)
      try await trainer(from: run.startingModel(), keptIn: run).prepare()
    }
    #expect(changed.code == .usage && changed.message.contains("another model"))
    try FileManager.default.removeItem(atPath: path + "/start.safetensors")
    let gone = try await failure { _ = try RunFolder(resuming: path).startingModel() }
    #expect(gone.code == .data && gone.message == "the model that the run began with is gone")
  }

  @Test(
    "Names and numbers that make no sense are refused with what would",
    arguments: [
      (FineTuning(freezeUntil: "layer9"), "no layer or module called 'layer9'", "Its modules are conv1, bn1"),
      (FineTuning(learningRateScales: ["Layer2": 1]), "no layer or module called 'Layer2'", "Did you mean layer2?"),
      (FineTuning(learningRateScales: ["avgpool": 1]), "nothing learns in 'avgpool'", "with weights"),
      (FineTuning(learningRateScales: ["fc": -1]), "cannot be multiplied by -1.0", "positive"),
      (FineTuning(learningRateScales: ["fc": .nan]), "cannot be multiplied by nan", "positive"),
      (FineTuning(learningRateScales: ["fc": 1e39]), "cannot be multiplied by 1e+39", "positive"),
      (FineTuning(learningRateScales: ["fc": 1, "head": 2]), "the head, fc, is multiplied by 2.0 and by 1.0", "one"),
      (FineTuning(classWeights: [1, 2]), "2 weights do not fit 5 classes", "every class"),
      (FineTuning(classWeights: [1, 1, 0, 1, 1]), "not a positive number", "0.5"),
      (FineTuning(classWeights: [1, 1, .infinity, 1, 1]), "not a positive number", "0.5"),
    ])
  func refusals(fineTuning: FineTuning, message: String, remedy: String) async throws {
    let error = try await failure { _ = try trainer(from: nil, fineTuning) }
    #expect(error.code == .usage && error.message.contains(message) && error.remedy.contains(remedy), "\(error)")
  }

  @Test("Nothing can be frozen until there is nothing left to learn")
  func nothingLeft() throws {
    let builder = GraphBuilder()
    let graph = builder.graph(output: try relu(builder.input([4]).linear("fc", Linear(outputs: 2)), name: "last"))
    let error = try #require(throws: ResNetError.self) { try FineTuning(freezeUntil: "last").check(graph) }
    #expect(error.code == .usage && error.message.contains("nothing learns from 'last' on"))
  }

  @Test("A model of photographs goes on with images in memory only where it is said how they become numbers")
  func photographsToArrays() async throws {
    let base = try Model(
      architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["a", "b"], preprocessing: .photographs(side: 8),
      seed: 0)
    func trainer(_ preprocessing: Preprocessing?) throws -> Trainer {
      try Trainer(
        .cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(1)), from: base, preprocessing: preprocessing)
    }
    let error = try await failure { _ = try trainer(nil) }
    #expect(error.code == .data && error.place == "pictures")
    #expect(
      error.message
        == "the model resizes pictures to 3×8×8, and the data has images of 3×8×8 that are taken as they are")
    #expect(
      error.remedy.contains("(--mean 0.485,0.456,0.406 --deviation 0.229,0.224,0.225), or a folder of pictures"),
      "\(error)")
    let stated = try Preprocessing(mean: Preprocessing.imageNetMean, deviation: Preprocessing.imageNetDeviation)
    #expect(try await train(trainer(stated)).count == 1)
    // Where numbers alone would not say it, the options are named.
    let keras = try Model(
      architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["a", "b"], preprocessing: .keras(.caffe, size: 8),
      seed: 0)
    let other = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(1)), from: keras)
    }
    #expect(other.remedy.contains("(--mean and --deviation)"), "\(other)")
  }

  @Test("One class alone is refused: any network would be right")
  func oneClass() async throws {
    let error = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20, classes: 1), recipe: recipe(.epochs(1)))
    }
    #expect(error.code == .data && error.message.hasPrefix("there is one class alone, 'class 0'"))
  }

  @Test("A model for other images or of another network is refused")
  func misfits() async throws {
    let base = try await Self.base.value
    let images = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20, shape: [1, 8, 8]), recipe: recipe(.epochs(1)), from: base)
    }
    #expect(images.code == .data && images.message.contains("1×8×8"))
    let network = try await failure {
      _ = try Trainer(.cifar(depth: 14), on: pictures(20), recipe: recipe(.epochs(1)), from: base)
    }
    #expect(network.code == .data && network.message.contains("missing"))
  }
}
