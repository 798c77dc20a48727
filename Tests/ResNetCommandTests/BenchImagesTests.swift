import ArgumentParser
import Foundation
import Testing

@testable import ResNetCommand

/// `resnet bench images`, with a peer that is a script of a few lines.
@Suite struct BenchImagesTests {
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try folder.write(Array("P6 30 20 255\n".utf8) + Array(repeating: 7, count: 1800), to: "photos/\(name).ppm")
    }
    let python = "#!/bin/sh\nexec /bin/sh \"$@\"\n"
    try folder.write(Array(python.utf8), to: "home/bin/python")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.path + "/home/bin/python")
    for file in ["home/ready", "peers/requirements.txt"] { try folder.write(Array("nothing==1.0\n".utf8), to: file) }
    try folder.write([], to: "peers/measure")
    return folder
  }

  private func bench(_ arguments: String..., in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(
      ["bench", "images", "--size", "16", "--seconds", "0"] + arguments,
      environment: ["RESNET_PEERS_HOME": folder.path + "/home"], in: folder.path)
  }

  @Test("Every thread prepares a picture at least, and the rate is told in a line or as JSON")
  func alone() throws {
    let folder = try folder()
    let text = try bench("--data", "photos", "--threads", "1", in: folder)
    #expect(text.status == 0 && text.errors.isEmpty, "\(text.errors)")
    #expect(text.output.contains(" pictures/s to 16×16, 1 thread · "))
    let json = try bench("--data", "photos", "--threads", "3", "--json", in: folder)
    let rate = try JSONDecoder().decode(PictureRate.self, from: Data(json.output.utf8))
    #expect(rate.work == PictureWork(data: "photos", size: 16, threads: 3, augments: false))
    #expect(rate.pictures >= 3 && rate.imagesPerSecond > 0 && rate.peakMemoryMiB > 1)
  }

  @Test("Torchvision is told the same work, and both are measured in turn")
  func comparison() throws {
    let folder = try folder()
    let script = """
      echo "$@" >> "${0%/*}/calls"
      echo '{"imagesPerSecond": 2.0, "peakMemoryMiB": 3, "versions": {"torchvision": "9.9"}}'
      """
    try folder.write(Array(script.utf8), to: "peers/measure-pictures")
    let arguments = ["--data", "photos", "--threads", "1", "--against", "torchvision", "--peers", "peers"]
    let text = try Tool.run(
      ["bench", "images", "--size", "224", "--seconds", "0", "--rounds", "2"] + arguments,
      environment: ["RESNET_PEERS_HOME": folder.path + "/home"], in: folder.path)
    #expect(text.status == 0, "\(text.errors)")
    let call = "photos --size 224 --resize 256 --threads 1 --seconds 0.0\n"
    #expect(try String(contentsOfFile: folder.path + "/peers/calls", encoding: .utf8) == call + call)
    let lines = text.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 } && lines[0] == "pictures to 224×224, 1 thread, medians of 2 rounds")
    #expect(text.output.contains("torchvision 9.9") && text.output.contains("torchvision and Pillow  "))
    #expect(lines.last?.hasSuffix(" × as fast as torchvision and Pillow") == true)
    let json = try bench(
      "--data", "photos", "--against", "torchvision", "--peers", "peers", "--rounds", "1", "--json", in: folder)
    let comparison = try JSONDecoder().decode(PictureComparison.self, from: Data(json.output.utf8))
    #expect(comparison.theirs.runs == [2] && comparison.ratio == comparison.ours.imagesPerSecond / 2)
  }

  @Test("A picture that is none, a folder without any, and a peer that fails end it with their reasons")
  func failures() throws {
    let folder = try folder()
    let failing = try bench(
      "--data", "photos", "--against", "torchvision", "--peers", "peers", "--rounds", "1", in: folder)
    #expect(failing.status == 69 && failing.errors.contains("torchvision and Pillow failed"), "\(failing.errors)")
    try folder.write([1, 2, 3], to: "photos/c.jpg")
    let broken = try bench("--data", "photos", in: folder)
    #expect(broken.status == 65 && broken.errors.hasPrefix("error: photos/c.jpg: "), "\(broken.errors)")
    let empty = try bench("--data", "peers", in: folder)
    #expect(empty.status == 65 && empty.errors.contains("there are no pictures"), "\(empty.errors)")
  }

  @Test(
    "Numbers that make no sense are refused",
    arguments: [
      ["--size", "0"], ["--threads", "0"], ["--seconds=-1"], ["--rounds", "0"], ["--peers", "x"],
      ["--against", "torch"],
    ])
  func refusals(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try ResNetCommand.parseAsRoot(["bench", "images", "--data", "x"] + arguments) }
  }
}
