import ResNetCore

extension Architecture {
  /// A network by its name: one of the catalogue's, or one that a rule of `families` makes.
  ///
  /// - Throws: `ResNetError` of code `usage` that says which names and depths are possible.
  public static func named(_ name: String) throws -> Architecture {
    do {
      if let network = try find(name) { return network }
    } catch {
      // The depth of resnet-18 is no number below zero.
      guard let meant = respelt(name) else { throw error }
      throw unknown(name, meant: meant)
    }
    let (names, begun) = (catalogue.map(\.name), name.lowercased() + "_")
    let guess = respelt(name) ?? names.first { $0.hasPrefix(begun) }
    throw unknown(name, meant: guess ?? nearestName(to: name.lowercased(), among: names))
  }

  /// The network of a name; `nil` where no family has such names.
  private static func find(_ name: String) throws -> Architecture? {
    if let known = fixedByName[name] { return known }
    for family in Family.all {
      if let network = try family.network(name) { return network }
    }
    return nil
  }

  private static let fixedByName = Dictionary(uniqueKeysWithValues: fixedNetworks.map { ($0.network.name, $0.network) })

  /// The name of the network that is meant where one is only written differently, as in `ResNet-18` or `resnet_50`.
  private static func respelt(_ name: String) -> String? {
    let separators: Set<Character> = ["-", "_", " "]
    let plain = name.prefix(100).lowercased()
    let joined = plain.filter { !separators.contains($0) }
    let underscored = String(plain.map { separators.contains($0) ? "_" : $0 })
    return [joined, underscored].lazy.compactMap { spelling in
      spelling == name ? nil : (try? find(spelling))?.name
    }.first
  }

  private static func unknown(_ name: String, meant guess: String?) -> ResNetError {
    ResNetError(
      .usage, "there is no network called '\(printable(name))'",
      remedy: (guess.map { "Did you mean \($0)? " } ?? "")
        + "Use a name such as resnet18, resnet20, plain20, cifar_resnet50 or fully_connected_resnet20; "
        + "'resnet networks' lists them")
  }
}
