import ResNet

extension Model {
  /// Tells that numbers of the model at a path are not finite, where that is so: the model can be looked at, and what it
  /// answers need not look wrong.
  func tellNotFinite(_ path: String) {
    guard let notFinite else { return }
    Terminal.note("note: \(cell(path)): \(notFinite); what it answers means nothing")
  }
}

extension Subject {
  /// Reads models as `read(_:)` does, and tells whose numbers are not finite.
  static func told(_ paths: [String]) throws -> [Subject] {
    let subjects = try read(paths)
    for (path, subject) in zip(paths, subjects) { subject.model.tellNotFinite(path) }
    return subjects
  }
}
