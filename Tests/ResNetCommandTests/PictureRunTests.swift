import Foundation
import ResNet
import Testing

/// Runs whose pictures break, go and change between their sittings.
@Suite struct PictureRunTests {
  private func resume(_ options: String, in folder: TemporaryFolder) throws -> Tool.Result {
    try runTool("train --resume run --threads 1 " + options, in: folder)
  }

  @Test(
    "What a run was told to do about broken pictures it does again, and lets no others in",
    arguments: ["skip", "replace"])
  func recorded(_ broken: String) throws {
    let folder = try photographs()
    #expect(try runTool(trainingOnPhotographs + " --broken " + broken, in: folder).status == 0)
    try folder.write([1, 2, 3], to: "photos/train/ant/1.ppm")
    let ended = try resume("", in: folder)
    #expect(
      ended.status == 64 && ended.errors.contains("let the run last longer too, with --extend and more --epochs"),
      "\(ended.errors)")
    let broke = try resume("--extend --epochs 2", in: folder)
    #expect(broke.status == 0 && broke.errors.contains("note: the training images are others"), "\(broke.errors)")
    try FileManager.default.removeItem(atPath: folder.path + "/photos/train/bee/1.ppm")
    // Three epochs of fewer batches would be as many steps as are made.
    let gone = try resume("--extend --epochs 4", in: folder)
    #expect(gone.status == 0 && gone.errors.contains("class 'bee' has 5, before 6"), "\(gone.errors)")
    // The same names and lengths, and fewer: that folder was not copied whole.
    try writePhotographs(to: folder, in: "other/train", count: 3, seed: 7)
    try writePhotographs(to: folder, in: "other/test", count: 2, seed: 8)
    for options in ["", " --broken skip", " --broken replace"] {
      let other = try resume("--extend --epochs 5 --data other" + options, in: folder)
      #expect(other.status == 64 && other.errors.contains("or --override to go on with those"), "\(other.errors)")
    }
    try FileManager.default.removeItem(atPath: folder.path + "/photos/test")
    let untested = try resume("--extend --epochs 5 --broken \(broken)", in: folder)
    #expect(
      untested.status == 64 && untested.errors.contains("there are no test images any more")
        && untested.errors.contains("--override"), "\(untested.errors)")
  }

  @Test("Images in memory are no pictures that may go")
  func arrays() throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder, in: "cifar")
    let trained = try runTool(
      "train --network resnet8 --data cifar --output run --epochs 1 --batch 4 --threads 1", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    let refused = try resume("--broken skip --extend --epochs 2 --data generated", in: folder)
    #expect(refused.status == 64 && refused.errors.contains("images are others than before"), "\(refused.errors)")
  }

  @Test("Where images are held out, a broken picture is replaced, so that the same ones stay held out")
  func heldOut() throws {
    let folder = try photographs()
    #expect(try runTool(trainingOnPhotographs + " --validation 4", in: folder).status == 0)
    for name in ["ant", "bee"] { try folder.write([1, 2, 3], to: "photos/train/\(name)/1.ppm") }
    let told = try resume("--extend --epochs 2", in: folder)
    #expect(told.status == 64 && told.errors.contains("or --broken replace to go on without"), "\(told.errors)")
    let skipped = try resume("--extend --epochs 2 --broken skip", in: folder)
    #expect(skipped.status == 64 && skipped.errors.contains("--override"), "\(skipped.errors)")
    let replaced = try resume("--extend --epochs 2 --broken replace", in: folder)
    #expect(replaced.status == 0, "\(replaced.errors)")
  }

  @Test("A file whose name is not UTF-8 is told as that, and left out where that is asked for")
  func nameless() throws {
    let folder = try photographs()
    try folder.writeNameless("photos/train/ant/0.ppm", to: "photos/train/ant/?.ppm")
    let stopped = try runTool(trainingOnPhotographs, in: folder)
    let refusal = "photos/train/ant/\u{FFFD}.ppm: its name is not UTF-8. Rename it; --broken replace or skip goes on"
    #expect(stopped.status == 65 && stopped.errors.contains(refusal), "\(stopped.errors)")
    let checked = try runTool("check-data photos", in: folder)
    #expect(
      checked.status == 65 && checked.output.contains("  train/ant/\u{FFFD}.ppm: its name is not UTF-8\n"),
      "\(checked.output)")
    let skipped = try runTool(trainingOnPhotographs + " --broken skip", in: folder)
    #expect(skipped.status == 0 && skipped.output.contains("(12 images)"), "\(skipped.errors)")
  }

  @Test("What would stop training is told whole, in as many lines as it needs")
  func wrappedProblems() throws {
    let folder = try TemporaryFolder()
    try writePhotographs(to: folder, in: "unread/test", count: 2)
    for file in ["ant/1.gif", "bee/2.heic"] { try folder.write([1], to: "unread/train/" + file) }
    let checked = try runTool("check-data unread", in: folder)
    #expect(
      checked.status == 65
        && checked.output.hasSuffix(
          "\n  there are no pictures in the training images: 2 GIF and HEIC files are not\n    read\n"),
      "\(checked.output)")
  }
}
