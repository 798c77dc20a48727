import Foundation
import ResNet
import ResNetData
import ResNetFiles

/// The pictures that arguments mean.
enum PictureArguments {
  /// What stands for standard input.
  static let standardInput = "-"

  /// Files as they are given, the pictures in folders, and one picture from standard input.
  ///
  /// - Parameter keepsEmptyFolders: whether a folder without pictures is a source that cannot be read.
  /// - Throws: `ResNetError` of code `data` where a folder holds no pictures, `usage` where standard input is to be read
  ///   twice, `inputOutput` where a folder or standard input cannot be read.
  static func sources(_ arguments: [String], keepsEmptyFolders: Bool = false) throws -> [ImageSource] {
    guard arguments.filter({ $0 == standardInput }).count < 2 else {
      throw ResNetError(.usage, "standard input holds one picture", at: standardInput, remedy: "Give it once")
    }
    return try arguments.flatMap { argument -> [ImageSource] in
      if argument == standardInput { return [.bytes(try readStandardInput(), named: standardInput)] }
      // What is not there is a picture that cannot be read, as any other.
      guard isFolder(argument) else { return [.file(argument)] }
      do {
        return try pictures(in: argument).map(ImageSource.file)
      } catch let error as ResNetError where keepsEmptyFolders && error.code == .data {
        return [.file(argument)]
      }
    }
  }

  /// The pictures in a folder and in those below it, by their extensions, in the order of their paths; what is hidden is
  /// left out.
  ///
  /// - Throws: `ResNetError` of code `data` where there are none, `inputOutput` where a folder cannot be read.
  static func pictures(in folder: String) throws -> [String] {
    let found = try PictureTree.files(of: folder).map { folder + (folder.hasSuffix("/") ? "" : "/") + $0.path }
    let unread = PictureTree.refusal(try PictureTree.otherPictures(of: folder).map(\.path))
    guard !found.isEmpty else {
      if let unread {
        throw ResNetError(
          .data, "there are no pictures of a kind that is read: \(unread)", at: folder,
          remedy: "Save them as JPEG or PNG")
      }
      throw ResNetError(
        .data, "there are no pictures in this folder", at: folder,
        remedy: "Give a folder with files that end in \(ImageFormat.fileExtensions.sorted().joined(separator: ", "))")
    }
    if let unread { Terminal.note("note: \(cell(folder)): \(unread)") }
    return found
  }

  private static func readStandardInput() throws -> [UInt8] {
    do {
      let limit = Image.maximumFileSize
      var bytes: [UInt8] = []
      while let part = try FileHandle.standardInput.read(upToCount: 1 << 20), !part.isEmpty {
        bytes += part
        guard bytes.count <= limit else {
          throw ResNetError(
            .data, "it has more than \(limit) bytes", at: "standard input", remedy: "Give the right file")
        }
      }
      return bytes
    } catch let error as ResNetError {
      throw error
    } catch {
      throw ResNetError(.inputOutput, "it cannot be read", at: "standard input", remedy: "Give a file")
    }
  }
}
