import ResNetCore

/// Reads pickles (Python's `pickletools`, protocols 2 to 5) that hold tensors and plain values, and nothing else.
///
/// A pickle is a program for a machine with a stack. This machine knows the operations of `PickleOpcode` and the names of
/// `PickleGlobal`; anything else is refused with its name and position, and nothing is ever run. Each operation takes
/// bounded time and memory, values are counted, and nothing is recursive.
struct PickleReader {
  /// The most values that a pickle may make: far above any checkpoint's, and a bound on memory.
  static let maximumValueCount = 1 << 20
  /// The longest name of Python, of a storage or of a tensor, in bytes: a pickle can name a long one a million times, and
  /// each time it is looked up.
  static let maximumNameLength = 1000

  var cursor: ByteCursor
  var contents = PickleContents()
  /// Where the operation at work began, for errors.
  var operationStart = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]
  private var valueCount = 0
  private var storagePlaces: [PickleContents.Storage: Int] = [:]

  /// Begins at the cursor's position.
  init(_ cursor: ByteCursor) { self.cursor = cursor }

  /// Reads one pickle to its end.
  ///
  /// - Throws: `ResNetError` of code `data` with the position of what is damaged or not allowed, `inputOutput` where the
  ///   file cannot be read.
  mutating func read() throws -> PickleContents {
    while true {
      operationStart = cursor.position
      let byte = try cursor.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else { throw refusedOperation(byte) }
      if opcode == .stop { break }
      try perform(opcode)
    }
    contents.value = try pop()
    return contents
  }

  private mutating func perform(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .stop: break
    case .protocolVersion:
      let version = try cursor.byte()
      guard (2...5).contains(version) else {
        throw refusal("the pickle is of protocol \(version), and 2 to 5 can be read")
      }
    case .frame: _ = try cursor.unsigned(8)
    case .mark:
      try countValues()
      marks.append(stack.count)
    case .pop:
      // Python takes a mark for a value here.
      if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: try push(top())
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binaryInteger: try push(.integer(Int(Int32(truncatingIfNeeded: cursor.unsigned(4)))))
    case .binaryInteger1: try push(.integer(cursor.count(1)))
    case .binaryInteger2: try push(.integer(cursor.count(2)))
    case .long1: try pushLong(cursor.count(1))
    case .long4: try pushLong(cursor.count(4))
    case .binaryFloat: try push(.number(Double(bitPattern: cursor.unsigned(8).byteSwapped)))
    case .shortBinaryUnicode: try pushText(cursor.count(1))
    case .binaryUnicode: try pushText(cursor.count(4))
    case .binaryUnicode8: try pushText(cursor.count(8))
    case .shortBinaryString: try pushPythonTwoText(cursor.count(1))
    case .binaryString: try pushPythonTwoText(cursor.count(4))
    case .shortBinaryBytes: try pushBytes(cursor.count(1))
    case .binaryBytes: try pushBytes(cursor.count(4))
    case .binaryBytes8: try pushBytes(cursor.count(8))
    case .emptyTuple: try pushTuple([])
    case .tuple1: try pushTuple([pop()])
    case .tuple2: try pushTuple([pop(), pop()].reversed())
    case .tuple3: try pushTuple([pop(), pop(), pop()].reversed())
    case .tuple: try pushTuple(popToMark())
    case .emptyList, .emptySet: try pushList([])
    case .frozenSet: try pushList(popToMark())
    case .append: try append([pop()])
    case .appends, .addItems: try append(popToMark())
    case .emptyDictionary: try pushDictionary([])
    case .setItem: try setItems([pop(), pop()].reversed())
    case .setItems: try setItems(popToMark())
    case .binaryPut: try remember(UInt32(truncatingIfNeeded: cursor.unsigned(1)))
    case .longBinaryPut: try remember(UInt32(truncatingIfNeeded: cursor.unsigned(4)))
    case .memoize: try remember(UInt32(truncatingIfNeeded: memo.count))
    case .binaryGet: try recall(UInt32(truncatingIfNeeded: cursor.unsigned(1)))
    case .longBinaryGet: try recall(UInt32(truncatingIfNeeded: cursor.unsigned(4)))
    case .global: try pushGlobal(module: line(), name: line())
    case .stackGlobal:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw refusal("the pickle uses something else than two texts as a name")
      }
      try pushGlobal(module: module, name: name)
    case .reduce: try reduce()
    case .build: try build()
    case .binaryPersistentID: try pushStorage()
    }
  }

  // MARK: The stack

  /// Counts values that are made or copied, before memory is taken for them.
  mutating func countValues(_ count: Int = 1) throws {
    valueCount += count
    guard valueCount <= Self.maximumValueCount else {
      throw refusal("the pickle holds more than \(Self.maximumValueCount) values")
    }
  }

  mutating func push(_ value: PickleValue) throws {
    try countValues()
    stack.append(value)
  }

  private func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw refusal("the pickle takes a value where there is none")
    }
    return value
  }

  mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw refusal("the pickle goes back to a mark that is not there") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  // MARK: Numbers and texts

  /// A whole number of any length; longer ones than an `Int` are no sizes, and are passed over.
  private mutating func pushLong(_ size: Int) throws {
    guard (1...8).contains(size) else {
      try cursor.skip(size)
      return try push(size == 0 ? .integer(0) : .other)
    }
    let shift = UInt64(64 - 8 * size)
    try push(.integer(Int(Int64(bitPattern: cursor.unsigned(size) << shift) >> Int64(shift))))
  }

  private mutating func pushText(_ size: Int) throws {
    guard let text = String(validating: try cursor.bytes(size), as: UTF8.self) else {
      throw refusal("the pickle holds a text that is not UTF-8")
    }
    try push(.text(text))
  }

  /// Python 2's strings are bytes that may be a text.
  private mutating func pushPythonTwoText(_ size: Int) throws {
    try push(String(validating: cursor.bytes(size), as: UTF8.self).map { .text($0) } ?? .other)
  }

  private mutating func pushBytes(_ size: Int) throws {
    try cursor.skip(size)
    try push(.other)
  }

  /// The text up to the end of the line.
  private mutating func line() throws -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try cursor.byte()
      if byte == 0x0A { break }
      guard bytes.count < Self.maximumNameLength else {
        throw refusal("the pickle holds a name of more than \(Self.maximumNameLength) bytes")
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: What holds others

  private mutating func contain(_ values: [PickleValue]) -> Int {
    contents.containers.append(values)
    return contents.containers.count - 1
  }

  private mutating func pushTuple(_ values: [PickleValue]) throws { try push(.tuple(contain(values))) }

  mutating func pushList(_ values: [PickleValue]) throws { try push(.list(contain(values))) }

  /// Keys and values in turn.
  mutating func pushDictionary(_ items: [PickleValue]) throws { try push(.dictionary(contain(items))) }

  private mutating func append(_ values: [PickleValue]) throws {
    guard case .list(let place) = try top() else { throw refusal("the pickle appends to \(try top().kind)") }
    contents.containers[place] += values
  }

  private mutating func setItems(_ items: [PickleValue]) throws {
    guard case .dictionary(let place) = try top() else { throw refusal("the pickle sets items of \(try top().kind)") }
    guard items.count.isMultiple(of: 2) else { throw refusal("the pickle sets a key without a value") }
    contents.containers[place] += items
  }

  // MARK: The memo

  private mutating func remember(_ number: UInt32) throws {
    try countValues()
    memo[number] = try top()
  }

  private mutating func recall(_ number: UInt32) throws {
    guard let value = memo[number] else { throw refusal("the pickle recalls the value \(number), which is not there") }
    try push(value)
  }

  // MARK: Names

  private mutating func pushGlobal(module: String, name: String) throws {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw refusal(
        "the pickle uses \(quoted("\(module).\(name)")), which is not allowed: it could run anything",
        remedy: "If you trust the file, save the weights alone in Python: \(stateDictInPython)")
    }
    try push(.global(global))
  }

  /// The line of Python that takes the weights out of a file with more in it: out of the dictionary that has been begun, or
  /// out of a whole module.
  private var stateDictInPython: String {
    let load = "torch.load(\"x.pth\", weights_only=False)"
    guard case .dictionary = stack.first else { return "torch.save(\(load).state_dict(), \"weights.pth\")" }
    let keys = PyTorchCheckpoint.stateDictKeys.map { "\"\($0)\"" }.joined(separator: ", ")
    return "c = \(load); torch.save({k: c[k] for k in [\(keys)] if k in c}, \"weights.pth\")"
  }

  /// The place of a storage, which a pickle describes again for each tensor on it.
  mutating func place(of storage: PickleContents.Storage) -> Int {
    if let place = storagePlaces[storage] { return place }
    contents.storages.append(storage)
    storagePlaces[storage] = contents.storages.count - 1
    return contents.storages.count - 1
  }

  // MARK: Errors

  /// The error that `message` describes, at the operation at work.
  func refusal(_ message: String, remedy: String = "Fetch or save the file again: it is damaged") -> ResNetError {
    ResNetError(.data, message, at: "\(cursor.source.place), byte \(operationStart)", remedy: remedy)
  }

  private func refusedOperation(_ byte: UInt8) -> ResNetError {
    guard let name = PickleOpcode.name(ofRefused: byte) else {
      return refusal("the pickle has the byte \(byte) where an operation is needed")
    }
    return refusal(
      "the pickle uses the operation \(name), which is not allowed",
      remedy: "Save the weights alone with a newer PyTorch: torch.save(model.state_dict(), \"weights.pth\")")
  }
}
