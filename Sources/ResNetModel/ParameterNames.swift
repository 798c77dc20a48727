/// What others call the parameters of the networks here, whose names are torchvision's and timm's.
enum ParameterNames {
  /// What wrappers put before every name: `DataParallel`, and `torch.compile`.
  private static let prefixes = ["module.", "_orig_mod."]

  /// Parts of names, as others have them and as they are here.
  private static let replacements: [(theirs: String, ours: String)] = [
    // kuangliu/pytorch-cifar, akamaster/pytorch_resnet_cifar10
    (".linear.", ".fc."),
    (".shortcut.", ".downsample."),
    // torchvision's DenseNets before its version 0.3
    (".norm.1.", ".norm1."),
    (".norm.2.", ".norm2."),
    (".conv.1.", ".conv1."),
    (".conv.2.", ".conv2."),
  ]

  /// The names without what all of them begin with.
  static func withoutPrefixes(_ names: [String]) -> [String] {
    // Parts of the names: taking something off copies nothing, however often it is done.
    var names = names.map { $0[...] }
    while let prefix = prefixes.first(where: { prefix in
      !names.isEmpty && names.allSatisfy { $0.hasPrefix(prefix) && $0.utf8.count > prefix.utf8.count }
    }) {
      names = names.map { $0.dropFirst(prefix.count) }
    }
    return names.map(String.init)
  }

  /// The most modules that are taken off.
  private static let mostModules = 4

  /// The names as they are, and without the outermost modules that all of them lie in: what Lightning, or a network around
  /// the network, puts before them.
  static func spellings(_ names: [String]) -> [(prefix: String, names: [String])] {
    var spellings = [(prefix: "", names: names)]
    while spellings.count <= mostModules, let (prefix, names) = spellings.last, let first = names.first,
      let end = first.utf8.firstIndex(of: UInt8(ascii: ".")),
      case let module = first[...end],
      names.allSatisfy({ $0.hasPrefix(module) && $0.utf8.count > module.utf8.count })
    {
      spellings.append((prefix + module, names.map { String($0.dropFirst(module.count)) }))
    }
    return spellings
  }

  /// The name of a parameter here, where others call it `name`.
  static func ours(_ name: String) -> String {
    let renamed = replacements.reduce("." + name) { $0.replacing($1.theirs, with: $1.ours) }
    return String(renamed.dropFirst())
  }
}
