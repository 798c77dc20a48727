import Foundation
import ResNetCore
import ResNetFiles
import ResNetImages

/// A folder of pictures as torchvision's `ImageFolder` has it: `train`, `val` and `test` with a folder for each class, or
/// the folders of the classes alone.
///
/// `val` may be called `valid` or `validation`. Other folders beside them are not looked at.
struct ImageFolder {
  /// The parts of a folder in the order in which they are told, and how their folders may be called.
  private static let parts = [
    (name: "training", folders: ["train"]), (name: "validation", folders: ["val", "valid", "validation"]),
    (name: "test", folders: ["test"]),
  ]

  /// One part, with what is in it.
  struct Part {
    /// `training`, `validation` or `test`; `nil` for a folder without parts.
    let name: String?
    let listing: ClassFolders
  }

  /// The folder's path as it was given.
  let path: String
  /// What the folder is called.
  let name: String
  let parts: [Part]

  /// Lists what a folder has; `nil` where it is no folder of pictures.
  ///
  /// Folders called `train`, `val` or `test` are parts where one of them has folders of its own or there are no others;
  /// else they are classes. A folder without parts is one of pictures where some folder in it holds a picture.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where a folder cannot be read.
  init?(_ folder: DataFolder) throws {
    path = folder.path
    name = printable(URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent)
    let folders = try FolderEntry.visible(in: path).filter(\.isFolder).map(\.name)
    let named = Self.parts.compactMap { part in
      part.folders.first(where: folders.contains).map { (name: part.name, folder: folder.place($0)) }
    }
    let areParts = try named.contains { part in try FolderEntry.visible(in: part.folder).contains(where: \.isFolder) }
    if areParts || !named.isEmpty && named.count == folders.count {
      parts = try named.map { Part(name: $0.name, listing: try ClassFolders($0.folder)) }
    } else if try folders.contains(where: { try FolderEntry.visible(in: folder.place($0)).contains(where: \.isPicture) }
    ) {
      parts = [Part(name: nil, listing: try ClassFolders(path))]
    } else {
      return nil
    }
  }

  /// The data sets that the folder holds.
  ///
  /// - Throws: `ResNetError` of code `data` where a class is empty or missing, or names do not fit the classes.
  func splits(_ options: ImageFolderOptions) throws -> DataSplits {
    let names = parts[0].listing.classes.map(\.name)
    func set(_ name: String?) throws -> DataSet? {
      guard let part = parts.first(where: { $0.name == name }) else { return nil }
      return try dataSet(part, classes: names, options)
    }
    if let whole = try set(nil) { return DataSplits(name: name, undivided: whole) }
    return DataSplits(
      name: name, training: try set("training"), validation: try set("validation"), test: try set("test"))
  }

  private func dataSet(_ part: Part, classes names: [String], _ options: ImageFolderOptions) throws -> DataSet {
    guard !names.isEmpty else {
      throw ResNetError(
        .data, "there are no folders of classes", at: parts[0].listing.path,
        remedy: "Put the pictures of each class into a folder of its own")
    }
    if let given = options.classNames, given.count != names.count {
      throw ResNetError(
        .data, "there are \(names.count) classes and \(given.count) names for them", at: parts[0].listing.path,
        remedy: "Give one name for each folder, in their sorted order")
    }
    var listing = part.listing
    try check(listing, names, options)
    let broken = try options.broken == .skip ? listing.removeBroken() : []
    let labels = listing.labels(names)
    let counts = zip(labels, listing.classes).reduce(into: names.map { _ in 0 }) { counts, entry in
      if let label = entry.0 { counts[label] = entry.1.files.count }
    }
    let empty = names.indices.filter { counts[$0] == 0 }
    guard empty.isEmpty || options.allowsEmptyClasses && listing.fileCount > 0 else {
      let list = empty.prefix(5).map { quoted(names[$0]) }.joined(separator: ", ") + (empty.count > 5 ? ", …" : "")
      let unread = try zip(labels, listing.classes).filter { label, _ in label.map(empty.contains) ?? false }
        .flatMap { try PictureTree.otherPictures(of: listing.path, below: $1.name) }
      let refusal = PictureTree.refusal(unread.map(\.path))
      let remedy = refusal == nil ? "Put pictures into the folders" : "Save them as JPEG or PNG"
      throw ResNetError(
        .data,
        "there are no pictures\(broken.isEmpty ? "" : " that can be read") of "
          + (empty.count == 1 ? "class" : "\(empty.count) classes:") + " \(list)" + (refusal.map { "; \($0)" } ?? ""),
        at: listing.path,
        remedy: listing.fileCount > 0 ? remedy + ", or remove the folders, or allow empty classes" : remedy)
    }
    let files = listing.classes.flatMap(\.files)
    return try DataSet(
      name: part.name.map { "\(name) \($0)" } ?? name,
      files: PictureFiles(
        folder: listing.path, paths: files.map(\.path), lengths: files.map(\.length), options: options, broken: broken),
      labels: zip(labels, listing.classes).flatMap { label, entry in entry.files.map { _ in Int32(label ?? -1) } },
      classNames: options.classNames ?? names)
  }

  /// Refuses classes that only some parts have.
  private func check(_ listing: ClassFolders, _ names: [String], _ options: ImageFolderOptions) throws {
    let (first, labels) = (parts[0].listing.path, listing.labels(names))
    func refusal(_ name: String, missing place: String, there: String) -> ResNetError {
      ResNetError(
        .data, "class \(quoted(name)) is missing, which \(there) has", at: place,
        remedy: "Use the same classes in all parts")
    }
    if let unknown = labels.firstIndex(of: nil) {
      throw refusal(listing.classes[unknown].name, missing: first, there: listing.path)
    }
    if !options.allowsEmptyClasses, let missing = names.indices.first(where: { !labels.contains($0) }) {
      throw refusal(names[missing], missing: listing.path, there: first)
    }
  }
}

extension ClassFolders {
  /// Which of some names each class has; `nil` for one that is not among them.
  func labels(_ names: [String]) -> [Int?] {
    // Strings hold different spellings of an accent for equal, and folders do not.
    let numbers = Dictionary(uniqueKeysWithValues: zip(names.map { Array($0.utf8) }, names.indices))
    return classes.map { numbers[Array($0.name.utf8)] }
  }

  /// Takes out the files that cannot be decoded, which costs as much as an epoch's decoding.
  ///
  /// - Throws: the first error that is not its file's own fault.
  fileprivate mutating func removeBroken() throws -> [BrokenPicture] {
    let files = classes.flatMap(\.files)
    let folder = path
    let reasons = try concurrentMap(files.count) { number -> Result<BrokenPicture?, any Error> in
      let path = folder + "/" + files[number].path
      return Result {
        do {
          _ = try Image(contentsOf: path)
          return nil
        } catch {
          guard let broken = BrokenPicture(path: path, error) else { throw error }
          return broken
        }
      }
    }.map { try $0.get() }
    var number = 0
    for index in classes.indices {
      classes[index].files.removeAll { _ in
        defer { number += 1 }
        return reasons[number] != nil
      }
    }
    return reasons.compactMap(\.self)
  }
}
