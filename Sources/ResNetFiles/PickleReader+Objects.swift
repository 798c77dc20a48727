import ResNetCore

extension PickleReader {
  /// The most axes that a tensor may have, as in safetensors here.
  private static var maximumRank: Int { Safetensors.maximumRank }

  /// Calls a function of the allow-list with a tuple of arguments.
  mutating func reduce() throws {
    guard case .tuple(let place) = try pop(), case .global(let function) = try pop() else {
      throw refusal("the pickle calls something that is not a name, or without a tuple")
    }
    let arguments = contents.containers[place]
    switch function {
    case .dictionary: try makeDictionary(arguments)
    case .list: try makeList(arguments)
    case .plainValue: try push(.other)
    case .rebuildTensor(let function): try pushTensor(arguments, function)
    case .rebuildParameter:
      guard case .tensor(let tensor)? = arguments.first else {
        throw refusal("the pickle makes a parameter of something else than a tensor")
      }
      try push(.tensor(tensor))
    case .storage, .elementType: throw refusal("the pickle calls a type, which is not allowed")
    }
  }

  /// Attributes of a dictionary, which PyTorch's state dicts have, are passed over.
  mutating func build() throws {
    _ = try pop()
    let value = try pop()
    guard case .dictionary = value else { throw refusal("the pickle sets attributes of \(value.kind)") }
    try push(value)
  }

  /// What a persistent identifier means: `("storage", type, key, location, count)`, and a sixth in the older format.
  mutating func pushStorage() throws {
    guard case .tuple(let place) = try pop(), (5...6).contains(contents.containers[place].count),
      case .text("storage") = contents.containers[place][0],
      case .global(.storage(let type)) = contents.containers[place][1],
      case .text(let key) = contents.containers[place][2],
      case .integer(let count) = contents.containers[place][4]
    else { throw refusal("the pickle has a reference that does not name a storage") }
    guard key.utf8.count <= Self.maximumNameLength else {
      throw refusal("the pickle names a storage by more than \(Self.maximumNameLength) bytes")
    }
    if contents.containers[place].count == 6 {
      guard case .none = contents.containers[place][5] else {
        throw refusal(
          "the pickle has a storage that is a part of another", remedy: "Save the weights again with a newer PyTorch")
      }
    }
    let bytes = count.multipliedReportingOverflow(by: type?.byteCount ?? 1)
    guard count >= 0, !bytes.overflow else { throw refusal("a storage of \(count) elements is not possible") }
    try push(.storage(self.place(of: .init(key: key, type: type, count: count))))
  }

  /// A view of a storage, checked to lie within it.
  private mutating func pushTensor(_ arguments: [PickleValue], _ function: PickleGlobal.TensorFunction) throws {
    guard arguments.count >= function.rawValue, case .storage(let place) = arguments[0],
      case .integer(let offset) = arguments[1], let sizes = integers(arguments[2]),
      let strides = integers(arguments[3]), sizes.count == strides.count
    else { throw refusal("the pickle makes a tensor of something else than a storage, an offset, sizes and strides") }
    let storage = contents.storages[place]
    var type = storage.type
    if function == .third {
      guard type == nil, case .global(.elementType(let stated)) = arguments[6] else {
        throw refusal("the pickle makes a tensor without the type of its elements")
      }
      type = stated
    }
    guard let type else { throw refusal("the pickle has a tensor whose elements are not real numbers") }
    let available = storage.byteCount / type.byteCount
    guard sizes.count <= Self.maximumRank, let count = try? Shape(sizes).checkedCount(), offset >= 0,
      strides.allSatisfy({ $0 >= 0 }), let last = Self.lastElement(offset, sizes, strides),
      count == 0 || last < available
    else {
      throw refusal(
        "a tensor of shape \(Shape(Array(sizes.prefix(8)))) does not lie within its storage of \(available)")
    }
    contents.tensors.append(.init(storage: place, type: type, offset: offset, shape: Shape(sizes), strides: strides))
    try push(.tensor(contents.tensors.count - 1))
  }

  /// The place of a tensor's last element; `nil` where no memory could hold it.
  private static func lastElement(_ offset: Int, _ sizes: [Int], _ strides: [Int]) -> Int? {
    var last = offset
    for (size, stride) in zip(sizes, strides) where size > 0 {
      let (step, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(step)
      guard !overflow, !carry else { return nil }
      last = sum
    }
    return last
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(of: value), items.count <= Self.maximumRank else { return nil }
    var integers: [Int] = []
    for case .integer(let integer) in items { integers.append(integer) }
    return integers.count == items.count ? integers : nil
  }

  /// What a list or a tuple holds.
  private func items(of value: PickleValue) -> [PickleValue]? {
    switch value {
    case .list(let place), .tuple(let place): contents.containers[place]
    default: nil
    }
  }

  /// A new dictionary: empty, of the items of another, or of a list of pairs as Python 2 has it.
  private mutating func makeDictionary(_ arguments: [PickleValue]) throws {
    guard let argument = arguments.first else { return try pushDictionary([]) }
    if case .dictionary(let place) = argument {
      try countValues(contents.containers[place].count)
      return try pushDictionary(contents.containers[place])
    }
    let pairs = items(of: argument) ?? [.none]
    try countValues(2 * pairs.count)
    try pushDictionary(
      pairs.flatMap { pair in
        guard let pair = items(of: pair), pair.count == 2 else {
          throw refusal("the pickle makes a dictionary of something else than pairs")
        }
        return pair
      })
  }

  /// A new list: empty, or of what another list or a tuple holds.
  private mutating func makeList(_ arguments: [PickleValue]) throws {
    guard let argument = arguments.first else { return try pushList([]) }
    guard let items = items(of: argument) else {
      throw refusal("the pickle makes a list of \(argument.kind)")
    }
    try countValues(items.count)
    try pushList(items)
  }
}
