import Foundation
import ResNetCore
import ResNetEngine

extension RunRecord {
  /// One thing in which two runs differ.
  struct Difference {
    /// Where, as in `recipe.learningRate`.
    var key: String
    var old: String
    var new: String

    var text: String { "\(key) was \(old) and is now \(new)" }
  }

  /// In what the bits of a run depend on, this one and a new one differ.
  func differences(to new: RunRecord) throws -> [Difference] {
    var new = new
    new.data.training = new.data.training.called(as: data.training)
    new.data.test = new.data.test?.called(as: data.test)
    // Versions before pictures wrote none down.
    if preprocessing == nil { new.preprocessing = nil }
    let (before, after) = (try identity(), try new.identity())
    return Set(before.keys).union(after.keys).sorted().compactMap { key in
      let (old, new) = (before[key] ?? "absent", after[key] ?? "absent")
      return old == new ? nil : Difference(key: key, old: old, new: new)
    }
  }

  private func identity() throws -> [String: String] {
    var values: [String: String] = [
      "seed": "\(seed)", "threads": "\(threads)", "precision": precision.rawValue,
      "training images": describe(data.training), "test images": data.test.map(describe) ?? "absent",
    ]
    for (name, value) in [
      ("network", try JSONEncoder.stable.encode(architecture)), ("recipe", try JSONEncoder.stable.encode(recipe)),
      ("fineTuning", try JSONEncoder.stable.encode(fineTuning ?? FineTuning())),
    ] {
      flatten(try JSONSerialization.jsonObject(with: value), at: name, into: &values)
    }
    if let preprocessing {
      let text = try JSONEncoder.stable.encode(preprocessing)
      flatten(try JSONSerialization.jsonObject(with: text), at: "preprocessing", into: &values)
    }
    return values
  }

  private func describe(_ images: Images) -> String { "\(images.count) of \(images.name), hash \(images.hash)" }

  private func flatten(_ value: Any, at key: String, into values: inout [String: String]) {
    switch value {
    case let object as [String: Any]:
      for (name, inner) in object { flatten(inner, at: "\(key).\(name)", into: &values) }
    case let list as [Any]:
      for (position, inner) in list.enumerated() { flatten(inner, at: "\(key).\(position)", into: &values) }
    default:
      values[key] = "\(value)"
    }
  }
}
