import ResNetCore
import ResNetFiles
import ResNetImages

extension DataCheck {
  /// Looks at all pictures of a folder, on all cores.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where a folder in it cannot be read.
  init(_ folder: ImageFolder, _ options: ImageFolderOptions) throws {
    let listings = folder.parts.map(\.listing)
    // Strings hold different spellings of an accent for equal, and folders do not.
    let names = Set(listings.flatMap { $0.classes.map { Array($0.name.utf8) } })
      .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    let files = listings.enumerated().flatMap { part, listing in
      zip(listing.labels(names), listing.classes).flatMap { label, entry in
        entry.files.map { (path: listing.path + "/" + $0.path, part: part, label: label ?? 0) }
      }
    }
    // Places are told as they lie below the folder that holds all parts.
    let start = folder.path.hasSuffix("/") ? folder.path.utf8.count : folder.path.utf8.count + 1
    @Sendable func place(_ path: String) -> String { String(decoding: path.utf8.dropFirst(start), as: UTF8.self) }
    let images = concurrentMap(files.count) { number in
      let file = files[number]
      return CheckedImage(
        reading: file.path, place: place(file.path), part: file.part, label: file.label)
    }
    let present = listings.map { Set($0.labels(names).compactMap(\.self)) }
    self.init(
      name: folder.name, classes: names, parts: folder.parts.map { $0.name ?? "all" }, images: images,
      has: { present[$0].contains($1) })
    let unread = try listings.map { listing in
      try listing.classes.map { try PictureTree.otherPictures(of: listing.path, below: $0.name) }
    }
    passedOver = zip(listings, unread).flatMap { listing, files in
      files.joined().map { place(listing.path + "/" + $0.path) }
    }
    // By part and class, in the order of `classes`.
    let unreadByClass = zip(listings, unread).map { listing, files in
      Dictionary(uniqueKeysWithValues: zip(listing.labels(names).map { $0 ?? 0 }, files))
    }
    problems += folderProblems(images, unreadByClass, options)
    if let given = options.classNames, given.count == names.count { classes = given }
  }

  private func folderProblems(
    _ images: [CheckedImage], _ unread: [[Int: [PictureTree.File]]], _ options: ImageFolderOptions
  ) -> [String] {
    var problems: [String] = []
    if !parts.contains(where: { ["training", "all"].contains($0.name) }) {
      problems.append("there are no training images")
    }
    if let given = options.classNames, given.count != classes.count {
      problems.append("there are \(classes.count) classes and \(given.count) names for them")
    }
    let readable = Set(images.filter { $0.reason == nil }.map { [$0.part, $0.label] })
    for (number, part) in parts.enumerated() {
      let place = part.name == "all" ? "" : " in the \(part.name) images"
      func files(_ files: [PictureTree.File]) -> String {
        PictureTree.refusal(files.map(\.path)).map { ": \($0)" } ?? ""
      }
      let isSkipped = part.images > 0 && options.broken == .skip && !readable.contains { $0[0] == number }
      guard part.images > 0, !isSkipped else {
        let all = files(unread[number].values.flatMap(\.self))
        problems.append("there are no pictures\(isSkipped ? " that can be read" : "")\(place)\(all)")
        continue
      }
      for (label, name) in classes.enumerated() {
        // Only without the first part's classes is a name that a later part has unknown.
        if part.classes[label] == nil, !options.allowsEmptyClasses || number == 0 {
          problems.append("class \(quoted(name)) is missing\(place)")
        } else if part.classes[label] == 0, !options.allowsEmptyClasses {
          problems.append("class \(quoted(name)) is empty\(place)\(files(unread[number][label] ?? []))")
        } else if part.classes[label] ?? 0 > 0, !readable.contains([number, label]), options.broken != .fail,
          !(options.broken == .skip && options.allowsEmptyClasses)
        {
          problems.append("class \(quoted(name)) has no picture that can be read\(place)")
        }
      }
    }
    if !broken.isEmpty, options.broken == .fail {
      problems.append(counted(broken.count, "file") + " cannot be read")
    }
    let barred = images.count(where: \.isBarred)
    if barred > 0, options.broken != .fail {
      problems.append(counted(barred, "file") + " cannot be opened, which is not for --broken to mend")
    }
    return problems
  }
}

extension CheckedImage {
  /// Reads and decodes a picture.
  fileprivate init(reading path: String, place: String, part: Int, label: Int) {
    self.init(place: place, part: part, label: label)
    do {
      let bytes = try BinaryFile.read(path, atMost: Image.maximumFileSize)
      let header = try ImageHeader(bytes: bytes, named: path)
      self.header = header
      _ = try Image(bytes: bytes, named: path)
      size = header.size
      content = bytes.withUnsafeBytes(contentWords)
    } catch {
      reason = (error as? ResNetError)?.message ?? "\(error)"
      isBarred = BrokenPicture(path: path, error) == nil
    }
  }
}
