import ResNetCore
import ResNetFiles
import ResNetImages
import Synchronization

/// A file that should be a picture and is none, or a damaged one.
public struct BrokenPicture: Hashable, Sendable, Codable {
  /// The path of the file.
  public var path: String
  /// What is wrong with it.
  public var reason: String

  /// Makes one from its parts.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// What is wrong with a file that could not be read; `nil` where that is not the file's own fault: where memory, the
  /// right to read it or the disk failed, other files would fail as well, and leaving them out would mend nothing.
  init?(path: String, _ error: any Error) {
    guard let error = error as? ResNetError, error.code == .data else { return nil }
    self.init(path: path, reason: error.message)
  }

  /// Decodes a file, and tells what is wrong with it; `nil` where nothing is.
  ///
  /// - Throws: an error that is not the file's own fault.
  static func found(at path: String) throws -> BrokenPicture? {
    do {
      _ = try Image(contentsOf: path)
      return nil
    } catch {
      guard let broken = BrokenPicture(path: path, error) else { throw error }
      return broken
    }
  }
}

/// The broken files of a folder that have been met so far, each once; copies and subsets of a data set share one.
final class BrokenPictureLog: Sendable {
  // By the bytes of the path: strings hold different spellings of an accent for equal.
  private let found = Mutex<[[UInt8]: BrokenPicture]>([:])

  init(_ pictures: [BrokenPicture]) { for picture in pictures { add(picture) } }

  func add(_ picture: BrokenPicture) { found.withLock { $0[Array(picture.path.utf8)] = picture } }

  /// Those met so far, by path.
  var pictures: [BrokenPicture] { found.withLock { Array($0.values) }.sorted { precedes($0.path, $1.path) } }
}

extension DataSet {
  /// How many broken files are named in notes.
  private static let notedFiles = 20

  /// What the person who uses sets should know of their broken files, as sentences without a full stop.
  package static func notesOnBroken(in sets: [DataSet]) -> [String] {
    var seen: Set<ObjectIdentifier> = []
    return sets.flatMap { set -> [String] in
      guard case .files(let files) = set.images, seen.insert(ObjectIdentifier(files.broken)).inserted else { return [] }
      let broken = set.brokenPictures
      guard !broken.isEmpty else { return [] }
      let count = counted(broken.count, "file")
      let fate = files.options.broken == .skip ? "left out" : "replaced by others of the same class"
      let rest = broken.count - notedFiles
      return ["\(count) in \(files.folder) that cannot be read \(broken.count == 1 ? "was" : "were") \(fate)"]
        + broken.prefix(notedFiles).map { "\($0.path): \($0.reason)" }
        + (rest > 0 ? ["… and \(rest) more: 'resnet check-data' lists all"] : [])
    }
  }
}
