import ResNetCore

/// Reads blocks, which may be named after definitions that stand in the same file.
///
/// Every block is read anew wherever it is named; the limits of `Architecture` end that early, so that a small file
/// cannot ask for much work.
struct BlockReader {
  /// How a block's branch joins what it was given, as JSON names it.
  enum Connection: String, CaseIterable { case adding, dense }

  private var definitions: [String: any Decoder] = [:]

  /// A reader that knows the words alone.
  init() {}

  /// A reader that knows a file's definitions, all of which are read once, whether or not something names them.
  init(definitions decoder: (any Decoder)?) throws {
    guard let decoder else { return }
    let values = try decoder.container(keyedBy: AnyKey.self)
    guard values.allKeys.count <= Architecture.maximumDefinitions else {
      throw DecodingError.refused(
        "\(values.allKeys.count) definitions are not possible", at: values.codingPath,
        remedy: "Define at most \(Architecture.maximumDefinitions) blocks")
    }
    let names = values.allKeys.map(\.stringValue).sorted()
    for name in names {
      guard isName(name), !Block.words.contains(where: { $0.word == name }) else {
        throw DecodingError.refused(
          "\(quoted(name)) cannot be a block's name", at: values.codingPath,
          remedy: "Use 1 to 100 printable characters, and none of \(Block.words.map(\.word).joined(separator: ", "))")
      }
      definitions[name] = try values.superDecoder(forKey: AnyKey(name))
    }
    for name in names { _ = try named(name, at: values.codingPath, within: []) }
  }

  /// The stages of an array.
  func stages(from container: any UnkeyedDecodingContainer) throws -> [Stage] {
    var container = container
    var stages: [Stage] = []
    while !container.isAtEnd {
      guard stages.count < Architecture.maximumStages else {
        throw DecodingError.refused(
          "more than \(Architecture.maximumStages) stages are not possible", at: container.codingPath,
          remedy: "Use 1 to \(Architecture.maximumStages) stages")
      }
      stages.append(try Stage(from: container.superDecoder(), blocks: self))
    }
    return stages
  }

  /// A block: a word, a definition's name, or an object.
  ///
  /// - Parameter path: the definitions that are being read, outermost first.
  func block(from decoder: any Decoder, within path: [String] = [], nesting: Int = 0) throws -> Block {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      return try named(name, at: decoder.codingPath, within: path, nesting: nesting)
    }
    guard nesting <= Architecture.maximumNesting else {
      throw DecodingError.refused(
        "blocks stand within blocks more than \(Architecture.maximumNesting) deep", at: decoder.codingPath,
        remedy: "Use fewer blocks within blocks")
    }
    let values = try decoder.container(refusingKeysBeyond: Block.CodingKeys.self)
    let connection: Connection = try values.contains(.connection) ? values.choice(forKey: .connection) : .adding
    guard connection == .dense || !values.contains(.compression) else {
      throw DecodingError.refused(
        "only dense blocks have a compression", at: values.codingPath + [Block.CodingKeys.compression],
        remedy: "Leave it out, or use the connection dense")
    }
    guard values.contains(.branch) else { throw DecodingError.missing(.branch, in: values) }
    let block = Block(
      try branch(from: values.superDecoder(forKey: .branch), within: path, nesting: nesting),
      connection: connection == .adding
        ? .adding : .dense(compression: try values.decodeIfPresent(Double.self, forKey: .compression) ?? 1),
      order: try values.contains(.order) ? values.choice(forKey: .order) : nil,
      squeeze: try values.contains(.squeeze) ? values.integer(forKey: .squeeze) : nil,
      dropout: try values.decodeIfPresent(Double.self, forKey: .dropout) ?? 0)
    try refusing(at: values.codingPath) { try block.validate() }
    return block
  }

  private func named(_ name: String, at place: [any CodingKey], within path: [String], nesting: Int = 0) throws -> Block
  {
    if let known = Block.words.first(where: { $0.word == name }) { return known.block }
    guard let definition = definitions[name] else {
      let names = (Block.words.map(\.word) + definitions.keys.sorted().prefix(8)).joined(separator: ", ")
      throw DecodingError.refused(
        "\(quoted(name)) is not a block", at: place,
        remedy: "Use one of \(printable(names)), or an object with a branch")
    }
    guard !path.contains(name) else {
      throw DecodingError.refused(
        "the block \(quoted(name)) contains itself: "
          + printable((path.drop { $0 != name } + [name]).joined(separator: " → ")), at: place,
        remedy: "Write out what the innermost one shall be")
    }
    return try block(from: definition, within: path + [name], nesting: nesting)
  }

  /// A word for a known block's branch, or an array of items.
  private func branch(from decoder: any Decoder, within path: [String], nesting: Int) throws -> [Block.Item] {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      guard let known = Block.words.first(where: { $0.word == word }) else {
        throw DecodingError.refused(
          "\(quoted(word)) is not a branch", at: decoder.codingPath,
          remedy: "Use one of \(Block.words.map(\.word).joined(separator: ", ")), or an array of layers")
      }
      return known.block.branch
    }
    var container = try decoder.unkeyedContainer()
    var items: [Block.Item] = []
    var count = 0
    while !container.isAtEnd {
      let item = try item(from: container.superDecoder(), within: path, nesting: nesting)
      count += item.count
      guard count <= Architecture.maximumItems else {
        throw DecodingError.refused(
          "the branch has more than \(Architecture.maximumItems) layers and blocks", at: decoder.codingPath,
          remedy: "Use a shorter branch and more blocks in a stage")
      }
      if !item.isBlock { try refusing(at: decoder.codingPath + [AnyKey("\(items.count)")]) { try item.validate() } }
      items.append(item)
    }
    return items
  }

  private func item(from decoder: any Decoder, within path: [String], nesting: Int) throws -> Block.Item {
    let isName = (try? decoder.singleValueContainer().decode(String.self)) != nil
    if try isName || decoder.container(keyedBy: AnyKey.self).contains(AnyKey(Block.CodingKeys.branch.rawValue)) {
      return .block(try block(from: decoder, within: path, nesting: nesting + 1))
    }
    let values = try decoder.container(refusingKeysBeyond: Block.Item.CodingKeys.self)
    let kind: Block.Item.Kind = try values.contains(.kind) ? values.choice(forKey: .kind) : .convolution
    let width = try values.contains(.width) ? values.integer(forKey: .width) : 1
    switch kind {
    case .convolution:
      return .convolution(
        kernel: try values.integer(forKey: .kernel), width: width,
        groups: try values.contains(.groups) ? values.integer(forKey: .groups) : 1)
    case .fullyConnected:
      if let key = [Block.Item.CodingKeys.kernel, .groups].first(where: values.contains) {
        throw DecodingError.refused(
          "a fully connected layer has no \(key.rawValue)", at: values.codingPath + [key], remedy: "Leave it out")
      }
      return .fullyConnected(width: width)
    }
  }
}

/// Gives what a part of a network refuses the place of that part in the text.
func refusing(at path: [any CodingKey], _ check: () throws -> Void) throws {
  do {
    try check()
  } catch let error as ResNetError {
    throw DecodingError.refused(error.message, at: path, remedy: error.remedy)
  }
}

extension DecodingError {
  /// The error for a key that has to be there.
  static func missing<Key: CodingKey>(_ key: Key, in values: KeyedDecodingContainer<Key>) -> DecodingError {
    .keyNotFound(key, Context(codingPath: values.codingPath, debugDescription: "the value is missing"))
  }
}
