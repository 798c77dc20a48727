import Foundation
import ResNetCore
import ResNetModel

extension Subject {
  /// Reads what MODEL arguments mean: folders of runs, or safetensors files.
  ///
  /// Each is called by the last part of its path, or as much more of it as tells it from the others.
  ///
  /// - Throws: what `Model.init(contentsOf:)` throws; `ResNetError` of code `usage` where one is named twice.
  public static func read(_ paths: [String]) throws -> [Subject] {
    try zip(paths, names(of: paths)).map { path, name in
      var isFolder: ObjCBool = false
      let isRun = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
      return Subject(try Model(contentsOf: path), name: name, run: isRun ? path : nil)
    }
  }

  /// The shortest endings of paths that differ from one another.
  static func names(of paths: [String]) throws -> [String] {
    let parts = paths.map { path -> [Substring] in
      let file = Model.isFileName(path) ? path.dropLast(Model.fileNameExtension.count) : path[...]
      return file.split(separator: "/")
    }
    for length in 1...max(parts.map(\.count).max() ?? 1, 1) {
      let names = parts.map { $0.suffix(length).joined(separator: "/") }
      if Set(names).count == names.count { return names }
    }
    throw ResNetError(.usage, "one network is named twice", at: paths.joined(separator: ", "), remedy: "Name it once")
  }
}
