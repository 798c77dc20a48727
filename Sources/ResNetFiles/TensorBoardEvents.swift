import ResNetCore

/// Event files of TensorBoard: scalars by step.
///
/// A file is a series of records, each a protobuf message `Event` between its length and checksums (TensorFlow's
/// TFRecord format); the first one only says the version. TensorBoard reads on where a file grows.
public enum TensorBoardEvents {
  /// A name that TensorBoard takes for an event file: it looks for `tfevents`.
  public static let fileName = "events.out.tfevents.resnet"

  /// Writes a file of `records` at `path`, whole or not at all, in place of one that is there.
  ///
  /// - Parameter time: when the file's story begins, in seconds since 1970.
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason.
  public static func write(_ records: [Record], beginning time: Double, to path: String) throws {
    try AtomicFile.write(framed(start(time)) + encoded(records), to: path)
  }

  /// Appends `records` in one piece to the file at `path`, and forces them to the disk.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason; the
  ///   file is then as it was.
  public static func append(_ records: [Record], to path: String) throws {
    try AppendedFile.append(encoded(records), to: path)
  }

  private static func encoded(_ records: [Record]) -> [UInt8] { records.flatMap { framed(event($0)) } }

  /// Length, checksum of the length, data, checksum of the data; numbers have their lowest byte first.
  private static func framed(_ event: ProtobufMessage) -> [UInt8] {
    let data = event.bytes
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
  }
}

// The messages, with the numbers that TensorFlow's event.proto and summary.proto give their fields.
extension TensorBoardEvents {
  private static func start(_ time: Double) -> ProtobufMessage {
    var event = ProtobufMessage()
    event.add(time, field: 1)
    event.add("brain.Event:2", field: 3)
    return event
  }

  private static func event(_ record: Record) -> ProtobufMessage {
    var summary = ProtobufMessage()
    for scalar in record.scalars {
      var value = ProtobufMessage()
      value.add(scalar.tag, field: 1)
      value.add(chosen: scalar.value, field: 2)
      summary.add(value, field: 1)
    }
    var event = ProtobufMessage()
    event.add(record.time, field: 1)
    event.add(record.step, field: 2)
    event.add(summary, field: 5)
    return event
  }
}
