/// A name from a file as an error message can show it: in quotes, at most 80 bytes, control characters spelled out.
///
/// Names from outside can be megabytes long or carry a terminal's control sequences.
package func quoted(_ name: String) -> String {
  var shown = ""
  var length = 0
  for scalar in name.unicodeScalars {
    length += UTF8.width(scalar)
    guard length <= 80 else { return "'\(shown)…'" }
    if scalar.isPrintable {
      shown.unicodeScalars.append(scalar)
    } else {
      shown += "\\u{" + String(scalar.value, radix: 16) + "}"
    }
  }
  return "'\(shown)'"
}

/// At most 100 characters of a text from outside, with a question mark for each that a terminal might act on.
package func printable(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(100).map { $0.isPrintable ? $0 : "?" }
  return String(String.UnicodeScalarView(scalars))
}

/// Whether a text can name something: 1 to 100 bytes, all of them printable.
package func isName(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.count <= 100 && text == printable(text)
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
