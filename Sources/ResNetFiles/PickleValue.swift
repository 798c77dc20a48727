import ResNetCore

/// A value that a pickle describes.
///
/// What holds other values is named by its place among `PickleContents.containers`: a pickle can make a list that holds
/// itself, or lists within lists by the million, and neither costs memory or stack when it is let go.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  /// A tuple, by its place.
  case tuple(Int)
  /// A list or a set, by its place.
  case list(Int)
  /// A dictionary, by its place, which holds keys and values in turn.
  case dictionary(Int)
  case global(PickleGlobal)
  /// A storage, by its place among `PickleContents.storages`.
  case storage(Int)
  /// A tensor, by its place among `PickleContents.tensors`.
  case tensor(Int)
  /// A plain value that no weights depend on.
  case other

  /// What an error calls it.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer, .number: "a number"
    case .text: "a text"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global: "a name of Python"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .other: "a plain value"
    }
  }
}

/// All that a pickle has made.
struct PickleContents: Sendable {
  /// Numbers of a checkpoint that lie together in its file.
  struct Storage: Hashable, Sendable {
    /// What the file calls it.
    var key: String
    /// The type of its elements; `nil` for plain bytes.
    var type: ElementType?
    /// The number of elements.
    var count: Int

    /// Its size in bytes, which `PickleReader` has checked.
    var byteCount: Int { count * (type?.byteCount ?? 1) }
  }

  /// A view of a storage.
  struct Tensor: Hashable, Sendable {
    var storage: Int
    var type: ElementType
    /// The place of its first element in the storage.
    var offset: Int
    var shape: Shape
    /// How many elements of the storage each axis steps over.
    var strides: [Int]
  }

  /// The last value: what was pickled.
  var value: PickleValue = .none
  var containers: [[PickleValue]] = []
  var storages: [Storage] = []
  var tensors: [Tensor] = []

  /// The keys and values of a dictionary, in the order of the pickle.
  func items(ofDictionary place: Int) -> [(key: PickleValue, value: PickleValue)] {
    let flat = containers[place]
    return stride(from: 0, to: flat.count - 1, by: 2).map { (flat[$0], flat[$0 + 1]) }
  }
}
