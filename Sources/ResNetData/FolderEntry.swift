import Foundation
import ResNetCore
import ResNetFiles
import ResNetImages

/// What lies in a folder: a file, or another folder; links stand for what they lead to.
struct FolderEntry {
  /// Which file or folder of the machine it is, whatever paths lead to it.
  struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  let name: String
  let isFolder: Bool
  /// The length of a file in bytes; 0 where a link leads nowhere.
  let length: Int
  let identity: Identity?

  /// What the entry at a path is.
  init(_ name: String, at path: String) {
    var status = stat()
    let isThere = stat(path, &status) == 0
    self.name = name
    isFolder = isThere && status.st_mode & S_IFMT == S_IFDIR
    length = isThere && !isFolder ? Int(status.st_size) : 0
    identity =
      isThere
      ? Identity(
        device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(truncatingIfNeeded: status.st_ino)) : nil
  }

  /// The entries of a folder, sorted as Python sorts text; those whose names begin with a dot are left out.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where the folder cannot be read, `data` where the name of a folder
  ///   in it is not UTF-8.
  static func visible(in folder: String) throws -> [FolderEntry] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ResNetError(
        .inputOutput, "the folder cannot be read", at: folder, remedy: "Check that it is there, and its permissions")
    }
    let entries = names.filter { !$0.hasPrefix(".") }.sorted(by: precedes).map {
      FolderEntry($0, at: folder + "/" + $0)
    }
    // A file is told as one that cannot be read; a folder would be left out without a word.
    if entries.contains(where: { $0.identity == nil && !$0.isPicture }), hasNamelessFolder(folder) {
      throw ResNetError(
        .data, "it holds a folder whose name is not UTF-8", at: folder, remedy: "Rename that folder")
    }
    return entries
  }

  /// Whether nothing is at a path any more, not even a link that leads nowhere.
  static func isGone(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) != 0 && [ENOENT, ENOTDIR].contains(errno)
  }

  /// Whether a folder holds one whose name no text can give.
  private static func hasNamelessFolder(_ folder: String) -> Bool {
    guard let stream = opendir(folder) else { return false }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      var status = stat()
      let isNameless = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        guard let name = bytes.bindMemory(to: CChar.self).baseAddress, String(validatingCString: name) == nil,
          fstatat(dirfd(stream), name, &status, 0) == 0
        else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
      }
      if isNameless { return true }
    }
    return false
  }

  /// Whether it has the name of a picture.
  var isPicture: Bool { !isFolder && fileExtension.map(ImageFormat.fileExtensions.contains) ?? false }

  /// Whether it has the name of a picture of a kind that is not read.
  var isOtherPicture: Bool { !isFolder && fileExtension.map(ImageFormat.otherFileExtensions.contains) ?? false }

  private var fileExtension: String? { Self.fileExtension(of: name) }

  /// What stands behind the last point of a name, in small letters.
  static func fileExtension(of name: String) -> String? {
    name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[name.index(after: $0)...].lowercased() }
  }
}
