import ResNetCore
import ResNetFiles

/// How the tensors that are given differ from those that a network needs.
public struct ParameterDifference: Hashable, Sendable {
  /// A tensor by its name.
  public struct Item: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The size along each axis.
    public let shape: Shape
  }

  /// A tensor that is given in another shape than is needed.
  public struct Misshapen: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The shape that is given.
    public let given: Shape
    /// The shape that the network needs.
    public let expected: Shape
  }

  /// What the network needs and is not given, sorted by name.
  public private(set) var missing: [Item] = []
  /// What is given and the network does not have, sorted by name.
  public private(set) var unexpected: [Item] = []
  /// What is given in another shape, sorted by name.
  public private(set) var misshapen: [Misshapen] = []

  /// Whether exactly what is needed is given.
  public var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty }

  /// Compares names by their UTF-8 bytes; a name that is given twice is unexpected the second time.
  init(given: [(name: String, shape: Shape)], expected: [(name: String, shape: Shape)]) {
    let expected = expected.sorted { precedes($0.name, $1.name) }
    var position = 0
    for (name, shape) in given.sorted(by: { precedes($0.name, $1.name) }) {
      while position < expected.count, precedes(expected[position].name, name) {
        missing.append(Item(name: expected[position].name, shape: expected[position].shape))
        position += 1
      }
      guard position < expected.count, expected[position].name.utf8.elementsEqual(name.utf8) else {
        unexpected.append(Item(name: name, shape: shape))
        continue
      }
      if expected[position].shape != shape {
        misshapen.append(Misshapen(name: name, given: shape, expected: expected[position].shape))
      }
      position += 1
    }
    missing += expected[position...].map { Item(name: $0.name, shape: $0.shape) }
  }

  /// How many there are of each kind of difference, as in `12 missing, 2 of the wrong shape`.
  var counts: String {
    [(missing.count, "missing"), (unexpected.count, "unexpected"), (misshapen.count, "of the wrong shape")]
      .filter { $0.0 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
  }

  /// One line for each kind of difference there is: how many, and the first ten.
  public var lines: [String] {
    [
      line("missing", missing) { "\(quoted($0.name)) (\($0.shape))" },
      line("unexpected", unexpected) { item in
        let guess = nearestMissing(to: item).map { ", did you mean \(quoted($0))?" } ?? ""
        return "\(quoted(item.name)) (\(item.shape)\(guess))"
      },
      line("of the wrong shape", misshapen) { "\(quoted($0.name)) is \($0.given), not \($0.expected)" },
    ].compactMap(\.self)
  }

  private func line<Element>(_ fault: String, _ items: [Element], _ describe: (Element) -> String) -> String? {
    guard !items.isEmpty else { return nil }
    let shown = items.prefix(10).map(describe).joined(separator: ", ")
    return "\(items.count) \(fault): \(shown)" + (items.count > 10 ? " and \(items.count - 10) more" : "")
  }

  /// The missing tensor of the same shape whose name is the end of the item's behind a point, or most alike, where at least
  /// half of the name is; with the item's outermost module, or without it.
  private func nearestMissing(to item: Item) -> String? {
    let candidates = missing.lazy.filter { $0.shape == item.shape }.prefix(1000).map(\.name)
    if let end = candidates.first(where: { item.name.hasSuffix("." + $0) }) { return end }
    let inner = item.name.utf8.firstIndex(of: UInt8(ascii: ".")).map {
      String(item.name[item.name.index(after: $0)...])
    }
    for name in [item.name, inner].compactMap(\.self).map({ Array($0.utf8.prefix(100)) }) {
      let distances = candidates.map { (name: $0, distance: editDistance(name, Array($0.utf8.prefix(100)))) }
      if let nearest = distances.min(by: { $0.distance < $1.distance }), nearest.distance <= name.count / 2 {
        return nearest.name
      }
    }
    return nil
  }
}
