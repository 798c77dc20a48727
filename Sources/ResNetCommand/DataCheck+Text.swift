import ResNet
import ResNetCore

extension DataCheck {
  /// How many groups of images in several parts are shown; JSON has all.
  private static let shownGroups = 10

  /// All of it for a person, in 80 columns.
  var text: String {
    let images = parts.reduce(0) { $0 + $1.images }
    let heading = "\(cell(name)): \(counted(images, "image")) of \(counted(classes.count, "class", "classes"))"
    let sections = [
      [shortened(heading, to: Columns.lineWidth)], parts.isEmpty ? [] : Columns.table(counts), facts,
      brokenFiles, otherPictures, duplicates, problems.isEmpty ? ["nothing would stop training"] : troubles,
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var counts: [[String]] {
    [["class"] + parts.map(\.name)]
      + classes.enumerated().map { label, name in
        [cell(name)] + parts.map { part in part.classes[label].map(String.init) ?? "missing" }
      }
      + [["all"] + parts.map { "\($0.images)" }]
  }

  private var facts: [String] {
    func spread(_ spread: Spread) -> String {
      "\(spread.least) to \(spread.greatest), median \(spread.median)"
    }
    func list(_ kinds: [Kind]) -> String {
      kinds.isEmpty ? "none" : kinds.map { "\($0.images) \($0.name)" }.joined(separator: ", ")
    }
    let rows: [(String, String?)] = [
      ("largest class", imbalance.map { "\(fixed($0, 2)) times the smallest" }),
      ("width", widths.map(spread)), ("height", heights.map(spread)),
      ("formats", formats.isEmpty ? nil : list(formats)),
      ("not RGB", list(otherColors)), ("transparent", "\(transparent)"), ("rotated", "\(rotated)"),
      ("copies in a part", "\(repeatedWithinParts)"),
    ]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.compactMap { name, value in
      value.map { shortened(name + String(repeating: " ", count: width + 2 - name.count) + $0, to: Columns.lineWidth) }
    }
  }

  private var brokenFiles: [String] {
    guard !broken.isEmpty else { return [] }
    return ["\(counted(broken.count, "file")) cannot be read:"]
      + broken.flatMap { picture in
        let (path, reason) = (cell(picture.path), cell(picture.reason))
        // A path is of use where it is whole.
        return path.columns + reason.columns + 4 <= Columns.lineWidth
          ? ["  \(path): \(reason)"] : [indented(path, by: 2), indented(reason, by: 4)]
      }
  }

  private var otherPictures: [String] {
    guard let first = passedOver.first else { return [] }
    let (count, example) = (passedOver.count, indented(cell(first), by: 2))
    return [
      "note: \(counted(count, "picture")) of kinds that are not read \(count == 1 ? "is" : "are") passed over, such as",
      example, "  save \(count == 1 ? "it" : "them") as JPEG or PNG to use \(count == 1 ? "it" : "them")",
    ]
  }

  private var duplicates: [String] {
    guard !sharedAcrossParts.isEmpty else { return [] }
    let rest = sharedAcrossParts.count - Self.shownGroups
    return ["\(counted(sharedAcrossParts.count, "image")) in several parts:"]
      + sharedAcrossParts.prefix(Self.shownGroups).flatMap { places in
        places.enumerated().map { number, place in indented((number == 0 ? "" : "= ") + cell(place), by: 2) }
      } + (rest > 0 ? ["  … and \(rest) more: --json lists all"] : [])
  }

  private func indented(_ text: String, by columns: Int) -> String {
    String(repeating: " ", count: columns) + shortened(text, to: Columns.lineWidth - columns)
  }

  private var troubles: [String] {
    ["what would stop training:"] + problems.map { indented(cell($0), by: 2) }
  }
}
