import ResNetCore
import ResNetFiles
import ResNetGraph
import ResNetModels

extension Architecture {
  /// Reads a network's description from a file such as `formattedJSON()` makes, and checks that it can be built.
  ///
  /// - Throws: `ResNetError` of code `data` with the file and the key or the layer where the file is missing, is no
  ///   description or describes what cannot be, `inputOutput` where it cannot be read.
  public init(contentsOf path: String) throws {
    let text: String
    do {
      text = try TextFile.read(path, atMost: Self.maximumJSONSize)
      try JSONScanner.check(text, place: path, isHandwritten: true)
    } catch let error as ResNetError where error.code == .data {
      guard let kind = FileKind(of: path) else { throw error }
      throw ResNetError(
        .data, "the file is \(kind), and no description of a network", at: path,
        remedy: "Give a network's name or its JSON file; 'resnet networks' lists and prints them")
    }
    do {
      try self.init(json: text)
      // What a layer says of the shapes it is given shall be said of the file, not of the command that uses it.
      _ = try graph(classes: 1)
    } catch var error as ResNetError {
      let place = error.place ?? ""
      error.code = .data
      error.place = place == "architecture" ? path : "\(path), " + place.trimmingPrefix("architecture, ")
      throw error
    }
  }
}
