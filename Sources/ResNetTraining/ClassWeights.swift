import Foundation
import ResNetCore
import ResNetFiles

extension Recipe.ClassWeights {
  /// The weight of each class of some training images; `nil` where all count the same. A class without images has none.
  func weights(labels: [Int32], classes: Int) -> [Double]? {
    guard self == .auto else { return nil }
    var counts = Array(repeating: 0, count: classes)
    for label in labels { counts[Int(label)] += 1 }
    let present = counts.count { $0 > 0 }
    return counts.map { $0 == 0 ? 0 : Double(labels.count) / Double(present * $0) }
  }
}

extension FineTuning {
  /// Reads the weights of classes from a file: in each line a class's name and, behind spaces, a tab or a comma, its weight.
  /// Every class stands in it once, in any order; empty lines count for nothing.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - classes: the names of the classes, in the order in which the weights come back.
  /// - Throws: `ResNetError` of code `data` with the line for one without a positive number or with a class that is not
  ///   known or was there before, and where a class is missing; `usage` where two classes share a name; `inputOutput`
  ///   where the file cannot be read.
  public static func classWeights(contentsOf path: String, classes: [String]) throws -> [Double] {
    // By bytes: Swift takes texts for equal that look alike.
    var positions: [[UInt8]: Int] = [:]
    for (position, name) in classes.enumerated() {
      guard positions.updateValue(position, forKey: Array(name.utf8)) == nil else {
        throw ResNetError(
          .usage, "two classes are called \(quoted(name)), which a file of weights cannot tell apart", at: path,
          remedy: "Use --class-weights auto, or other names")
      }
    }
    var weights: [Double?] = classes.map { _ in nil }
    let lines = try TextFile.read(path, atMost: 1 << 24).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      func refusal(_ message: String, _ remedy: String) -> ResNetError {
        ResNetError(.data, message, at: "\(path), line \(number + 1)", remedy: remedy)
      }
      let (name, text) = nameAndWeight(line)
      guard let name, let weight = Double(text), Float(weight).isFinite, Float(weight) > 0 else {
        throw refusal(
          "\(quoted(String(text))) is not the weight of a class",
          "Write a class and, behind a space, a tab or a comma, a positive number, as in 'cat 2.5'")
      }
      guard let position = positions[Array(name.utf8)] else {
        let guess = nearestName(to: name, among: classes).map { "Did you mean \(quoted($0))? " } ?? ""
        throw refusal("there is no class called \(quoted(name))", "\(guess)Name the data's own classes")
      }
      guard weights[position] == nil else {
        throw refusal("the class \(quoted(name)) has a weight already", "Name every class once")
      }
      weights[position] = weight
    }
    if let missing = weights.firstIndex(where: { $0 == nil }) {
      let count = weights.count { $0 == nil }
      throw ResNetError(
        .data, "\(count) of \(classes.count) classes have no weight, \(quoted(classes[missing])) first", at: path,
        remedy: "Give every class one")
    }
    return weights.compactMap(\.self)
  }

  /// What stands before and behind the last separator of a line; names may have spaces and commas themselves.
  private static func nameAndWeight(_ line: Substring) -> (name: String?, weight: Substring) {
    let line = trimmed(line)
    let isSeparator = { (character: Character) in character == "," || character.isWhitespace }
    guard let separator = line.lastIndex(where: isSeparator) else { return (nil, line) }
    var name = trimmed(line[..<separator])
    // A comma with a space behind it is one separator.
    if line[separator] != ",", name.last == "," { name = trimmed(name.dropLast()) }
    return (name.isEmpty ? nil : String(name), line[line.index(after: separator)...])
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? text.startIndex
    return text[..<end].drop(while: \.isWhitespace)
  }
}
