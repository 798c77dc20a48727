/// What went wrong, where, and what to do about it.
///
/// Every error that the package throws on bad input is one of these, so a program can show `description` as one line
/// and end with `code.exitStatus`.
public struct ResNetError: Error, Hashable, Sendable {
  /// The kind of failure, which decides the exit status of a tool.
  public enum Code: String, Hashable, Sendable {
    /// A request that cannot be carried out as it was worded.
    case usage
    /// Input data that is missing, damaged or does not fit.
    case data
    /// Something that the work needs and this machine lacks.
    case unavailable
    /// A failure of this package itself.
    case software
    /// A file or folder that cannot be read or written.
    case inputOutput

    /// The exit status of BSD's `sysexits`: 64, 65, 69, 70 or 74.
    public var exitStatus: Int32 {
      switch self {
      case .usage: 64
      case .data: 65
      case .unavailable: 69
      case .software: 70
      case .inputOutput: 74
      }
    }
  }

  /// The kind of failure.
  public var code: Code
  /// What happened, without a full stop.
  public var message: String
  /// Where it happened: a file, a line, a tensor or a layer.
  public var place: String?
  /// What mends it, as a sentence without a full stop.
  public var remedy: String

  /// Makes an error out of its parts.
  public init(_ code: Code, _ message: String, at place: String? = nil, remedy: String) {
    self.code = code
    self.message = message
    self.place = place
    self.remedy = remedy
  }
}

extension ResNetError: CustomStringConvertible {
  /// One line: place, message and remedy.
  public var description: String {
    (place.map { "\($0): " } ?? "") + "\(message). \(remedy)."
  }
}
