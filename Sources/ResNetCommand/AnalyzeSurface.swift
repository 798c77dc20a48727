import ArgumentParser
import Foundation
import ResNet

/// `resnet analyze surface`: the loss around a trained network.
struct AnalyzeSurface: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surface",
    abstract: "See the loss around a trained network, or between two of them.",
    usage: "resnet analyze surface <model> --data <data> [<options>]",
    discussion: """
      Moves the weights along two random directions, each filter of which is as long
      as the network's, and measures the loss on a grid: as contours and as a lit
      relief (Li et al. 2018). Training images are used, not augmented.

        resnet analyze surface runs/r56 --data cifar-10-batches-bin
        resnet analyze surface runs/plain56 --data cifar-10-batches-bin \\
          --points 51 --images 5000
        resnet analyze surface runs/a --to runs/b --data cifar-10-batches-bin

      What is measured is kept on the way: the same command goes on where it was
      stopped, and refuses to where anything is different. With --to the loss along
      the straight line to another training of the same network is shown instead.
      """)

  @Argument(help: ArgumentHelp("The folder of a run, or a safetensors file.", valueName: "model"), completion: .models)
  var model: String

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String

  @Option(
    help: ArgumentHelp("Another training of the network: measure the line between the two.", valueName: "model"),
    completion: .models)
  var to: String?

  @Option(
    help: ArgumentHelp(
      "Points along each axis of the surface, an odd number (default: 25), or along the line (default: 41).",
      valueName: "number"))
  var points: Int?

  @Option(help: ArgumentHelp("The greatest α and β of the surface (default: 1.0).", valueName: "number"))
  var reach: Double?

  @Option(help: ArgumentHelp("Images that the loss is measured on, drawn at random.", valueName: "number"))
  var images = 1000

  @Option(help: ArgumentHelp("What the directions are drawn by (default: 0).", valueName: "number"))
  var seed: UInt64?

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var output: AnalysisOutput
  @OptionGroup var sharing: ThreadsOption

  func validate() throws {
    guard to == nil || (reach == nil && seed == nil) else {
      throw ValidationError("A line has no directions: leave --reach and --seed away, or --to.")
    }
  }

  func run() async throws {
    let subjects = try Subject.told([model] + (to.map { [$0] } ?? []))
    let splits = try pictures.open(data)
    let training = try splits.requireTraining()
    // Told before minutes of measuring.
    let folder = output.csv ? nil : try output.folder(for: subjects)
    try await sharing.apply()
    let progress = AnalysisProgress()
    if subjects.count > 1 {
      let sets = [training] + (splits.test.map { [$0] } ?? [])
      let line = try await LossLine.measure(
        from: subjects[0], to: subjects[1], on: sets, images: images, points: points ?? 41,
        progress: { progress.show($0) })
      Terminal.finishProgress()
      try output.show(line, of: subjects)
    } else {
      try await surface(subjects[0], training, folder: folder, progress)
    }
    for text in DataSet.notesOnBroken(in: [training]) { Terminal.note("note: \(text)") }
  }

  private func surface(
    _ subject: Subject, _ training: DataSet, folder: String?, _ progress: AnalysisProgress
  ) async throws {
    let usual = LossSurface.Settings()
    let settings = LossSurface.Settings(
      points: points ?? usual.points, reach: reach ?? usual.reach, images: images, seed: seed ?? usual.seed)
    let kept = folder.map { $0 + ($0.hasSuffix("/") ? "" : "/") + "surface.part.json" }
    let (surface, signal) = try await Interruption.watch(note: "keeping what is measured …") {
      try await LossSurface.measure(of: subject, on: training, settings: settings, keptIn: kept) { progress.show($0) }
    }
    Terminal.finishProgress()
    if let signal {
      if let kept { Terminal.note("note: \(kept) holds what is measured; the same command goes on with it") }
      throw ExitCode(128 + signal)
    }
    guard let surface else { return }
    try output.show(surface, of: [subject])
    if let kept { try? FileManager.default.removeItem(atPath: kept) }
  }
}
