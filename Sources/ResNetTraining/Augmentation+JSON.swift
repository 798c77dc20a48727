import ResNetImages

extension Augmentation {
  /// The part of a recipe's file: padding and flips in one line, with more one part a line.
  var json: String {
    let parts = [cropJSON, ("flips", "\(flips)")] + moreJSON
    let lines = parts.map { "\"\($0.0)\": \($0.1)" }
    return moreJSON.isEmpty && parts[0].0 == "padding"
      ? "{\(lines.joined(separator: ", "))}"
      : "{\n    \(lines.joined(separator: ",\n    "))\n  }"
  }

  private var cropJSON: (String, String) {
    switch crop {
    case .padded(let padding): ("padding", "\(padding)")
    case .randomResized(let scale, let ratio, let interpolation):
      (
        "crop",
        #"{"scale": \#(scale.json), "ratio": \#(ratio.json), "interpolation": "\#(interpolation.rawValue)"}"#
      )
    }
  }

  private var moreJSON: [(String, String)] {
    let parts: [(String, String?)] = [
      ("colorJitter", colorJitter?.json), ("policy", policy?.json), ("erasing", erasing?.json),
      ("mixup", mixup.map { "\($0)" }), ("cutmix", cutmix.map { "\($0)" }),
      ("repeats", repeats == 1 ? nil : "\(repeats)"),
    ]
    return parts.compactMap { name, json in json.map { (name, $0) } }
  }
}

extension ColorJitter {
  fileprivate var json: String {
    let parts = [("brightness", brightness), ("contrast", contrast), ("saturation", saturation), ("hue", hue)]
    return "{\(parts.filter { $0.1 != 0 }.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", "))}"
  }
}

extension Augmentation.Policy {
  fileprivate var json: String {
    switch self {
    case .randAugment(let operations, let magnitude):
      #"{"kind": "rand-augment", "operations": \#(operations), "magnitude": \#(magnitude)}"#
    case .trivialAugment: #"{"kind": "trivial-augment"}"#
    }
  }
}

extension RandomErasing {
  fileprivate var json: String {
    #"{"probability": \#(probability), "scale": \#(scale.json), "ratio": \#(ratio.json)}"#
  }
}

extension ClosedRange<Double> {
  fileprivate var json: String { "[\(lowerBound), \(upperBound)]" }
}
