import ArgumentParser
import ResNet

/// How a folder of pictures is read.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of pictures: a file that names the classes, one a line, in the order of their sorted folders.",
      valueName: "file"),
    completion: .file())
  var classNames: String?

  @Flag(help: "Of pictures: let classes be without any.")
  var allowEmptyClasses = false

  @Option(
    help: ArgumentHelp(
      "Of pictures: with a file that cannot be read, end; leave it out; or take another of its class (default: fail).",
      valueName: "what"))
  var broken: ImageFolderOptions.Broken?

  /// The options as the library has them.
  func chosen() throws -> ImageFolderOptions {
    ImageFolderOptions(
      classNames: try classNames.map(namesOfClasses), allowsEmptyClasses: allowEmptyClasses,
      broken: broken ?? .fail)
  }

  /// Opens a source of images.
  ///
  /// - Throws: `ResNetError` of code `usage` where it is not one that names of classes can be given to; what
  ///   `DataSet.open` throws.
  func open(_ source: String) throws -> DataSplits {
    let splits = try DataSet.open(source, pictures: chosen())
    let isInMemory = [splits.training, splits.validation, splits.test].contains { $0?.imageShape != nil }
    guard isInMemory, let given = names.first else { return splits }
    throw ResNetError(
      .usage, "\(given) is for folders of pictures, and \(splits.name) is none", at: source, remedy: "Leave it away")
  }

  /// Refuses the options where there is no data that they could be for.
  ///
  /// - Throws: `ValidationError` where one is given.
  func check(needing data: String?) throws {
    guard data == nil, let given = names.first else { return }
    throw ValidationError("\(given) is for pictures: say with --data where they are, or leave it away.")
  }

  /// The options that are given.
  var names: [String] {
    [
      ("--class-names", classNames != nil), ("--allow-empty-classes", allowEmptyClasses), ("--broken", broken != nil),
    ].filter(\.1).map(\.0)
  }
}

extension ImageFolderOptions.Broken: ExpressibleByArgument {}

extension DataSet {
  /// What `--data` takes.
  static let sources = "A folder of pictures, or of CIFAR or IDX files, or 'generated'."
}
