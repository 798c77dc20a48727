import ResNetCore
import ResNetFiles

/// The pictures in a folder and in those below it, by the ends of their names, in torchvision's order: folders by their
/// whole paths, and then the files of each, all by the code points of their names.
///
/// Names that begin with a dot are left out. A link is followed unless it leads to a folder that it lies in.
package enum PictureTree {
  /// A file that has the name of a picture.
  package struct File: Sendable {
    /// Its path below the folder that was listed.
    package let path: String
    /// Its length in bytes.
    package let length: Int
  }

  /// How often folders are come to again before links are held for a maze: some that lead to one another have more ways
  /// through them than can be walked.
  private static let mostRepeats = 10_000

  /// Lists a folder, or one of its folders alone.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where a folder cannot be read, `data` where links lead through it
  ///   in too many ways.
  package static func files(of root: String, below inner: String = "") throws -> [File] {
    try files(of: root, below: inner, where: \.isPicture)
  }

  /// Lists what lies where pictures do and has the name of one of a kind that is not read.
  static func otherPictures(of root: String, below inner: String) throws -> [File] {
    try files(of: root, below: inner, where: \.isOtherPicture)
  }

  /// What to say of files of kinds that are not read, as in `3 HEIC files are not read`; `nil` where there are none.
  static func refusal(_ names: [String]) -> String? {
    let kinds = Set(names.compactMap { FolderEntry.fileExtension(of: $0)?.uppercased() }).sorted()
    guard !kinds.isEmpty else { return nil }
    return counted(names.count, kinds.joined(separator: " and ") + " file") + (names.count == 1 ? " is" : " are")
      + " not read"
  }

  private static func files(
    of root: String, below inner: String, where isWanted: (FolderEntry) -> Bool
  ) throws -> [File] {
    func joined(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : folder + "/" + name }
    func place(_ folder: String) -> String { folder.isEmpty ? root : root + "/" + folder }
    var found: [(folder: String, files: [File])] = []
    var pending = [(path: inner, above: ["", inner].map { FolderEntry($0, at: place($0)).identity })]
    var seen: Set<FolderEntry.Identity> = []
    var repeats = 0
    while let (folder, above) = pending.popLast() {
      if let identity = above.last ?? nil, !seen.insert(identity).inserted { repeats += 1 }
      guard repeats < mostRepeats else {
        throw ResNetError(
          .data, "links in it lead to its folders again and again", at: place(inner),
          remedy: "Remove links between folders")
      }
      let entries = try FolderEntry.visible(in: place(folder))
      let files = entries.filter(isWanted).map { File(path: joined(folder, $0.name), length: $0.length) }
      found.append((folder, files))
      for entry in entries where entry.isFolder && !above.contains(entry.identity) {
        pending.append((joined(folder, entry.name), above + [entry.identity]))
      }
    }
    return found.sorted { precedes($0.folder, $1.folder) }.flatMap(\.files)
  }
}
