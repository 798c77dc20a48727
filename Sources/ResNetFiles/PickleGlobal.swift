/// The names of Python that a checkpoint may use. Nothing of Python is run: each stands for something that is done here.
enum PickleGlobal: Hashable, Sendable {
  /// A dictionary when it is called: `OrderedDict`, and the `Counter` of learning rate schedules.
  case dictionary
  /// A list when it is called, out of a list or a tuple: sets, and `torch.Size`.
  case list
  /// A plain value that no weights depend on, such as a device.
  case plainValue
  /// A function that makes a tensor out of a storage.
  case rebuildTensor(TensorFunction)
  /// A function that makes a parameter out of a tensor.
  case rebuildParameter
  /// The type of a storage; `nil` for one of plain bytes.
  case storage(ElementType?)
  /// The type of a tensor's elements; `nil` for those that no array here can have.
  case elementType(ElementType?)

  /// The versions of the function that makes a tensor: which arguments it takes.
  enum TensorFunction: Int, Hashable, Sendable {
    /// Storage, offset, sizes and strides.
    case first = 4
    /// These, whether gradients are wanted, and hooks.
    case second = 6
    /// These, and the type of the elements, for storages of plain bytes.
    case third = 7
  }

  /// What a module's name stands for; `nil` for all but a few.
  init?(module: String, name: String) {
    guard let known = Self.known["\(module) \(name)"] else { return nil }
    self = known
  }

  private static let known: [String: PickleGlobal] = {
    var known: [String: PickleGlobal] = [
      "collections OrderedDict": .dictionary,
      "collections Counter": .dictionary,
      "torch Size": .list,
      "torch device": .plainValue,
      "torch.serialization _get_layout": .plainValue,
      "_codecs encode": .plainValue,
      "torch._utils _rebuild_tensor": .rebuildTensor(.first),
      "torch._utils _rebuild_tensor_v2": .rebuildTensor(.second),
      "torch._utils _rebuild_tensor_v3": .rebuildTensor(.third),
      "torch._utils _rebuild_parameter": .rebuildParameter,
      "torch._utils _rebuild_parameter_with_state": .rebuildParameter,
      "torch.storage UntypedStorage": .storage(nil),
    ]
    // Python 2 and 3 have their own names for the module.
    for module in ["builtins", "__builtin__"] {
      for name in ["set", "frozenset"] { known["\(module) \(name)"] = .list }
      known["\(module) complex"] = .plainValue
    }
    for (name, type) in storages { known["torch \(name)Storage"] = .storage(type) }
    for (name, type) in elementTypes { known["torch \(name)"] = .elementType(type) }
    return known
  }()

  private static let storages: [(String, ElementType)] = [
    ("Float", .float32), ("Double", .float64), ("Half", .float16), ("BFloat16", .bfloat16), ("Bool", .bool),
    ("Byte", .uint8), ("Char", .int8), ("Short", .int16), ("Int", .int32), ("Long", .int64),
  ]

  private static let elementTypes: [(String, ElementType?)] = [
    ("float32", .float32), ("float", .float32), ("float64", .float64), ("double", .float64), ("float16", .float16),
    ("half", .float16), ("bfloat16", .bfloat16), ("float8_e5m2", .float8E5M2), ("float8_e4m3fn", .float8E4M3),
    ("bool", .bool), ("uint8", .uint8), ("uint16", .uint16), ("uint32", .uint32), ("uint64", .uint64), ("int8", .int8),
    ("int16", .int16), ("short", .int16), ("int32", .int32), ("int", .int32), ("int64", .int64), ("long", .int64),
    ("complex32", nil), ("complex64", nil), ("complex128", nil),
  ]
}
