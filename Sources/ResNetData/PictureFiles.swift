import ResNetCore
import ResNetImages

/// The pictures of one folder, read whenever they are needed.
struct PictureFiles: Sendable {
  /// The folder's path as it was given.
  let folder: String
  /// The files below the folder, class by class.
  let paths: [String]
  /// Their lengths in bytes when the folder was opened.
  let lengths: [Int]
  /// How the folder was read.
  let options: ImageFolderOptions
  /// The broken ones that are known.
  let broken: BrokenPictureLog

  init(
    folder: String, paths: [String], lengths: [Int], options: ImageFolderOptions, broken: [BrokenPicture] = []
  ) {
    self.folder = folder
    self.paths = paths
    self.lengths = lengths
    self.options = options
    self.broken = BrokenPictureLog(broken)
  }

  /// The error of a file that ends the work, with what else can be done about it.
  fileprivate func ending(with error: ResNetError, at path: String) -> ResNetError {
    var error = error
    if FolderEntry.isGone(path) {
      error.message = "the file is gone, which was there when its folder was opened"
      error.remedy = "Put it back, or begin again with those that are there"
    } else if options.broken == .skip {
      error.remedy += "; it was sound when its folder was opened, and is left out from the next time on"
    } else {
      error.remedy += "; --broken replace or skip goes on without such files, and 'resnet check-data' lists them"
    }
    return error
  }

  /// The path of a file, as it can be opened.
  func path(_ row: Int) -> String { folder.hasSuffix("/") ? folder + paths[row] : folder + "/" + paths[row] }
}

extension DataSet {
  /// How its folder of pictures was read; `nil` for images in memory.
  public var pictureOptions: ImageFolderOptions? {
    if case .files(let files) = images { files.options } else { nil }
  }

  /// The path of a picture's file; `nil` for images in memory.
  ///
  /// - Precondition: `0 ≤ position < count`.
  public func path(at position: Int) -> String? {
    if case .files(let files) = images { files.path(rows[position]) } else { nil }
  }

  /// The broken files of its folder that are known so far, by path: those left out, or those that were replaced.
  public var brokenPictures: [BrokenPicture] {
    if case .files(let files) = images { files.broken.pictures } else { [] }
  }

  /// The number of threads that suit a loader of these images: one a core for pictures, which have to be decoded.
  public var usualLoaderThreads: Int { imageShape == nil ? processorCount : 1 }

  /// Reads the picture at a position, or what takes its place where it is broken and that was asked for.
  ///
  /// - Parameters:
  ///   - rules: what is made of EXIF's orientation and of transparency.
  ///   - random: what another picture of the class is chosen by.
  /// - Throws: `ResNetError` that names the file, as `Image(contentsOf:rules:)` does, with what else can be done about a
  ///   broken one; of code `data` too where no picture of the class can be read.
  /// - Precondition: it is a set of pictures.
  func picture(at position: Int, rules: ImageRules, random: @autoclosure () -> RandomNumbers) throws -> Image {
    guard case .files(let files) = images else { preconditionFailure("\(name) has its images in memory") }
    let path = files.path(rows[position])
    do {
      return try Image(contentsOf: path, rules: rules)
    } catch let error as ResNetError {
      guard let broken = BrokenPicture(path: path, error) else { throw error }
      guard files.options.broken == .replace else { throw files.ending(with: error, at: path) }
      files.broken.add(broken)
      let others = labels.indices.filter { labels[$0] == labels[position] && $0 != position }
      var random = random()
      for other in random.permutation(others.count) {
        let path = files.path(rows[others[other]])
        do {
          return try Image(contentsOf: path, rules: rules)
        } catch {
          guard let broken = BrokenPicture(path: path, error) else { throw error }
          files.broken.add(broken)
        }
      }
      throw ResNetError(
        .data,
        "\(error.message), and no other picture of class \(quoted(classNames[Int(labels[position])])) can be read",
        at: error.place, remedy: error.remedy)
    }
  }
}
