import ResNetCore
import ResNetFiles
import ResNetModels

extension Model {
  /// Refuses tensors that are not exactly those that are expected.
  static func check(
    _ tensors: [(name: String, shape: Shape)], against expected: [(String, Shape)], of architecture: Architecture
  ) throws {
    let expected = expected.sorted { precedes($0.0, $1.0) }
    let given = tensors.sorted { precedes($0.name, $1.name) }
    var missing: [String] = []
    var unexpected: [String] = []
    var misshapen: [String] = []
    var position = 0
    for (name, shape) in given {
      while position < expected.count, precedes(expected[position].0, name) {
        missing.append(describe(expected[position]))
        position += 1
      }
      guard position < expected.count, expected[position].0.utf8.elementsEqual(name.utf8) else {
        unexpected.append(describe((name, shape)))
        continue
      }
      if expected[position].1 != shape { misshapen.append("\(quoted(name)) is \(shape), not \(expected[position].1)") }
      position += 1
    }
    missing += expected[position...].map(describe)
    let faults =
      [summary("missing", missing), summary("unexpected", unexpected), summary("of the wrong shape", misshapen)]
      .compactMap(\.self)
    guard faults.isEmpty else {
      throw ResNetError(
        .data, "the tensors do not fit the network \(quoted(architecture.name)): " + faults.joined(separator: "; "),
        remedy: "Give weights of this network and this number of classes")
    }
  }

  private static func describe(_ tensor: (String, Shape)) -> String { "\(quoted(tensor.0)) (\(tensor.1))" }

  /// The first few of a list and how many more there are; `nil` for none.
  private static func summary(_ fault: String, _ items: [String]) -> String? {
    guard !items.isEmpty else { return nil }
    let more = items.count > 3 ? " and \(items.count - 3) more" : ""
    return "\(items.count) \(fault): \(items.prefix(3).joined(separator: ", "))\(more)"
  }
}
