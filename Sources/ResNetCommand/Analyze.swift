import ArgumentParser
import Foundation
import ResNet

/// `resnet analyze`: why a network works, or does not.
struct Analyze: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See why networks work: gradients, lesions, paths, surfaces, class maps.",
    discussion: """
      Each view measures one thing and writes a picture (SVG), its numbers (CSV) and
      what they mean (text): into the folder 'analysis' of the first run unless
      --output names another.

        resnet analyze gradients runs/plain56 runs/resnet56 \\
          --data cifar-10-batches-bin
        resnet analyze shattering --output shattering
      """,
    subcommands: [
      AnalyzeGradients.self, AnalyzeUpdates.self, AnalyzeShattering.self, AnalyzeResponses.self, AnalyzeDepth.self,
      AnalyzeIdentity.self, AnalyzeLesion.self, AnalyzePaths.self, AnalyzeReuse.self, AnalyzeSurface.self,
      AnalyzeCam.self, AnalyzeFeatures.self,
    ])
}

/// What all views of trained networks take.
struct AnalysisOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Folders of runs, or safetensors files.", valueName: "model"), completion: .models)
  var models: [String]

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var output: AnalysisOutput

  func validate() throws {
    guard !models.isEmpty else { throw ValidationError("Name at least one run or safetensors file.") }
  }

  /// The networks; each is called as its path, without what all of them have in common.
  func subjects() throws -> [Subject] { try Subject.told(models) }
}

/// Where the files of a view go.
struct AnalysisOutput: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder for the view's files (default: 'analysis' in the folder of the first run).", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Flag(help: "Print the numbers as CSV, and write no files.")
  var csv = false

  /// The folder to write to.
  ///
  /// - Throws: `ValidationError` where the first model is a file and no folder is named.
  func folder(for subjects: [Subject]) throws -> String {
    if let output { return output }
    if let run = subjects.first?.run { return run + (run.hasSuffix("/") ? "" : "/") + "analysis" }
    throw ValidationError("There is no run whose folder could take the files: say with --output where they are to go.")
  }

  /// Refuses a view whose files would have no place, before anything is measured.
  ///
  /// - Throws: `ValidationError` where the first model is a file and no folder is named.
  func check(for subjects: [Subject]) throws {
    if !csv { _ = try folder(for: subjects) }
  }

  /// Writes a view and says what is seen and where it lies.
  func show(_ view: some View, of subjects: [Subject]) throws {
    if csv {
      Terminal.print(String(view.table.commaSeparated.dropLast()))
      return
    }
    let files = try view.write(to: folder(for: subjects))
    Terminal.print(view.title)
    Terminal.print("")
    Terminal.print(wrapped(view.finding))
    Terminal.print("")
    for file in files { Terminal.print("  \(file)") }
  }
}
