import ResNetModels

extension Comparison {
  /// What carries a block's input past its branch, if anything does.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// Nothing.
    case plain
    /// It is added to the branch's output.
    case residual
    /// Its channels stand beside the branch's.
    case dense
  }

  /// Networks that differ in depth alone, shallowest first.
  struct Family {
    let kind: Kind
    /// What the family is called, as in `plain`; more where there are several of a kind.
    let name: String
    let networks: [Network]
  }

  /// The families, in the order of their first networks.
  var families: [Family] {
    var groups: [(key: FamilyKey, networks: [Network])] = []
    for network in networks {
      let key = FamilyKey(network.architecture)
      if let group = groups.firstIndex(where: { $0.key == key }) {
        groups[group].networks.append(network)
      } else {
        groups.append((key, [network]))
      }
    }
    return groups.map { group in
      let kind = group.key.kind
      let isAlone = groups.count { $0.key.kind == kind } == 1
      return Family(
        kind: kind, name: isAlone ? kind.rawValue : "\(kind.rawValue) like \(group.networks[0].name)",
        networks: group.networks.sorted { $0.layers < $1.layers })
    }
  }
}

extension Comparison.Network {
  /// What carries a block's input past its branch, if anything does.
  public var kind: Comparison.Kind { architecture.kind }
}

/// What networks share that differ in depth alone.
private struct FamilyKey: Hashable {
  let kind: Comparison.Kind
  let stem: Stem
  let widths: [Int]
  let branch: [Block.Item]
  let order: UnitOrder
  let shortcut: Shortcut
  let normalization: Normalization
  let initialization: Initialization

  init(_ architecture: Architecture) {
    kind = architecture.kind
    stem = architecture.stem
    widths = architecture.stages.map(\.width)
    // He et al. go from basic blocks to bottlenecks on the way from 34 to 50 layers, and call it depth.
    let isUsual = [Block.basic, .bottleneck].contains { $0.branch == architecture.block.branch }
    branch = isUsual ? [] : architecture.block.branch
    order = architecture.block.order
    shortcut = architecture.shortcut
    normalization = architecture.normalization
    initialization = architecture.initialization
  }
}

extension Architecture {
  /// What carries a block's input past its branch, if anything does.
  var kind: Comparison.Kind {
    if stages.allSatisfy({ ($0.block ?? block).isDense }) { return .dense }
    return shortcut == .none ? .plain : .residual
  }
}
