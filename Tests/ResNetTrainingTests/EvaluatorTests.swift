import ResNetCore
import ResNetData
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

@Suite struct EvaluatorTests {
  private func model(classes: Int = 7) throws -> Model {
    let data = try pictures(24, classes: classes)
    return try Model(
      architecture: .cifar(depth: 8), input: data.imageShape, classes: data.classNames,
      preprocessing: .perChannel(of: data), seed: 2)
  }

  @Test("The batch changes nothing about the result", arguments: [1, 5, 23, 24, 100])
  func batches(batch: Int) async throws {
    let data = try pictures(24, classes: 7, seed: 1)
    let one = try await Evaluator(model(), batch: 8).evaluate(on: data)
    let other = try await Evaluator(model(), batch: batch, loaderThreads: 2).evaluate(on: data)
    #expect(one.images == 24 && other.images == 24)
    #expect(one.topOneError == other.topOneError && one.topFiveError == other.topFiveError)
    #expect(abs(one.loss - other.loss) < 1e-5)
    #expect(try #require(one.topFiveError) < one.topOneError)
  }

  @Test("Evaluating between epochs changes nothing about the training")
  func changesNothing() async throws {
    let data = try pictures(20)
    let alone = try Trainer(.cifar(depth: 8), on: data, recipe: recipe(.epochs(3)))
    let tested = try Trainer(.cifar(depth: 8), on: data, test: pictures(11, seed: 9), recipe: recipe(.epochs(3)))
    let reports = try await train(alone)
    let testedReports = try await train(tested)
    #expect(alone.model.parameters == tested.model.parameters)
    #expect(reports.map(\.trainingLoss) == testedReports.map(\.trainingLoss))
    let last = try #require(testedReports.last?.evaluation)
    let again = try await Evaluator(tested.model).evaluate(on: pictures(11, seed: 9))
    #expect(last.images == 11)
    #expect(last.topOneError == again.topOneError)
    #expect(abs(last.loss - again.loss) < 1e-5)
    #expect(last.topFiveError == nil)
  }

  @Test("Data of other classes or sizes is refused with both")
  func misfits() async throws {
    let classes = try await failure { _ = try await Evaluator(model()).evaluate(on: pictures(8, classes: 3)) }
    #expect(classes.code == .data)
    #expect(classes.message.contains("3 classes") && classes.message.contains("7"))
    let sizes = try await failure {
      _ = try await Evaluator(model()).evaluate(on: pictures(8, classes: 7, shape: [1, 8, 8]))
    }
    #expect(sizes.code == .data)
    #expect(sizes.message.contains("1×8×8") && sizes.message.contains("3×8×8"))
  }

  @Test("An impossible batch is refused", arguments: [0, -3])
  func impossibleBatch(batch: Int) async throws {
    let error = try await failure {
      _ = try await Evaluator(model(), batch: batch).evaluate(on: pictures(7, classes: 7))
    }
    #expect(error.code == .usage)
  }
}
