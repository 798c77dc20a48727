import ResNetCore
import ResNetFiles

/// A folder with a folder for each class, listed in the order in which torchvision's `ImageFolder` lists it.
///
/// Classes are sorted by the code points of their names; in a class, folders by their whole paths, and then the files of
/// each. Names that begin with a dot are left out. A link is followed unless it leads to a folder that it lies in.
struct ClassFolders: Sendable {
  /// A class and its files.
  struct Class: Sendable {
    let name: String
    var files: [File]
  }

  /// A file that has the name of a picture.
  struct File: Sendable {
    /// Its path below the folder of all classes.
    let path: String
    /// Its length in bytes.
    let length: Int
  }

  /// The folder's path as it was given.
  let path: String
  var classes: [Class]

  /// Lists a folder.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where a folder cannot be read.
  init(_ path: String) throws {
    self.path = path
    let root = FolderEntry(".", at: path)
    classes = try FolderEntry.visible(in: path).filter(\.isFolder).map { entry in
      Class(name: entry.name, files: try Self.files(of: entry, in: path, root))
    }
  }

  /// The number of files of all classes.
  var fileCount: Int { classes.reduce(0) { $0 + $1.files.count } }

  private static func files(of folder: FolderEntry, in path: String, _ root: FolderEntry) throws -> [File] {
    var found: [(folder: String, files: [File])] = []
    var pending = [(path: folder.name, above: [root.identity, folder.identity])]
    while let (inner, above) = pending.popLast() {
      let entries = try FolderEntry.visible(in: path + "/" + inner)
      let files = entries.filter(\.isPicture).map { File(path: inner + "/" + $0.name, length: $0.length) }
      found.append((inner, files))
      for entry in entries where entry.isFolder && !above.contains(entry.identity) {
        pending.append((inner + "/" + entry.name, above + [entry.identity]))
      }
    }
    return found.sorted { precedes($0.folder, $1.folder) }.flatMap(\.files)
  }
}
