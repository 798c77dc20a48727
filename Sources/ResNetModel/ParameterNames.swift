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

  /// The name of a parameter here, where others call it `name`.
  static func ours(_ name: String) -> String {
    let renamed = replacements.reduce("." + name) { $0.replacing($1.theirs, with: $1.ours) }
    return String(renamed.dropFirst())
  }
}
