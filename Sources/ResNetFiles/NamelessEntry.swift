#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What lies in a folder under a name that is not UTF-8: a text has U+FFFD in it, and leads nowhere.
package struct NamelessEntry {
  /// The name as texts show it.
  package let name: String
  /// Whether it is a folder.
  package let isFolder: Bool

  /// All of a folder; none where it cannot be read.
  package static func all(in folder: String) -> [NamelessEntry] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var found: [NamelessEntry] = []
    while let entry = readdir(stream) {
      withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        guard let name = bytes.bindMemory(to: CChar.self).baseAddress, String(validatingCString: name) == nil else {
          return
        }
        var status = stat()
        let isFolder = fstatat(dirfd(stream), name, &status, 0) == 0 && status.st_mode & S_IFMT == S_IFDIR
        found.append(NamelessEntry(name: String(cString: name), isFolder: isFolder))
      }
    }
    return found
  }

  /// Whether a path is what texts show of such a file, or of one in such a folder.
  package static func isShown(by path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let index = parts.firstIndex(where: { $0.unicodeScalars.contains("\u{FFFD}") }) else { return false }
    let folder = index == 0 ? "." : parts[..<index].joined(separator: "/") + "/"
    return all(in: folder).contains { $0.name == parts[index] }
  }
}
