import ResNetCore

extension Architecture {
  /// A network by its name: one of the catalogue's, or one that a rule of `families` makes.
  ///
  /// - Throws: `ResNetError` of code `usage` that says which names and depths are possible.
  public static func named(_ name: String) throws -> Architecture {
    if let known = fixedByName[name] { return known }
    for family in Family.all {
      if let network = try family.network(name) { return network }
    }
    throw unknown(name)
  }

  private static let fixedByName = Dictionary(uniqueKeysWithValues: fixedNetworks.map { ($0.network.name, $0.network) })

  private static func unknown(_ name: String) -> ResNetError {
    let simple = name.prefix(100).lowercased().filter { $0 != "-" && $0 != " " }
    let guess = simple == name ? nil : try? named(simple)
    return ResNetError(
      .usage, "there is no network called '\(printable(name))'",
      remedy: (guess.map { "Did you mean \($0.name)? " } ?? "")
        + "Use a name such as resnet18, resnet20, plain20, cifar_resnet50 or fully_connected_resnet20; "
        + "'resnet networks' lists them")
  }
}
