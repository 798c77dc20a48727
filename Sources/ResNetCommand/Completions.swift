import ArgumentParser
import Foundation
import ResNet

extension CompletionKind {
  /// The names of the catalogue.
  static let networks = CompletionKind.list(Architecture.catalogue.map(\.name))

  /// The folder of a run, or a model's file.
  static let models = CompletionKind.file(extensions: ["safetensors"])

  /// The named recipes, and the JSON files in the folder that was typed so far.
  static let recipes = CompletionKind.custom { _, _, prefix in
    let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return Recipe.all.map(\.name) + files.filter { $0.hasSuffix(".json") }.sorted().map { folder + $0 }
  }
}
