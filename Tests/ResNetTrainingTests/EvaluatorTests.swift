import Foundation
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
    #expect(one.confusion == other.confusion && one.perClass == other.perClass)
    #expect(abs(one.calibrationError - other.calibrationError) < 1e-3)
  }

  @Test("The worst mistakes are those of the evaluation, and do not depend on the batch")
  func mistakes() async throws {
    let data = try pictures(24, classes: 7, seed: 1)
    let (evaluation, mistakes) = try await Evaluator(model()).evaluate(on: data, mistakes: 100)
    #expect(Double(mistakes.count) == (24 * evaluation.topOneError / 100).rounded())
    for mistake in mistakes {
      #expect(data.labels[mistake.position] == Int32(mistake.label) && mistake.label != mistake.predicted)
      #expect(evaluation.confusion[mistake.label][mistake.predicted] > 0)
      #expect(mistake.probability > mistake.ownProbability)
    }
    #expect(zip(mistakes, mistakes.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    let few = try await Evaluator(model(), batch: 5).evaluate(on: data, mistakes: 3)
    #expect(few.mistakes.map(\.position) == mistakes.prefix(3).map(\.position))
    #expect(few.evaluation.confusion == evaluation.confusion)
    // The commonest confusions and the worst classes are counted from the same.
    let most = evaluation.confusions(most: 3)
    #expect(most.count == 3 && most[0].count == evaluation.confusions(most: 100).map(\.count).max())
    let worst = evaluation.worstClasses(most: 7).compactMap { evaluation.perClass[$0].error }
    #expect(worst == worst.sorted(by: >))
  }

  @Test("The classes of an evaluation add up to its errors, and stand in the order of the labels")
  func classes() async throws {
    let evaluation = try await Evaluator(model()).evaluate(on: pictures(23, classes: 7, seed: 1))
    #expect(evaluation.perClass.map(\.name) == (0..<7).map { "class \($0)" })
    #expect(evaluation.perClass.map(\.images) == [4, 4, 3, 3, 3, 3, 3])
    #expect(evaluation.confusion.map { $0.reduce(0, +) } == [4, 4, 3, 3, 3, 3, 3])
    let right = (0..<7).reduce(0) { $0 + evaluation.confusion[$1][$1] }
    #expect(abs(evaluation.topOneError - 100 * Double(23 - right) / 23) < 1e-9)
    for (label, result) in evaluation.perClass.enumerated() {
      let wrong = result.images - evaluation.confusion[label][label]
      #expect(try #require(result.error) == 100 * Double(wrong) / Double(result.images))
    }
  }

  /// A model whose weights are all the same number.
  private func model(of number: Float) throws -> Model {
    let model = try model()
    return try Model(
      architecture: model.architecture, input: model.input, classes: model.classes, preprocessing: model.preprocessing,
      parameters: model.parameters.mapValues { Tensor(shape: $0.shape, scalars: $0.scalars.map { _ in number }) })
  }

  @Test("A model without an opinion takes everything for the first class, with a confidence of one in seven")
  func noOpinion() async throws {
    let evaluation = try await Evaluator(model(of: 0)).evaluate(on: pictures(21, classes: 7))
    #expect(evaluation.confusion == Array(repeating: [3, 0, 0, 0, 0, 0, 0], count: 7))
    #expect(evaluation.perClass.map(\.error) == [0, 100, 100, 100, 100, 100, 100])
    #expect(abs(evaluation.topOneError - 600 / 7) < 1e-9)
    // The first five classes are the best five of equal ones.
    #expect(abs(try #require(evaluation.topFiveError) - 200 / 7) < 1e-9)
    #expect(abs(evaluation.loss - log(7)) < 1e-9)
    #expect(abs(evaluation.calibrationError) < 1e-9)
  }

  @Test("A broken model is wrong about everything, and takes nothing for anything")
  func broken() async throws {
    let evaluation = try await Evaluator(model(of: .nan)).evaluate(on: pictures(21, classes: 7))
    #expect(evaluation.topOneError == 100 && evaluation.topFiveError == 100)
    #expect(evaluation.loss.isNaN && evaluation.calibrationError.isNaN)
    #expect(evaluation.perClass.allSatisfy { $0.images == 3 && $0.error == 100 })
    #expect(evaluation.confusion == Array(repeating: Array(repeating: 0, count: 7), count: 7))
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
    #expect(abs(last.calibrationError - again.calibrationError) < 1e-3)
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
