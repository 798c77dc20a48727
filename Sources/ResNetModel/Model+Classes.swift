import ResNetCore

extension Model {
  /// The place of a class among the outputs, by its name or, where no class is called so, by its number from 0.
  ///
  /// - Throws: `ResNetError` of code `usage` where there is no such class, or several have the name.
  public func classIndex(of name: String) throws -> Int {
    let found = classes.indices.filter { classes[$0].utf8.elementsEqual(name.utf8) }
    guard found.count < 2 else {
      throw ResNetError(
        .usage, "\(found.count) classes are called \(quoted(name))",
        remedy: "Give one of the numbers \(found.map(String.init).joined(separator: ", "))")
    }
    if let only = found.first { return only }
    if let number = Int(name), classes.indices.contains(number) { return number }
    let guess = nearestName(to: name, among: classes).map { "Did you mean \(quoted($0))? " } ?? ""
    let shown = classes.prefix(20).map { printable($0) }.joined(separator: ", ") + (classes.count > 20 ? ", …" : "")
    throw ResNetError(
      .usage, "the model has no class \(quoted(name))",
      remedy: "\(guess)Its \(classes.count) classes are \(shown)")
  }
}
