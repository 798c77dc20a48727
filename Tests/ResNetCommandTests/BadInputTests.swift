import Foundation
import Testing

@Suite struct BadInputTests {
  /// A wrong use of the tool, and what it answers.
  struct Case: Sendable, CustomTestStringConvertible {
    var arguments: String
    var status: Int32
    var answer: String

    init(_ arguments: String, _ status: Int32, _ answer: String) {
      self.arguments = arguments
      self.status = status
      self.answer = answer
    }

    var testDescription: String { arguments }
  }

  private static let training = "train --output NEW --data GOOD --epochs 1 --batch 4 --network "

  @Test(
    "A wrong use ends with one line that says the remedy, and the status of its kind",
    arguments: [
      Case("summary resnet19", 64, "The nearest are resnet18 and resnet20"),
      Case("summary vgg16", 64, "there is no network called 'vgg16'"),
      Case("summary resnet20 --stride-in 1x1", 64, "Choose the layer of the stride only for networks of bottlenecks"),
      Case("summary plain20 --shortcut b", 64, "Name the residual network, with resnet in place of plain"),
      Case("train --netwrok resnet8 --data GOOD --output NEW", 64, "Unknown option '--netwrok'"),
      Case("summary resnet20 --classes 0", 64, "a network of 0 classes is not possible"),
      Case("bench train --network resnet20 --threads 0", 64, "0 threads are not possible"),
      Case("bench train --network resnet20 --batch 0", 64, "a batch of 0 is not possible"),
      Case("bench train --network resnet20 --batch=-1", 64, "a batch of -1 is not possible"),
      Case("bench infer --network resnet20 --batch 9223372036854775807", 64, "a batch of 9223372036854775807 is not"),
      Case("bench infer --network resnet20 --seconds=-1", 64, "Use 0 to 86400 seconds"),
      Case("bench infer --network resnet8 plain8 --batch 0 --seconds 0", 64, "a batch of 0 is not possible"),
      Case("bench infer --network resnet8 resnet9", 64, "The nearest are resnet8 and resnet14"),
      Case("bench infer --network resnet8 --batch 1 2 --profile", 64, "give one of each"),
      Case("bench infer --network resnet8 --profile --against torch", 64, "leave --against or the profile away"),
      Case("bench train --network resnet8 --against openvino", 64, "compare training with torch"),
      Case("bench train --network resnet8 --variants nhwc", 64, "give --against too"),
      Case("bench train --network resnet8 --against torch --rounds 0", 64, "use 1 to 100"),
      Case("bench train --network resnet8 --against torch --variants nwhc", 64, "use nhwc, nchw, compile"),
      Case("bench train --network resnet8 --memory-limit 2Gib", 64, "'2Gib' is no size of memory"),
      Case("bench train --network resnet8 --memory-limit 1MiB", 69, "1 MiB of memory are not enough"),
      Case("summary resnet8 --training --memory-limit=-1", 64, "Write it as 512MiB, 2GiB, 2GB or a number of bytes"),
      Case("summary resnet8 --batch 8", 64, "give --training too"),
      Case("summary resnet8 --training --batch 0", 64, "a batch of 0 is not possible"),
      Case(training + "resnet8 --memory-limit 1MiB", 69, "or use a smaller batch"),
      Case(training + "resnet9", 64, "The nearest are resnet8 and resnet14"),
      Case(training + "resnet8 --recipe he2016", 64, "Use one of he2015, quick,"),
      Case(training + "resnet8 --learning-rate 0", 64, "Use a positive number such as 0.1"),
      Case(training + "resnet8 --learning-rate nan", 64, "Use a positive number such as 0.1"),
      Case(training + "resnet8 --momentum 1", 64, "Use a number from 0 to below 1"),
      Case(training + "resnet8 --weight-decay=-1", 64, "a weight decay of -1.0 is not possible"),
      Case(training + "resnet8 --epochs 0", 64, "Train for at least 1 epoch"),
      Case(training + "resnet8 --batch 21", 64, "Choose a batch of at most 20"),
      Case(training + "resnet8 --batch 0", 64, "a batch of 0 is not possible"),
      Case(training + "resnet8 --validation 20", 64, "Choose a number from 1 to 19"),
      Case(training + "resnet8 --validation 18", 64, "Choose a batch of at most 2"),
      Case(training + "resnet8 --loader-threads=-1", 64, "-1 loader threads"),
      Case(training + "fully_connected_resnet8 --batch 1", 64, "single value"),
      Case(training + "resnet8 --data NOWHERE", 65, "there is no such folder"),
      Case(training + "resnet8 --data CUT", 65, "it is cut short or too long"),
      Case(training + "resnet8 --data LABEL", 65, "label 10 of record 0 is out of range"),
      Case(training + "resnet8 --output GOOD/test_batch.bin", 74, "a file is where the folder is to be"),
      Case(training + "resnet8 --output /proc/run", 74, "Choose a folder that you may write to"),
      Case(
        training + "resnet8 --normalization none --learning-rate 1e30", 65,
        "step 2 in epoch 1: the loss is not finite: the first output that is not is that of layer layer"),
      Case("evaluate NOWHERE --data GOOD", 65, "there is no such file or folder"),
      Case("evaluate GOOD --data GOOD", 65, "there is no model.safetensors in this folder"),
      Case("evaluate GOOD/test_batch.bin --data GOOD", 65, "error: "),
    ])
  func refusals(useCase: Case) throws {
    let folder = try TemporaryFolder()
    let paths = try folders(in: folder)
    let arguments = useCase.arguments.split(separator: " ").map { word in
      var word = String(word)
      for (name, path) in paths { word = word.replacingOccurrences(of: name, with: path) }
      return word
    }
    let result = try Tool.run(arguments)
    #expect(result.status == useCase.status, "\(result.errors)")
    #expect(result.errors.contains(useCase.answer), "\(result.errors)")
    let lines = result.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(lines.count == 1 && lines[0].hasPrefix("error: ") && lines[0].hasSuffix("."), "\(result.errors)")
  }

  @Test(
    "What the tool does not understand ends with one line that names the help, and status 64",
    arguments: [
      "train", "nonsense", "summary", "summary resnet20 --shortcut e", "summary resnet20 --initialization normal:-1",
      "train --network resnet20 --data generated", "bench train --network resnet20 --precision f64",
      "bench train", "bench infer --network resnet20 --against tensorflow",
      "evaluate", "train --epochs many --network resnet8 --data generated --output x", "networks --nonsense",
    ])
  func misunderstandings(arguments: String) throws {
    let result = try Tool.run(arguments.split(separator: " ").map(String.init))
    #expect(result.status == 64)
    let lines = result.errors.split(separator: "\n")
    #expect(
      lines.count == 1 && lines[0].hasPrefix("error: ") && lines[0].hasSuffix("--help' for more information."),
      "\(result.errors)")
    #expect(result.errors.components(separatedBy: "See '").count == 2, "\(result.errors)")
  }

  @Test("A model of other classes is refused with both numbers")
  func classes() throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    try folder.write(
      [0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 0], to: "idx/train-labels-idx1-ubyte")
    try folder.write(
      [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 8] + [UInt8](repeating: 9, count: 256),
      to: "idx/train-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 1, 0], to: "idx/t10k-labels-idx1-ubyte")
    try folder.write(
      [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 8] + [UInt8](repeating: 9, count: 64),
      to: "idx/t10k-images-idx3-ubyte")
    let run = folder.path + "/run"
    let trained = try Tool.run([
      "train", "--network", "resnet8", "--data", folder.path + "/idx", "--output", run, "--epochs", "1", "--batch", "4",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    let result = try Tool.run(["evaluate", run, "--data", folder.path])
    #expect(result.status == 65)
    #expect(result.errors.contains("images of 3×32×32 do not fit a model for 1×8×8"))
  }

  @Test("A missing oneDNN is named with the command that mends it")
  func missingLibrary() throws {
    let folder = try TemporaryFolder()
    let result = try Tool.run(["bench", "train", "--network", "resnet8"], environment: ["RESNET_ONEDNN": folder.path])
    #expect(result.status == 69)
    #expect(result.errors.contains(folder.path))
    #expect(result.errors.contains("make bootstrap"))
  }

  /// Words of a case that stand for paths.
  private func folders(in folder: TemporaryFolder) throws -> [(String, String)] {
    try writeCIFAR10(to: folder)
    try writeCIFAR10(to: folder, in: "label", label: 10)
    try writeCIFAR10(to: folder, in: "cut")
    try folder.write([1, 2, 3], to: "cut/data_batch_3.bin")
    return [
      ("GOOD", folder.path), ("CUT", folder.path + "/cut"), ("LABEL", folder.path + "/label"),
      ("NOWHERE", folder.path + "/nowhere"), ("NEW", folder.path + "/new"),
    ]
  }
}
