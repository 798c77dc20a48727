import ResNet

/// What became of one picture, as `resnet predict` tells it.
struct PicturePrediction: Encodable {
  /// The path as it was given or found, or `-`.
  var file: String
  /// The size of the picture, after its orientation was undone where that is wanted.
  var width: Int?
  var height: Int?
  /// The likeliest classes; `nil` where the picture could not be read.
  var guesses: [Guess]?
  var explanation: Explanation?
  /// Why there are no guesses.
  var error: String?
}

/// Predictions as text for people: a line each, or a table under the name of the picture.
struct PredictionText {
  /// Class names of more columns lose their middle.
  private static let widestClass = 40
  private let isLine: Bool
  private let columns: Columns

  /// - Parameters:
  ///   - files: all pictures that will come.
  ///   - classes: the model's.
  ///   - isLine: whether a picture has one line, which is for one guess.
  init(files: [String], classes: [String], isLine: Bool) {
    self.isLine = isLine
    let widest = classes.map(Self.name).max { $0.columns < $1.columns } ?? ""
    // No share takes more columns than that of a certain class.
    columns =
      isLine
      ? Columns(fitting: files.map { [cell($0), widest, percent(100)] })
      : Columns(fitting: [["  " + widest, percent(100)]])
  }

  /// The lines of a picture that was read.
  func lines(_ prediction: PicturePrediction) -> String {
    let guesses = prediction.guesses ?? []
    if isLine {
      return guesses.map { columns.line([cell(prediction.file), Self.name($0.name), percent(100 * $0.probability)]) }
        .joined(separator: "\n")
    }
    let steps = prediction.explanation.map { $0.description.split(separator: "\n").map { "  " + $0 } } ?? []
    return
      ([cell(prediction.file)] + steps
      + guesses.map { columns.line(["  " + Self.name($0.name), percent(100 * $0.probability)]) })
      .joined(separator: "\n")
  }

  private static func name(_ name: String) -> String { shortened(cell(name), to: widestClass) }
}

/// Predictions as comma-separated values (RFC 4180): a line for each guess, and one for each picture without any.
enum PredictionTable {
  static let heading = line(["file", "rank", "class", "index", "probability", "error"])

  /// The lines of a picture.
  static func lines(_ prediction: PicturePrediction) -> String {
    guard let guesses = prediction.guesses else {
      return line([prediction.file, "", "", "", "", prediction.error ?? ""])
    }
    return guesses.enumerated().map { position, guess in
      line([prediction.file, "\(position + 1)", guess.name, "\(guess.index)", "\(guess.probability)", ""])
    }.joined(separator: "\n")
  }

  private static func line(_ values: [String]) -> String { values.map(quoted).joined(separator: ",") }

  /// A value that a comma, a quotation mark or the end of a line does not cut in two.
  static func quoted(_ value: String) -> String {
    let isPlain = !value.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
    return isPlain ? value : "\"" + value.replacing("\"", with: "\"\"") + "\""
  }
}
