import ArgumentParser
import ResNet
import ResNetFiles

/// `resnet report`: one page about runs.
struct MakeReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make one page about runs: curves, mistakes, and what views show.",
    usage: "resnet report <run> ... --output <file> [<options>]",
    discussion: """
      What was trained on what, curves, the errors at the end, what is mistaken for
      what, the worst mistakes with their pictures, the diagnosis, and all views that
      'resnet analyze' wrote for the runs, with what is seen and what was expected.
      The page is one file: it loads nothing, needs no scripts, is light or dark as
      the reader likes it, and can be printed.

        resnet report runs/r20 -o r20.html
        resnet report runs/plain56 runs/resnet56 --output pair.html
        resnet report runs/degradation -o degradation.html
        resnet report runs/r20 shattering --data cifar-10-batches-bin -o r20.html

      A folder of 'resnet compare' gives its comparison and its runs, one of views
      those. Images are taken from where the runs had them, if they are there and the
      same, or from --data; what is missing or damaged is named, on the page too.
      """)

  @Argument(
    help: ArgumentHelp("Folders of runs, of a comparison, or of views.", valueName: "run"), completion: .directory)
  var folders: [String]

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The page to write, called .html; one that is there is replaced.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var output: String

  @Option(help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var data: String?

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var sharing: ThreadsOption

  func validate() throws {
    // A slip of the hand must not replace a model or the description of a run.
    guard output.hasSuffix(".html") else { throw ValidationError("--output takes a file that is called .html.") }
    try pictures.check(needing: data)
  }

  func run() async throws {
    try AtomicFile.check(output)
    var report = try Report(of: folders)
    // A page of views alone needs no engine.
    if !report.runs.isEmpty { try await sharing.apply() }
    let progress = AnalysisProgress()
    try await report.look(at: data, pictures: pictures.names.isEmpty ? nil : pictures.chosen()) { progress.show($0) }
    Terminal.finishProgress()
    try report.write(to: output)
    for note in report.notes { Terminal.note("note: \(note)") }
    Terminal.print("\(output) holds \(report.contents)")
  }
}
