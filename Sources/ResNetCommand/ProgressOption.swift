import ArgumentParser

/// How progress is shown on standard error.
enum ProgressOption: String, ExpressibleByArgument, CaseIterable {
  /// A renewing display where somebody watches, else as `plain`.
  case auto
  /// Lines for a log.
  case plain
  /// Lines of JSON for a program: `ProgressEvent`.
  case json
  /// Not at all.
  case none
}
