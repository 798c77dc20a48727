import Foundation
import ResNetCore

/// A folder of data files, read whole and with every failure named.
struct DataFolder {
  /// The folder's path as it was given.
  let path: String

  /// Looks whether the folder is there.
  init(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ResNetError(
        .data, "there is no such folder", at: path,
        remedy: "Give a folder of pictures or of CIFAR or IDX files, or `generated`"
      )
    }
    guard isFolder.boolValue else {
      throw ResNetError(.data, "it is a file", at: path, remedy: "Give the folder that the data files lie in")
    }
    self.path = path
  }

  /// The path of a file in the folder.
  func place(_ file: String) -> String { path.hasSuffix("/") ? path + file : path + "/" + file }

  /// Whether the folder has a file.
  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: place(file)) }

  /// Whether the folder has one file of a list.
  func has(anyOf files: [String]) -> Bool { files.contains { has($0) } }

  /// The error for a folder in which no known file was found.
  func unknown() -> ResNetError {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      return ResNetError(.inputOutput, "it cannot be read", at: path, remedy: "Check the permissions of the folder")
    }
    if let packed = names.first(where: { $0.hasSuffix(".gz") || $0.hasSuffix(".xz") || $0.hasSuffix(".tar") }) {
      return ResNetError(
        .data, "its files are still packed", at: path, remedy: "Unpack \(packed) and the files beside it first")
    }
    // Training on a set that has another part beside it would test on what was trained on.
    let misspelt = names.first { ["train", "val", "test"].contains($0.lowercased()) && $0 != $0.lowercased() }
    if let misspelt, (try? DataFolder(place(misspelt))).map({ (try? ImageFolder($0)) != nil }) ?? false {
      return ResNetError(
        .data, "there are no folders train, val or test, and \(quoted(misspelt)) is called almost so", at: path,
        remedy: "Call the folders of the parts train, val and test")
    }
    let inner = names.first { name in
      guard let folder = try? DataFolder(place(name)) else { return false }
      return folder.has(anyOf: CIFAR10.files + CIFAR100.files) || IDXFiles.isPresent(in: folder)
        || (try? ImageFolder(folder)) != nil
    }
    if inner == nil, names.contains(where: { FolderEntry($0, at: place($0)).isPicture }) {
      return ResNetError(
        .data, "its pictures have no classes", at: path,
        remedy: "Put the pictures of each class into a folder of its own"
      )
    }
    if inner == nil, let refusal = PictureTree.refusal(otherPictures(names)) {
      return ResNetError(
        .data, "there are no pictures of a kind that is read: \(refusal)", at: path,
        remedy: "Save them as JPEG or PNG, with a folder for each class")
    }
    return ResNetError(
      .data, names.isEmpty ? "the folder is empty" : "there are no data files of a known kind", at: path,
      remedy: inner.map { "Give \(place($0))" }
        ?? "Give a folder with a folder of pictures for each class, or with data_batch_1.bin (CIFAR-10), "
        + "train.bin (CIFAR-100) or train-images-idx3-ubyte (IDX)")
  }

  /// The names of pictures of kinds that are not read, in the folder and in those of some names.
  private func otherPictures(_ folders: [String]) -> [String] {
    ([""] + folders).flatMap { ((try? FolderEntry.visible(in: place($0))) ?? []).filter(\.isOtherPicture).map(\.name) }
  }

  /// Reads a file whole.
  ///
  /// - Throws: `ResNetError` of code `data` where it is missing, empty or larger than this machine's memory, and of code
  ///   `inputOutput` where reading fails.
  func read(_ file: String) throws -> [UInt8] {
    try withFile(file) { descriptor, size in
      guard UInt64(size) <= ProcessInfo.processInfo.physicalMemory / 2 else {
        throw ResNetError(
          .data, "the file of \(size) bytes does not fit into memory", at: place(file),
          remedy: "Check that it is the file that it should be")
      }
      return try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
        while filled < size {
          let count = Foundation.read(descriptor, buffer.baseAddress.map { $0 + filled }, size - filled)
          if count < 0, errno == EINTR { continue }
          guard count >= 0 else { throw unreadable(file) }
          guard count > 0 else {
            throw ResNetError(
              .data, "it became shorter while it was read", at: place(file), remedy: "Try again when it is complete")
          }
          filled += count
        }
      }
    }
  }

  /// The size of a file in bytes, at least 1; throws as `read` does.
  func size(of file: String) throws -> Int {
    try withFile(file) { _, size in size }
  }

  private func withFile<Result>(_ file: String, _ body: (Int32, Int) throws -> Result) throws -> Result {
    let remedy = "Unpack the data set again"
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = Foundation.open(place(file), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT
        ? ResNetError(.data, "the file is missing", at: place(file), remedy: remedy) : unreadable(file)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(file) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ResNetError(.data, "it is not a plain file", at: place(file), remedy: remedy)
    }
    guard status.st_size > 0 else {
      throw ResNetError(.data, "the file is empty", at: place(file), remedy: remedy)
    }
    return try body(descriptor, Int(status.st_size))
  }

  /// Reads a list of names, one a line.
  func names(_ file: String) throws -> [String] {
    String(decoding: try read(file), as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  private func unreadable(_ file: String) -> ResNetError {
    ResNetError(
      .inputOutput, "it cannot be read (\(String(cString: strerror(errno))))", at: place(file),
      remedy: "Check the file and its permissions")
  }
}
