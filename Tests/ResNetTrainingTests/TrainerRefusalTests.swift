import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

@Suite struct TrainerRefusalTests {
  @Test("A batch larger than the data is refused with both numbers")
  func largeBatch() async throws {
    let error = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(1), batch: 21))
    }
    #expect(error.code == .usage)
    #expect(error.message.contains("21") && error.message.contains("20"))
  }

  @Test("Training in integers is refused at once, with what can be trained in")
  func integers() async throws {
    let error = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.epochs(1)), precision: .int8)
    }
    #expect(error.code == .usage)
    #expect(error.message.contains("no gradients") && error.remedy.contains("f32 or bf16"))
  }

  @Test("Test images of other classes or sizes are refused with both")
  func misfits() async throws {
    let classes = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20), test: pictures(20, classes: 5), recipe: .quick)
    }
    #expect(classes.code == .data)
    #expect(classes.message.contains("4 classes") && classes.message.contains("5 classes"))
    let sizes = try await failure {
      _ = try Trainer(.cifar(depth: 8), on: pictures(20), test: pictures(20, shape: [3, 8, 9]), recipe: .quick)
    }
    #expect(sizes.code == .data)
    #expect(sizes.message.contains("3×8×9"))
  }

  @Test("Normalising a single value is refused before the first step, even where only the last batch is so small")
  func singleValue() async throws {
    for (count, batch) in [(8, 1), (9, 8)] {
      let trainer = try Trainer(
        .fullyConnected(depth: 8), on: pictures(count), recipe: recipe(.epochs(1), batch: batch),
        progress: { _ in Issue.record("a step was made") })
      let error = try await failure { try await train(trainer) }
      #expect(error.code == .usage)
      #expect(error.message.contains("single value"))
    }
  }

  @Test("A loss that is not finite ends the run with the step and the layer; the last whole epoch stays")
  func notFinite() async throws {
    var architecture = try Architecture.cifar(depth: 8)
    architecture.normalization = .none
    let trainer = try Trainer(
      architecture, on: pictures(24),
      recipe: recipe(
        .epochs(4), learningRate: 1e-3, schedule: .steps(at: [0.5], factor: 1e30)))
    var epochs = 0
    var kept = trainer.model
    let error = try await failure {
      for try await _ in trainer.epochs {
        epochs += 1
        kept = trainer.model
      }
    }
    #expect(epochs == 2)
    #expect(error.code == .data)
    #expect(error.place == "step 8 in epoch 3")
    #expect(error.message.contains("layer1.0.conv"))
    #expect(trainer.model.parameters == kept.parameters)
    #expect(kept.parameters.values.allSatisfy { $0.scalars.allSatisfy(\.isFinite) })
    // Nothing goes on from what is broken.
    #expect(try await failure { try await train(trainer) } == error)
  }

  @Test("A last step that leaves numbers that are not finite does not take the place of the last good model")
  func lastStep() async throws {
    // The loss of the only step is finite; what the step does to the weights is not.
    var recipe = recipe(.epochs(1), batch: 24, learningRate: 3e38)
    recipe.weightDecay = 1e3
    let trainer = try Trainer(.cifar(depth: 8), on: pictures(24), recipe: recipe)
    let before = trainer.model
    let error = try await failure { try await train(trainer) }
    #expect(error.code == .data)
    #expect(error.place == "step 1 in epoch 1")
    #expect(error.message.contains("not finite"))
    #expect(trainer.model.parameters == before.parameters)
  }
}
