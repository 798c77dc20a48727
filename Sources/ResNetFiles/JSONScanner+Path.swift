extension JSONScanner {
  /// The line, from 1, of the value to which a path of keys leads in a text that `check` has accepted; that of the last
  /// value on the way where the path leads on to one that is missing.
  package static func line(of path: [any CodingKey], in text: String) -> Int {
    var scanner = JSONScanner(Array(text.utf8), place: "")
    var found = 0
    try? scanner.follow(path[...], &found)
    return scanner.line(at: found)
  }

  /// Steps over one value and notes where the path leads in it.
  private mutating func follow(_ path: ArraySlice<any CodingKey>, _ found: inout Int) throws {
    skipWhitespace()
    found = position
    guard let key = path.first else { return try skipValue(maximumDepth: .max) }
    let rest = path.dropFirst()
    var place = position
    if next == UInt8(ascii: "{") {
      try object { scanner, name in
        let leads = name.utf8.elementsEqual(key.stringValue.utf8)
        try leads ? scanner.follow(rest, &place) : scanner.skipValue(maximumDepth: .max)
      }
    } else if next == UInt8(ascii: "[") {
      var index = 0
      try array { scanner in
        try index == key.intValue ? scanner.follow(rest, &place) : scanner.skipValue(maximumDepth: .max)
        index += 1
      }
    } else {
      try skipValue(maximumDepth: .max)
    }
    found = place
  }
}
