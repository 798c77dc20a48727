import ResNetCore

extension ONNXFile {
  /// A float32 array that is given or asked for.
  package struct Value: Hashable, Sendable {
    /// One axis.
    package enum Size: Hashable, Sendable {
      case fixed(Int)
      /// Any size; the same wherever the name is the same.
      case named(String)
    }

    package var name: String
    package var sizes: [Size]

    package init(_ name: String, _ sizes: [Size]) {
      self.name = name
      self.sizes = sizes
    }
  }

  /// What one operator makes out of values.
  package struct Node: Hashable, Sendable {
    /// What an operator is told besides its inputs.
    package enum Attribute: Hashable, Sendable {
      case float(Float)
      case integer(Int)
      case integers([Int])
    }

    package var kind: String
    package var inputs: [String]
    /// The name of what comes out, and of the node.
    package var output: String
    package var attributes: [String: Attribute]

    package init(_ kind: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute] = [:]) {
      self.kind = kind
      self.inputs = inputs
      self.output = output
      self.attributes = attributes
    }
  }

  /// Numbers under a name.
  package struct Initializer: Hashable, Sendable {
    package enum Elements: Hashable, Sendable {
      case float32(Tensor)
      /// A vector of sizes or positions.
      case int64([Int])
    }

    package var name: String
    package var elements: Elements

    package init(_ name: String, _ elements: Elements) {
      self.name = name
      self.elements = elements
    }
  }
}

// TensorProto.DataType
private let float32: Int64 = 1
private let int64: Int64 = 7

extension ONNXFile.Value {
  /// A `ValueInfoProto`.
  var message: ProtobufMessage {
    var shape = ProtobufMessage()
    for size in sizes {
      var axis = ProtobufMessage()
      switch size {
      case .fixed(let size): axis.add(each: [Int64(size)], field: 1)
      case .named(let name): axis.add(name, field: 2)
      }
      shape.add(axis, field: 1)
    }
    var tensor = ProtobufMessage()
    tensor.add(float32, field: 1)
    tensor.add(shape, field: 2)
    var type = ProtobufMessage()
    type.add(tensor, field: 1)
    var value = ProtobufMessage()
    value.add(name, field: 1)
    value.add(type, field: 2)
    return value
  }
}

extension ONNXFile.Node {
  /// A `NodeProto`.
  var message: ProtobufMessage {
    var node = ProtobufMessage()
    for input in inputs { node.add(input, field: 1) }
    node.add(output, field: 2)
    node.add(output, field: 3)
    node.add(kind, field: 4)
    for (name, attribute) in attributes.sorted(by: { precedes($0.key, $1.key) }) {
      var message = ProtobufMessage()
      message.add(name, field: 1)
      // AttributeProto.AttributeType
      switch attribute {
      case .float(let value):
        message.add(chosen: value, field: 2)
        message.add(Int64(1), field: 20)
      case .integer(let value):
        message.add(each: [Int64(value)], field: 3)
        message.add(Int64(2), field: 20)
      case .integers(let values):
        message.add(each: values.map(Int64.init), field: 8)
        message.add(Int64(7), field: 20)
      }
      node.add(message, field: 5)
    }
    return node
  }
}

extension ONNXFile.Initializer {
  /// How many bytes the numbers take.
  var byteCount: Int {
    switch elements {
    case .float32(let tensor): tensor.scalars.count * 4
    case .int64(let values): values.count * 8
    }
  }

  /// The field of the graph up to where the numbers begin: a `TensorProto`.
  var head: [UInt8] {
    var tensor = ProtobufMessage()
    switch elements {
    case .float32(let numbers):
      tensor.add(each: numbers.shape.dimensions.map(Int64.init), field: 1)
      tensor.add(float32, field: 2)
    case .int64(let values):
      tensor.add(each: [Int64(values.count)], field: 1)
      tensor.add(int64, field: 2)
    }
    tensor.add(name, field: 8)
    tensor.addHead(ofLength: byteCount, field: 9)
    var graph = ProtobufMessage()
    graph.addHead(ofLength: tensor.bytes.count + byteCount, field: 5)
    return graph.bytes + tensor.bytes
  }

  func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    switch elements {
    case .float32(let tensor): try tensor.withLittleEndianBytes(body)
    case .int64(let values): try values.flatMap { littleEndian(Int64($0)) }.withUnsafeBytes(body)
    }
  }
}
