import Foundation
import ResNetCore
import ResNetFiles
import ResNetPlots

/// A view as its files hold it: what a page shows of it.
struct KeptView: Sendable {
  /// What it is called on the command line.
  let name: String
  /// The folder that its files lie in, as it was given.
  let folder: String
  /// What it shows, of which networks.
  let title: String
  /// What is seen in it.
  let finding: String
  /// What is measured and how.
  let definition: String
  /// What is expected, and whose work says so.
  let expectation: String
  /// Its pictures, its own first.
  let figures: [SVGFigure]

  /// The views whose files lie in a folder, in the order of `viewKinds`; none where there is no such folder.
  ///
  /// - Parameter note: is told what is missing or damaged, and the rest of which is taken all the same.
  static func all(in folder: String, note: (String) -> Void) -> [KeptView] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    return viewKinds.compactMap { KeptView($0, in: folder, names, note: note) }
  }

  /// Whether the files of a view lie in a folder.
  static func areKept(in folder: String) -> Bool {
    viewKinds.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0.name).txt") }
  }

  private init?(_ kind: any View.Type, in folder: String, _ files: [String], note: (String) -> Void) {
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    let own = "\(kind.name).svg"
    let pictures =
      files.filter { $0 == own } + files.filter { $0.hasPrefix("\(kind.name)-") && $0.hasSuffix(".svg") }
    guard files.contains("\(kind.name).txt") || pictures.first == own else { return nil }
    func read<Value>(_ read: () throws -> Value) -> Value? {
      do {
        return try read()
      } catch {
        note("\(error)")
        return nil
      }
    }
    figures = pictures.compactMap { file in
      read { try SVGFigure(TextFile.read(base + file, atMost: 1 << 26), at: base + file) }
    }
    let text = read { try Self.paragraphs(of: base + "\(kind.name).txt") }
    // Without its words a picture still says something, and the words without the picture.
    guard text != nil || !figures.isEmpty else { return nil }
    (name, self.folder) = (kind.name, folder)
    title = text?[0] ?? figures[0].title
    finding = text?[1] ?? "What was seen is lost: the text of the view cannot be read."
    definition = text?[2] ?? kind.definition
    expectation = kind.expectation
  }

  /// The paragraphs of what `View.text` wrote, three at least.
  private static func paragraphs(of file: String) throws -> [String] {
    let text = try TextFile.read(file, atMost: 1 << 24)
    let paragraphs = text.components(separatedBy: "\n\n")
    guard paragraphs.count >= 3 else {
      throw ResNetError(
        .data, "it is not the text of a view, or a damaged one", at: file,
        remedy: "Make it again with the command that wrote it")
    }
    return paragraphs
  }
}
