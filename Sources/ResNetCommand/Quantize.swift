import ArgumentParser
import Foundation
import ResNet
import ResNetFiles

/// `resnet quantize`: a model for inference in 8 bits.
struct Quantize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Quantise a trained model for faster inference.",
    usage: "resnet quantize <model> --data <data> --output <file> [<options>]",
    discussion: """
      The model is watched on some training images to learn how large its numbers
      become; nothing is trained. Where the data has test images too, the model is
      measured on them before and after.

        resnet quantize runs/r20 --data cifar-10-batches-bin \\
          --output resnet20-int8.safetensors
        resnet evaluate resnet20-int8.safetensors --data cifar-10-batches-bin

      The file is a quarter of the size, and a MODEL wherever one is asked for.
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String

  @Option(help: ArgumentHelp("Where the quantised model is written.", valueName: "file"), completion: .file())
  var output: String

  @Option(help: ArgumentHelp("Training images that the model is watched on.", valueName: "number"))
  var images = 1000

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var sharing: ThreadsOption

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard images > 0 else { throw ValidationError("A model is watched on at least 1 image.") }
  }

  func run() async throws {
    let file = resolvedPath(try Model.file(at: model))
    guard file != resolvedPath(output) else {
      throw ResNetError(
        .usage, "the quantised model would take the place of the model", at: output, remedy: "Give another file")
    }
    // Told before a large model has been watched for minutes.
    try AtomicFile.check(output)
    let before = try Model(contentsOf: file)
    guard before.quantization == nil else {
      throw ResNetError(
        .usage, "the model is quantised already", at: model, remedy: "Give the model that it was made from")
    }
    let splits = try pictures.open(data)
    let training = try splits.requireTraining()
    try await sharing.apply()
    guard try await EngineActor.run({ try Precision.int8.isSupported() }) else {
      throw ResNetError(
        .unavailable, "this processor cannot compute in int8", remedy: "Quantise on one with AVX2, where it is to run")
    }
    let after = try await Quantizer(before, images: images).quantize(on: training)
    try after.write(to: output)
    var report = QuantizationReport(
      model: model, output: output, network: after.architecture.name,
      layers: Quantization.layers(of: after.graph).count, dataSet: training.name,
      images: min(images, training.count), bytesBefore: try size(of: file),
      bytesAfter: try size(of: resolvedPath(output)))
    if let test = splits.test {
      let single = try await Evaluator(before).evaluate(on: test).summary
      let quantized = try await Evaluator(after, precision: .int8).evaluate(on: test).summary
      report.test = .init(before: single, after: quantized)
    }
    Terminal.print(json ? try encoded(report) : report.text)
    let sets = [training, splits.test].compactMap(\.self)
    for text in DataSet.notesOnBroken(in: sets) { Terminal.note("note: \(text)") }
  }

  private func size(of file: String) throws -> Int {
    guard let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int else {
      throw ResNetError(.inputOutput, "its size is not known", at: file, remedy: "Check the file")
    }
    return size
  }
}

/// What quantising a model came to.
struct QuantizationReport: Encodable {
  /// The same images, before and after.
  struct Test: Encodable {
    var before: EvaluationSummary
    var after: EvaluationSummary
  }

  var model: String
  var output: String
  var network: String
  /// Layers whose activations are integers.
  var layers: Int
  /// What it was calibrated on.
  var dataSet: String
  var images: Int
  var bytesBefore: Int
  var bytesAfter: Int
  var test: Test?

  /// For people.
  var text: String {
    let lines = [
      "\(cell(network)) in integers of 8 bits: weights, and the outputs of \(counted(layers, "layer"))",
      "calibrated on \(counted(images, "image")) of \(cell(dataSet))",
      "\(cell(output)): \(kibibytes(bytesAfter)), before \(kibibytes(bytesBefore))",
    ]
    guard let test else { return lines.joined(separator: "\n") }
    return
      (lines + [
        "\(cell(test.after.dataSet)) (\(counted(test.after.images, "image"))): error \(percent(test.after.topOneError)), before "
          + percent(test.before.topOneError)
      ]).joined(separator: "\n")
  }

  private func kibibytes(_ bytes: Int) -> String { "\((bytes + 1023) >> 10) KiB" }
}
