/// What a pickle can ask for: the operations of Python's `pickletools`, protocols 2 to 5, that build plain values.
///
/// The raw value is the byte that stands for it.
enum PickleOpcode: UInt8 {
  case mark = 0x28
  case stop = 0x2E
  case pop = 0x30
  case popMark = 0x31
  case duplicate = 0x32
  case protocolVersion = 0x80
  case frame = 0x95

  case none = 0x4E
  case newTrue = 0x88
  case newFalse = 0x89
  case binaryInteger = 0x4A
  case binaryInteger1 = 0x4B
  case binaryInteger2 = 0x4D
  case long1 = 0x8A
  case long4 = 0x8B
  case binaryFloat = 0x47

  case shortBinaryUnicode = 0x8C
  case binaryUnicode = 0x58
  case binaryUnicode8 = 0x8D
  case shortBinaryString = 0x55
  case binaryString = 0x54
  case shortBinaryBytes = 0x43
  case binaryBytes = 0x42
  case binaryBytes8 = 0x8E

  case emptyTuple = 0x29
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case tuple = 0x74
  case emptyList = 0x5D
  case append = 0x61
  case appends = 0x65
  case emptyDictionary = 0x7D
  case setItem = 0x73
  case setItems = 0x75
  case emptySet = 0x8F
  case addItems = 0x90
  case frozenSet = 0x91

  case binaryPut = 0x71
  case longBinaryPut = 0x72
  case memoize = 0x94
  case binaryGet = 0x68
  case longBinaryGet = 0x6A

  case global = 0x63
  case stackGlobal = 0x93
  case reduce = 0x52
  case build = 0x62
  case binaryPersistentID = 0x51

  /// What `pickletools` calls a byte that is not one of these: other operations, and those of protocols 0 and 1.
  static func name(ofRefused byte: UInt8) -> String? {
    switch byte {
    case 0x46: "FLOAT"
    case 0x49: "INT"
    case 0x4C: "LONG"
    case 0x50: "PERSID"
    case 0x53: "STRING"
    case 0x56: "UNICODE"
    case 0x64: "DICT"
    case 0x67: "GET"
    case 0x69: "INST"
    case 0x6C: "LIST"
    case 0x6F: "OBJ"
    case 0x70: "PUT"
    case 0x81: "NEWOBJ"
    case 0x82: "EXT1"
    case 0x83: "EXT2"
    case 0x84: "EXT4"
    case 0x92: "NEWOBJ_EX"
    case 0x96: "BYTEARRAY8"
    case 0x97: "NEXT_BUFFER"
    case 0x98: "READONLY_BUFFER"
    default: nil
    }
  }
}
