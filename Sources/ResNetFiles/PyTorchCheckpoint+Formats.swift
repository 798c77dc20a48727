import ResNetCore

extension PyTorchCheckpoint {
  /// The zip format: `NAME/data.pkl`, and the numbers of each storage under `NAME/data/KEY`.
  static func readZip(_ source: ByteSource) throws -> (PickleContents, StorageRanges) {
    let archive = try ZipArchive(source)
    // A program's constants have a pickle of their own, and its code is compressed.
    guard !archive.parts.contains(where: { $0.name.hasSuffix("/constants.pkl") }) else {
      throw ResNetError(
        .data, "the file is TorchScript, a program with its weights, and no checkpoint", at: source.place,
        remedy: "Save the weights alone in Python: torch.save(torch.jit.load(\"x.pt\").state_dict(), \"x.pth\")")
    }
    if let part = archive.parts.first(where: \.isCompressed) {
      throw ResNetError(
        .data, "the part \(quoted(part.name)) of the zip file is compressed, which PyTorch does not do",
        at: source.place, remedy: "Give the file as PyTorch wrote it")
    }
    let pickles = archive.parts.filter { part in
      part.name.hasSuffix("/data.pkl") && part.name.utf8.count { $0 == UInt8(ascii: "/") } == 1
    }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw ResNetError(
        .data, "the zip file holds \(pickles.isEmpty ? "no" : "more than one") data.pkl", at: source.place,
        remedy: "Give a file that torch.save wrote")
    }
    let folder = String(pickle.name.dropLast("data.pkl".count))
    if let order = archive[folder + "byteorder"] {
      let word = try source.read(min(order.range.count, 6), at: order.range.lowerBound)
      guard word == Array("little".utf8) else { throw bigEndian(source) }
    }
    var reader = PickleReader(ByteCursor(source, in: pickle.range))
    let contents = try reader.read()
    var ranges: StorageRanges = [:]
    for storage in contents.storages { ranges[storage.key] = archive["\(folder)data/\(storage.key)"]?.range }
    return (contents, ranges)
  }

  /// The number with which the first pickle says what the file is, as the pickle holds it.
  private static let magicNumber: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// The format before 1.6: pickles of a magic number, a version, the machine, the checkpoint and the keys of its
  /// storages; then for each key the number of elements, 8 bytes, and the numbers.
  static func readLegacy(_ source: ByteSource) throws -> (PickleContents, StorageRanges) {
    var cursor = ByteCursor(source, in: 0..<source.count)
    func next() throws -> PickleContents {
      var reader = PickleReader(cursor)
      let contents = try reader.read()
      cursor = reader.cursor
      return contents
    }
    let head = try source.read(min(source.count, 64), at: 0)
    guard head.firstRange(of: magicNumber) != nil else {
      throw ResNetError(
        .data, "the file is a pickle, but not a PyTorch checkpoint", at: source.place,
        remedy: "Save the weights in Python: torch.save(model.state_dict(), \"weights.pth\")")
    }
    _ = try next()
    guard case .integer(1001) = try next().value else {
      throw ResNetError(
        .data, "the checkpoint is of an unknown version", at: source.place,
        remedy: "Save the weights again with a newer PyTorch")
    }
    let machine = try next()
    if case .dictionary(let place) = machine.value {
      for case (.text("little_endian"), .bool(false)) in machine.items(ofDictionary: place) { throw bigEndian(source) }
    }
    let contents = try next()
    let keys = try next()
    guard case .list(let place) = keys.value else {
      throw ResNetError(
        .data, "the checkpoint does not list its storages", at: source.place,
        remedy: "Fetch or save the file again: it is damaged")
    }
    let storages = Dictionary(contents.storages.map { ($0.key, $0) }) { first, _ in first }
    var ranges: StorageRanges = [:]
    for key in keys.containers[place] {
      guard case .text(let key) = key, let storage = storages[key], ranges[key] == nil else {
        throw ResNetError(
          .data, "the checkpoint lists a storage twice, or one that it does not use", at: source.place,
          remedy: "Fetch or save the file again: it is damaged")
      }
      guard try cursor.count(8) == storage.count else {
        throw ResNetError(
          .data, "the storage \(quoted(key)) does not have the \(storage.count) elements that its tensors say",
          at: "\(source.place), byte \(cursor.position)", remedy: "Fetch or save the file again: it is damaged")
      }
      ranges[key] = cursor.position..<cursor.position + min(storage.byteCount, cursor.remaining)
      try cursor.skip(storage.byteCount)
    }
    return (contents, ranges)
  }

  private static func bigEndian(_ source: ByteSource) -> ResNetError {
    ResNetError(
      .data, "the checkpoint comes from a machine that writes the greatest byte first", at: source.place,
      remedy: "Load and save it again with PyTorch on another machine")
  }
}
