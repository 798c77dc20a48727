/// What to make of a folder of pictures where there is a choice.
public struct ImageFolderOptions: Hashable, Sendable, Codable {
  /// What becomes of a file that is no picture, or a damaged one. A file that may not be read, or whose disk fails, is no
  /// broken one: reading it throws an error in any case.
  public enum Broken: String, Hashable, Sendable, Codable, CaseIterable {
    /// Reading it throws an error that names it.
    case fail
    /// It is left out: every file is decoded once when the folder is opened, so that the number of pictures is known.
    case skip
    /// Another picture of its class takes its place, a function of the loader's seed, the epoch and the sample.
    case replace
  }

  /// What the classes are called, in the order of their folders' sorted names; as the folders if `nil`.
  public var classNames: [String]?
  /// Whether a class may be without pictures, and its folder missing beside the test images.
  public var allowsEmptyClasses: Bool
  /// What becomes of broken files.
  public var broken: Broken

  /// Makes options from their parts.
  public init(classNames: [String]? = nil, allowsEmptyClasses: Bool = false, broken: Broken = .fail) {
    self.classNames = classNames
    self.allowsEmptyClasses = allowsEmptyClasses
    self.broken = broken
  }
}
