import ResNetCore

/// A checkpoint that PyTorch's `torch.save` wrote: named tensors, in the zip format (since 1.6) or the older stream of
/// pickles.
///
/// ```swift
/// let file = try PyTorchCheckpoint(contentsOf: "resnet50.pth")
/// for entry in file.entries { print(entry.name, entry.type, entry.shape) }
/// let weight = try file.tensor(file.entries[0])
/// ```
///
/// Pickles are programs, and loading one with Python can run anything; here an allow-list of operations and names builds
/// plain values, all else is refused by name and position, and nothing is ever run. Opening reads the pickles alone;
/// numbers are read when they are asked for. Everything is checked against the size of the file before memory is taken.
public struct PyTorchCheckpoint: Sendable {
  /// How a checkpoint's file is made.
  public enum Format: String, Hashable, Sendable {
    /// A zip file of one pickle and raw numbers.
    case zip
    /// Pickles, and raw numbers behind them.
    case legacy
  }

  /// One tensor of the state dict.
  public struct Entry: Hashable, Sendable {
    /// Its name, as it is in the file.
    public let name: String
    /// The type of its elements in the file.
    public let type: ElementType
    /// The size along each axis.
    public let shape: Shape
    /// Where its first element lies in the file, in bytes.
    public let position: Int
    /// How many elements each axis steps over; 0 where the same elements are seen again.
    public let strides: [Int]
  }

  /// The keys under which checkpoints keep their state dict, in the order in which they are looked for.
  public static let stateDictKeys = ["state_dict", "model_state_dict", "model", "net"]

  /// How the file is made.
  public let format: Format
  /// The key under which the state dict is; `nil` where the file is one.
  public let stateDictKey: String?
  /// The tensors of the state dict, in the order of the file; no two have the same name.
  public let entries: [Entry]

  let source: ByteSource

  /// Opens the file at `path` and reads what it says of its tensors.
  ///
  /// - Throws: `ResNetError` of code `data` where there is no file, where it is not a sound checkpoint, or uses what is not
  ///   allowed; `inputOutput` where it cannot be read.
  public init(contentsOf path: String) throws {
    try self.init(ByteSource(contentsOf: path))
  }

  /// The same for a whole file in memory; errors call the file `name`.
  ///
  /// - Throws: `ResNetError` of code `data` where it is not a sound checkpoint, or uses what is not allowed.
  public init(bytes: [UInt8], name: String) throws {
    try self.init(ByteSource(bytes: bytes, place: name))
  }

  /// Where the file is, for messages.
  public var place: String { source.place }

  init(_ source: ByteSource) throws {
    let (contents, ranges): (PickleContents, StorageRanges)
    switch try Self.format(of: source) {
    case .zip?:
      format = .zip
      (contents, ranges) = try Self.readZip(source)
    case .legacy?:
      format = .legacy
      (contents, ranges) = try Self.readLegacy(source)
    case nil:
      throw ResNetError(
        .data, "the file is not a PyTorch checkpoint", at: source.place,
        remedy: "Give a file that torch.save wrote, or a safetensors file")
    }
    let (key, tensors) = try Self.stateDict(contents, place: source.place)
    self.source = source
    stateDictKey = key
    entries = try tensors.map { name, place in
      let tensor = contents.tensors[place]
      let storage = contents.storages[tensor.storage]
      guard let range = ranges[storage.key] else {
        throw ResNetError(
          .data, "the numbers of the tensor \(quoted(name)) are missing", at: source.place,
          remedy: "Fetch or save the file again: it is damaged")
      }
      guard storage.byteCount <= range.count else {
        throw ResNetError(
          .data, "the numbers of the tensor \(quoted(name)) take \(range.count) bytes, not \(storage.byteCount)",
          at: source.place, remedy: "Fetch or save the file again: it is damaged")
      }
      // The reader has checked that the tensor lies within its storage; one without elements may begin anywhere.
      let first = tensor.shape.dimensions.contains(0) ? 0 : tensor.offset * tensor.type.byteCount
      return Entry(
        name: name, type: tensor.type, shape: tensor.shape, position: range.lowerBound + first, strides: tensor.strides)
    }
  }

  /// Where storages lie in the file, by their keys.
  typealias StorageRanges = [String: Range<Int>]

  /// The kind of checkpoint that a file begins like; `nil` for none.
  static func format(of source: ByteSource) throws -> Format? {
    let head = try source.read(min(source.count, 64), at: 0)
    // A safetensors file begins with the length of its header, which may look like anything.
    if head.count > 8, head[8] == UInt8(ascii: "{") { return nil }
    if head.starts(with: [0x50, 0x4B, 3, 4]) { return .zip }
    return head.first == PickleOpcode.protocolVersion.rawValue ? .legacy : nil
  }

  /// Whether the file at `path` begins like a checkpoint.
  ///
  /// - Throws: `ResNetError` where there is no file or it cannot be read.
  package static func isCheckpoint(at path: String) throws -> Bool {
    try format(of: ByteSource(contentsOf: path)) != nil
  }

  /// The tensors of the state dict by their names, in their order.
  private static func stateDict(
    _ contents: PickleContents, place: String
  ) throws -> (key: String?, tensors: [(name: String, tensor: Int)]) {
    func tensors(_ value: PickleValue) -> [(name: String, tensor: Int)] {
      guard case .dictionary(let place) = value else { return [] }
      return contents.items(ofDictionary: place).compactMap { key, value in
        if case .text(let name) = key, case .tensor(let tensor) = value { (name, tensor) } else { nil }
      }
    }
    guard case .dictionary(let top) = contents.value else {
      throw ResNetError(
        .data, "the checkpoint is \(contents.value.kind), not a state dict", at: place,
        remedy: "Save the weights in Python: torch.save(model.state_dict(), \"weights.pth\")")
    }
    let items = contents.items(ofDictionary: top)
    // Beside a state dict there may be other tensors at the top, such as the best accuracy.
    var found: (key: String?, tensors: [(name: String, tensor: Int)]) = (nil, [])
    for wanted in stateDictKeys where found.tensors.isEmpty {
      // The last of several equal keys is the one that Python would see.
      let value = items.last { if case .text(wanted) = $0.key { true } else { false } }?.value
      found = (wanted, value.map(tensors) ?? [])
    }
    if found.tensors.isEmpty { found = (nil, tensors(contents.value)) }
    guard !found.tensors.isEmpty else {
      throw ResNetError(
        .data, "the checkpoint holds no tensors by name, at its top or under \(stateDictKeys.joined(separator: ", "))",
        at: place, remedy: "Save the weights in Python: torch.save(model.state_dict(), \"weights.pth\")")
    }
    if let long = found.tensors.first(where: { $0.name.utf8.count > PickleReader.maximumNameLength }) {
      throw ResNetError(
        .data, "the name \(quoted(long.name)) has more than \(PickleReader.maximumNameLength) bytes", at: place,
        remedy: "Give tensors shorter names")
    }
    if let twice = firstDuplicate(found.tensors.map(\.name)) {
      throw ResNetError(
        .data, "the tensor \(quoted(twice)) is there twice", at: place,
        remedy: "Fetch or save the file again: it is damaged")
    }
    return found
  }
}
