import ResNetCore

/// A network as a file of the Open Neural Network Exchange has it (ONNX; onnx.proto): operators over named values, and
/// arrays of numbers. Nothing here knows what an operator does.
package struct ONNXFile: Sendable {
  /// The version of ONNX's operators that are meant.
  package static let operatorSet = 13
  /// The version of the format that ONNX 1.8 brought together with those operators.
  private static let formatVersion: Int64 = 7
  /// What protobuf's own readers take.
  package static let maximumLength = Int(Int32.max)

  /// The name of the network.
  package var name: String
  /// What wrote the file, and which version of it.
  package var producer: (name: String, version: String)
  /// What is given, and what is asked for.
  package var inputs: [Value]
  package var outputs: [Value]
  /// In an order in which each comes after what it takes.
  package var nodes: [Node]
  /// The numbers that nodes take by name.
  package var initializers: [Initializer]
  /// Texts by their keys.
  package var metadata: [String: String]

  /// Puts a file together.
  package init(
    name: String, producer: (name: String, version: String), inputs: [Value], outputs: [Value], nodes: [Node],
    initializers: [Initializer], metadata: [String: String]
  ) {
    self.name = name
    self.producer = producer
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.initializers = initializers
    self.metadata = metadata
  }

  /// Writes the file whole or not at all; equal contents give equal bytes. Numbers go to the file without being copied.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` where the file cannot be written, `usage` where it would have more bytes
  ///   than `limit`.
  package func write(to path: String, atMost limit: Int = maximumLength) throws {
    let beginning = beginning
    let ending = ending
    let heads = initializers.map(\.head)
    let length = zip(initializers, heads).reduce(beginning.bytes.count + ending.bytes.count) { sum, part in
      sum + part.1.count + part.0.byteCount
    }
    var head = self.head
    head.addHead(ofLength: length, field: 7)
    let tail = tail
    let total = head.bytes.count + length + tail.bytes.count
    guard total <= limit else {
      throw ResNetError(
        .usage, "the network takes \(total) bytes in ONNX, whose files have at most \(limit)", at: path,
        remedy: "Hand on the safetensors file, or export a smaller network")
    }
    try AtomicFile.write(to: path) { sink in
      try sink.append(head.bytes + beginning.bytes)
      for (initializer, head) in zip(initializers, heads) {
        try sink.append(head)
        try initializer.withBytes { try sink.append($0) }
      }
      try sink.append(ending.bytes + tail.bytes)
    }
  }
}

// The messages, with the numbers that onnx.proto gives their fields.
extension ONNXFile {
  /// What of the model comes before its graph.
  private var head: ProtobufMessage {
    var model = ProtobufMessage()
    model.add(Self.formatVersion, field: 1)
    model.add(producer.name, field: 2)
    model.add(producer.version, field: 3)
    return model
  }

  /// What comes behind it.
  private var tail: ProtobufMessage {
    var operators = ProtobufMessage()
    operators.add(Int64(Self.operatorSet), field: 2)
    var model = ProtobufMessage()
    model.add(operators, field: 8)
    for (key, text) in metadata.sorted(by: { precedes($0.key, $1.key) }) {
      var entry = ProtobufMessage()
      entry.add(key, field: 1)
      entry.add(text, field: 2)
      model.add(entry, field: 14)
    }
    return model
  }

  /// What of the graph comes before its arrays.
  private var beginning: ProtobufMessage {
    var graph = ProtobufMessage()
    for node in nodes { graph.add(node.message, field: 1) }
    graph.add(name, field: 2)
    return graph
  }

  /// What comes behind them.
  private var ending: ProtobufMessage {
    var graph = ProtobufMessage()
    for value in inputs { graph.add(value.message, field: 11) }
    for value in outputs { graph.add(value.message, field: 12) }
    return graph
  }
}
