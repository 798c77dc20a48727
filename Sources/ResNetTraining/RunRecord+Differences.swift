import Foundation
import ResNetCore
import ResNetEngine

extension RunRecord {
  /// One thing in which two runs differ.
  struct Difference {
    /// Where, as in `recipe.learningRate`.
    var key: String
    /// What is otherwise, for a person.
    var text: String

    /// Whether it is one of the images, and not of what is done with them.
    var isOfImages: Bool { [RunRecord.trainingImages, RunRecord.testImages].contains(key) }

    /// Whether it is one of how long the run lasts.
    var isOfLength: Bool { key.hasPrefix("recipe.length") }
  }

  private static let trainingImages = "training images"
  private static let testImages = "test images"

  /// In what the bits of a run depend on, this one and a new one differ.
  func differences(to new: RunRecord) throws -> [Difference] {
    var new = new
    new.data.training = new.data.training.called(as: data.training)
    new.data.test = new.data.test?.called(as: data.test)
    // Versions before pictures wrote none down.
    if preprocessing == nil { new.preprocessing = nil }
    let (before, after) = (try identity(), try new.identity())
    let images = [
      Self.trainingImages: "the training images are others than before: \(data.training.change(to: new.data.training))",
      Self.testImages: Self.change(ofTestImages: data.test, to: new.data.test),
    ]
    return Set(before.keys).union(after.keys).sorted().compactMap { key in
      let (old, new) = (before[key] ?? "absent", after[key] ?? "absent")
      guard old != new else { return nil }
      return Difference(key: key, text: images[key] ?? "\(key) was \(old) and is now \(new)")
    }
  }

  private static func change(ofTestImages old: Images?, to new: Images?) -> String {
    switch (old, new) {
    case (let old?, let new?): "the test images are others than before: \(old.change(to: new))"
    case (let old?, nil): "there are no test images any more, before \(old.count) of \(old.name)"
    case (nil, let new?): "there are test images now, \(new.count) of \(new.name), before none"
    case (nil, nil): "there are no test images"
    }
  }

  /// What classes have gone and come where the outputs of the network would mean others than they were trained for; `nil`
  /// where they would not. Classes may become empty, and gain pictures.
  func changeOfClasses(to new: RunRecord) -> String? {
    guard let before = data.training.classes.map({ Set($0.keys) }),
      let after = new.data.training.classes.map({ Set($0.keys) })
    else { return nil }
    let (gone, come) = (before.subtracting(after).sorted(), after.subtracting(before).sorted())
    let hasOtherOutputs = architecture == new.architecture && parameters != new.parameters
    guard hasOtherOutputs || !(gone.isEmpty || come.isEmpty) else { return nil }
    func list(_ names: [String], _ words: String) -> String? {
      guard !names.isEmpty else { return nil }
      let rest = names.count > Images.namedClasses ? ", …" : ""
      return "\(words) \(names.prefix(Images.namedClasses).map(quoted).joined(separator: ", "))\(rest)"
    }
    let changes = [list(gone, "without"), list(come, "with")].compactMap(\.self).joined(separator: "; ")
    return changes.isEmpty ? "another number of them" : changes
  }

  private func identity() throws -> [String: String] {
    var values: [String: String] = [
      "seed": "\(seed)", "threads": "\(threads)", "precision": precision.rawValue,
      Self.trainingImages: describe(data.training), Self.testImages: data.test.map(describe) ?? "absent",
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

extension RunRecord.Images {
  /// Classes that a message names.
  fileprivate static let namedClasses = 3

  /// What other images are there now, in words.
  fileprivate func change(to new: Self) -> String {
    let sizes =
      new.count == count && new.name == name
      ? "as many" : "\(new.count) of \(new.name), before \(count)" + (new.name == name ? "" : " of \(name)")
    guard let classes, let now = new.classes else {
      return sizes + (new.count == count ? ", with other bytes, labels or classes" : "")
    }
    let changed = Set(classes.keys).union(now.keys).filter { classes[$0] != now[$0] }.sorted()
    guard !changed.isEmpty else { return sizes + ", with other names or lengths of files" }
    let list = changed.prefix(Self.namedClasses).map { name in
      "class \(quoted(name)) has \(now[name] ?? 0), before \(classes[name] ?? 0)"
    }
    let rest = changed.count - list.count
    return "\(sizes) (\(list.joined(separator: ", "))" + (rest > 0 ? ", and so on for \(rest) more)" : ")")
  }
}
