/// The least number of bytes to insert, take out or change to make one text of the other (Levenshtein, 1966).
package func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  var row = Array(0...second.count)
  for (index, byte) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in second.indices {
      let changed = diagonal + (byte == second[column] ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
    }
  }
  return row[second.count]
}

/// The numbers in a name, in digits: 16 and 4 are others than 164.
package func numbers(in name: String) -> [Substring] { name.split { !($0.isASCII && $0.isWholeNumber) } }

/// The name that one may have been meant to be: the nearest of some, where at most a third of it is to be changed.
package func nearestName(to name: String, among names: [String]) -> String? {
  let wanted = Array(name.utf8.prefix(100))
  let distances = names.map { ($0, editDistance(wanted, Array($0.utf8.prefix(100)))) }
  guard let (nearest, distance) = distances.min(by: { $0.1 < $1.1 }), distance <= max(1, wanted.count / 3) else {
    return nil
  }
  return nearest
}
