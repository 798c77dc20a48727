import ResNetCore

extension Architecture {
  /// A network by its name: one of the catalogue's, or one that a rule of `families` makes.
  ///
  /// - Throws: `ResNetError` of code `usage` that says which names and depths are possible.
  public static func named(_ name: String) throws -> Architecture {
    if let network = try find(name) { return network }
    let meant = try guess(name).map { "Did you mean \($0)? " } ?? ""
    throw ResNetError(
      .usage, "there is no network called '\(printable(name))'",
      remedy: meant
        + "Use a name such as resnet18, resnet20, plain20, cifar_resnet50 or fully_connected_resnet20; "
        + "'resnet networks' lists them")
  }

  /// The network of a name; `nil` where no family has such names.
  ///
  /// - Throws: `ResNetError` of code `usage` where a family has such names and not that depth.
  static func find(_ name: String) throws -> Architecture? {
    if let known = fixedByName[name] { return known }
    for family in Family.all {
      if let network = try family.network(name) { return network }
    }
    return nil
  }

  private static let fixedByName = Dictionary(uniqueKeysWithValues: fixedNetworks.map { ($0.network.name, $0.network) })
}
