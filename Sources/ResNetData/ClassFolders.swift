import ResNetCore

/// A folder with a folder for each class, listed in the order in which torchvision's `ImageFolder` lists it.
///
/// Classes are sorted by the code points of their names, and the files of each as `PictureTree` has them.
struct ClassFolders: Sendable {
  /// A class and its files.
  struct Class: Sendable {
    let name: String
    var files: [PictureTree.File]
  }

  /// The folder's path as it was given.
  let path: String
  var classes: [Class]

  /// Lists a folder.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where a folder cannot be read.
  init(_ path: String) throws {
    self.path = path
    classes = try FolderEntry.visible(in: path).filter(\.isFolder).map { entry in
      Class(name: entry.name, files: try PictureTree.files(of: path, below: entry.name))
    }
  }

  /// The number of files of all classes.
  var fileCount: Int { classes.reduce(0) { $0 + $1.files.count } }
}
