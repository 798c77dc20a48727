/// A name from a file as an error message can show it: in quotes, at most 80 bytes, control characters spelled out.
///
/// Names from outside can be megabytes long or carry a terminal's control sequences.
package func quoted(_ name: String) -> String {
  var shown = ""
  var length = 0
  for scalar in name.unicodeScalars {
    length += UTF8.width(scalar)
    guard length <= 80 else { return "'\(shown)…'" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      shown += "\\u{" + String(scalar.value, radix: 16) + "}"
    default:
      shown.unicodeScalars.append(scalar)
    }
  }
  return "'\(shown)'"
}

/// Whether `first` comes before `second` in the order of their UTF-8 bytes.
///
/// Swift's own `<` and `==` on strings hold canonically equivalent spellings for equal; file formats do not.
package func precedes(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}
