import ResNetCore

extension Graph {
  /// The position of a layer by its name, or of the first layer of a module by the module's (`layer4`, `layer1.0`).
  ///
  /// - Throws: `ResNetError` of code `usage` where the graph has neither.
  public func firstIndex(of name: String) throws -> Int {
    guard let first = layers.firstIndex(where: { $0.isInModule(name) }) else { throw unknownModule(name) }
    return first
  }

  /// The outermost modules that have parameters, in their order; where one of them holds nearly everything, as
  /// `features` does, those in it.
  package var modules: [String] {
    let paths = layers.filter { !$0.parameters.isEmpty }.map { $0.name.split(separator: ".") }
    func prefixes(_ depth: Int) -> [String] {
      var seen: Set<String> = []
      return paths.map { $0.prefix(depth).joined(separator: ".") }.filter { seen.insert($0).inserted }
    }
    let outermost = prefixes(1)
    return outermost.count > 2 ? outermost : prefixes(2)
  }

  /// The error for a name that is no layer's and no module's.
  func unknownModule(_ name: String) -> ResNetError {
    let modules = modules
    let given = numbers(in: name)
    // The layer of another number is another layer.
    let names = (modules + layers.map(\.name)).filter { given.isEmpty || numbers(in: $0) == given }
    let guess = nearestName(to: name, among: names).map { "Did you mean \($0)? " } ?? ""
    let shown = modules.prefix(30).joined(separator: ", ") + (modules.count > 30 ? " …" : "")
    return ResNetError(
      .usage, "the network has no layer or module called \(quoted(name))",
      remedy: "\(guess)Its modules are \(shown), and 'resnet summary' lists all layers")
  }
}

extension Layer {
  /// Whether it is the layer of that name, or one in the module of that name.
  package func isInModule(_ module: String) -> Bool { name == module || name.hasPrefix(module + ".") }
}
