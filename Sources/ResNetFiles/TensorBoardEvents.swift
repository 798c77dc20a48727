import ResNetCore
internal import SwiftProtobuf

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
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason, or of code `usage` where a
  ///   record is too large.
  public static func write(_ records: [Record], beginning time: Double, to path: String) throws {
    try AtomicFile.write(try framed(Tensorboard_Event(fileStart: time)) + encoded(records), to: path)
  }

  /// Appends `records` in one piece to the file at `path`, and forces them to the disk.
  ///
  /// - Throws: `ResNetError` of code `inputOutput` with the path and the system's reason, or of code `usage` where a
  ///   record is too large; the file is then as it was.
  public static func append(_ records: [Record], to path: String) throws {
    try AppendedFile.append(try encoded(records), to: path)
  }

  private static func encoded(_ records: [Record]) throws -> [UInt8] {
    try records.flatMap { try framed(Tensorboard_Event($0)) }
  }

  /// Length, checksum of the length, data, checksum of the data; numbers have their lowest byte first.
  private static func framed(_ event: Tensorboard_Event) throws -> [UInt8] {
    let data: [UInt8]
    do {
      data = try event.serializedBytes()
    } catch {
      // The one thing that can go wrong with messages that require no field: protobuf ends at 2 GiB.
      throw ResNetError(
        .usage, "the scalars of step \(event.step) are too large for one record of an event file",
        remedy: "Give fewer scalars or shorter tags")
    }
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

extension Tensorboard_Event {
  fileprivate init(fileStart time: Double) {
    self.init()
    wallTime = time
    fileVersion = "brain.Event:2"
  }

  fileprivate init(_ record: TensorBoardEvents.Record) {
    self.init()
    wallTime = record.time
    step = record.step
    summary.value = record.scalars.map { scalar in
      var value = Tensorboard_Summary.Value()
      value.tag = scalar.tag
      value.simpleValue = scalar.value
      return value
    }
  }
}
