import ArgumentParser
import ResNet

/// `resnet check-data`: what a folder of images holds, and what of it would stop training.
struct CheckData: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look a folder of images over before training on it.",
    usage: "resnet check-data <folder> [<options>]",
    discussion: """
      Reads and decodes every file. Tells the images of each class and part, how
      unequal classes are, sizes, files that cannot be read and why, images that
      are both trained and tested on, rotated ones, and those that are not RGB.

        resnet check-data photos
        resnet check-data photos --broken skip --json

      The exit status is 65 where something would stop training: no training
      images, one class alone, an empty class, one that only some parts have, a
      file that cannot be opened, a broken one unless --broken says what is to
      become of it.
      """)

  @Argument(
    help: ArgumentHelp(stringLiteral: DataSet.sources), completion: .directory)
  var folder: String

  @OptionGroup var pictures: PictureOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let check = try DataCheck(of: folder, pictures: pictures.chosen())
    Terminal.print(json ? try encoded(check) : check.text)
    guard check.problems.isEmpty else { throw ExitCode(ResNetError.Code.data.exitStatus) }
  }
}
