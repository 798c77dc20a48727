import ResNetCore
import ResNetData
import ResNetEngine
import ResNetModel
import ResNetModels
import ResNetTraining
import Testing

@Suite(
  .enabled("this processor computes in int8") { try await EngineActor.run { try Precision.int8.isSupported() } })
struct QuantizerTests {
  @Test("A network that has learned keeps its accuracy in integers")
  func accuracy() async throws {
    let data = GeneratedDataSet()
    var recipe = Recipe.quick
    recipe.length = .epochs(3)
    let trainer = try Trainer(.cifar(depth: 8), on: data.training, recipe: recipe)
    try await train(trainer)
    let model = trainer.model
    let quantized = try await Quantizer(model, images: 200).quantize(on: data.training)
    let before = try await Evaluator(model).evaluate(on: data.test)
    let after = try await Evaluator(quantized, precision: .int8).evaluate(on: data.test)
    print("ResNet-8 on the generated set: \(before), in int8 \(after)")
    // After so few epochs many images lie near a border between classes; trained to the end, a tenth of this is usual.
    #expect(abs(after.topOneError - before.topOneError) <= 2)
    #expect(abs(after.loss - before.loss) <= 0.02 + 0.1 * before.loss)
    // Integers as weights alone, which every processor can compute with.
    let weights = try await Evaluator(quantized).evaluate(on: data.test)
    #expect(abs(weights.topOneError - before.topOneError) <= 2)
  }

  @Test("The same images are chosen again, others by another seed, and no more than there are")
  func choice() async throws {
    let model = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.iterations(1))).model
    func scales(_ images: Int, seed: UInt64 = 0, threads: Int = 1) async throws -> [String: Float]? {
      try await Quantizer(model, images: images, seed: seed, loaderThreads: threads).quantize(on: pictures(20))
        .quantization?.scales
    }
    let first = try await scales(5)
    #expect(first != nil)
    #expect(try await scales(5, threads: 3) == first)
    #expect(try await scales(5, seed: 1) != first)
    #expect(try await scales(20) == scales(1000, seed: 1))
  }

  @Test("Images that do not fit, and none at all, are refused")
  func refusals() async throws {
    let model = try Trainer(.cifar(depth: 8), on: pictures(20), recipe: recipe(.iterations(1))).model
    let other = try await failure { _ = try await Quantizer(model).quantize(on: pictures(8, shape: [1, 8, 8])) }
    #expect(other.code == .data && other.message.contains("1×8×8"))
    let none = try await failure { _ = try await Quantizer(model, images: 0).quantize(on: pictures(8)) }
    #expect(none.code == .usage && none.message.contains("0 images"))
    let single = try await failure { _ = try await Evaluator(model, precision: .int8).evaluate(on: pictures(8)) }
    #expect(single.code == .usage && single.remedy.contains("resnet quantize"))
  }
}
