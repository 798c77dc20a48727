import Foundation
import ResNetCore
import ResNetImages
import Testing

@testable import ResNetData

/// Three classes, and in two of them a file that is no picture; one of them has a sound header.
private func brokenFolder() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  try folder.writePictures(threeClasses)
  try folder.write("no picture", to: "ant/1x.jpg")
  try folder.write(Array(ppm(20, 20, seed: 1).dropLast()), to: "cat/0x.ppm")
  return folder
}

private func open(_ folder: TemporaryFolder, _ broken: ImageFolderOptions.Broken) throws -> DataSet {
  try DataSet.open(folder.path, pictures: ImageFolderOptions(broken: broken)).requireTraining()
}

private func images(_ set: DataSet, threads: Int = 2, seed: UInt64 = 1, epoch: Int = 0) throws -> [UInt32] {
  let loader = try Loader(
    set, preprocessing: small(), batchSize: 3, order: .sequential, seed: seed, threads: threads)
  let batches = loader.epoch(epoch)
  var result: [UInt32] = []
  while let batch = try batches.next() { result += batch.images.map(\.bitPattern) }
  return result
}

@Suite struct BrokenPictureTests {
  @Test("Where nothing else is said, a broken file ends the epoch with an error that names it", arguments: [0, 1, 4])
  func fail(threads: Int) throws {
    let folder = try brokenFolder()
    let set = try open(folder, .fail)
    #expect(set.count == 14 && set.brokenPictures.isEmpty)
    // The first one in order, whichever thread meets which first.
    let error = #expect(throws: ResNetError.self) { try images(set, threads: threads) }
    #expect(error?.place == folder.path + "/ant/1x.jpg" && error?.code == .data)
    #expect(DataSet.notesOnBroken(in: [set]).isEmpty)
  }

  @Test("Broken files are left out before anything is counted, and told with their reasons")
  func skip() throws {
    let folder = try brokenFolder()
    let set = try open(folder, .skip)
    #expect(set.count == 12)
    #expect(set.brokenPictures.map(\.path) == [folder.path + "/ant/1x.jpg", folder.path + "/cat/0x.ppm"])
    let sound = try TemporaryFolder()
    try sound.writePictures(threeClasses)
    #expect(try images(set) == images(open(sound, .fail)))
    #expect(try set.contentHash() == open(sound, .fail).contentHash())
    let notes = DataSet.notesOnBroken(in: [set, set.subset([0], name: "part")])
    #expect(notes.count == 3 && notes[0] == "2 files in \(folder.path) that cannot be read were left out")
    #expect(notes[1].hasPrefix(folder.path + "/ant/1x.jpg: the file is no picture"))
  }

  @Test("A class of which nothing is left is refused")
  func skippedClass() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    try folder.write("", to: "dog/0.ppm")
    let error = try refusal(folder.path, ImageFolderOptions(broken: .skip))
    #expect(error.message == "there are no pictures that can be read of class 'dog'")
  }

  @Test("A broken picture is replaced by one of its class: a function of seed and epoch, whatever the threads")
  func replace() throws {
    let folder = try brokenFolder()
    let set = try open(folder, .replace)
    #expect(set.count == 14 && set.brokenPictures.isEmpty)
    let first = try images(set, threads: 0)
    for threads in [1, 2, 5] { #expect(try images(set, threads: threads) == first) }
    #expect(set.brokenPictures.map(\.path) == [folder.path + "/ant/1x.jpg", folder.path + "/cat/0x.ppm"])
    #expect(set.brokenPictures.allSatisfy { !$0.reason.isEmpty })
    #expect(DataSet.notesOnBroken(in: [set])[0].hasSuffix("were replaced by others of the same class"))
    // Which picture it is: one of the class's others.
    let size = first.count / 14
    func image(_ images: [UInt32], _ number: Int) -> [UInt32] { Array(images[number * size..<(number + 1) * size]) }
    var chosen: Set<[UInt32]> = []
    for epoch in 0..<20 { chosen.insert(image(try images(set, epoch: epoch), 2)) }
    let others = Set([0, 1, 3, 4].map { image(first, $0) })
    #expect(chosen.count > 1 && chosen.isSubset(of: others))
    var seeds: Set<[UInt32]> = []
    for seed in 0..<20 { seeds.insert(image(try images(set, seed: UInt64(seed)), 2)) }
    #expect(seeds.count > 1)
  }

  @Test("Where no picture of a class can be read, there is nothing to replace one by")
  func nothingLeft() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    for number in 0..<3 { try folder.write("x", to: "bee/\(number).ppm") }
    let set = try open(folder, .replace)
    let error = #expect(throws: ResNetError.self) { try images(set) }
    #expect(
      error?.message.hasSuffix("and no other picture of class 'bee' can be read") == true,
      "\(String(describing: error))")
    #expect(error?.place == folder.path + "/bee/0.ppm")
    #expect(set.brokenPictures.count == 3)
  }

  @Test("A file that cannot be read through no fault of its own ends the work, whatever becomes of broken ones")
  func barred() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    // Links that lead to one another are no damage to a picture: opening one is the system's error.
    try folder.link("bee/loop.ppm", to: "loop.ppm")
    let skipping = try refusal(folder.path, ImageFolderOptions(broken: .skip))
    #expect(skipping.code == .inputOutput && skipping.place == folder.path + "/bee/loop.ppm")
    let replacing = try open(folder, .replace)
    let error = try #require(throws: ResNetError.self) { try images(replacing) }
    #expect(error == skipping && replacing.brokenPictures.isEmpty)
    // Nor does one take the place of another.
    try folder.write("x", to: "bee/0.ppm")
    for number in 1..<3 { try folder.remove("bee/\(number).ppm") }
    #expect(try #require(throws: ResNetError.self) { try images(open(folder, .replace)) } == skipping)
    let failing = try #require(throws: ResNetError.self) { try images(open(folder, .fail)) }
    #expect(failing.place == folder.path + "/bee/0.ppm" && failing.remedy.contains("--broken replace or skip"))
    try folder.write(ppm(9, 9, seed: 1), to: "bee/0.ppm")
    #expect(try #require(throws: ResNetError.self) { try images(open(folder, .fail)) } == skipping)
    for broken in [ImageFolderOptions.Broken.skip, .replace] {
      let check = try DataCheck(of: folder.path, pictures: ImageFolderOptions(broken: broken))
      #expect(check.problems == ["1 file cannot be opened, which is not for --broken to mend"])
      #expect(check.broken.map(\.path) == ["bee/loop.ppm"])
    }
    #expect(try DataCheck(of: folder.path).problems == ["1 file cannot be read"])
  }

  @Test("What else can be done about a file is what can be: by what became of it, and by what was asked for")
  func remedies() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    for broken in [ImageFolderOptions.Broken.fail, .skip, .replace] {
      let set = try open(folder, broken)
      try folder.write(Array(ppm(9, 8, seed: 0).dropLast()), to: "ant/0.ppm")
      let loaded = Result { try images(set) }
      if broken == .replace {
        #expect((try? loaded.get()) != nil)
      } else {
        let error = try #require(throws: ResNetError.self) { try loaded.get() }
        #expect(error.message == "the picture's file ends too early", "\(error)")
        #expect(
          error.remedy.contains("--broken replace or skip goes on") == (broken == .fail)
            && error.remedy.contains("check-data") == (broken == .fail), "\(error)")
        #expect(error.remedy.hasSuffix("and is left out from the next time on") == (broken == .skip), "\(error)")
      }
      // A file that is gone can be told by nobody.
      try folder.remove("ant/0.ppm")
      let again = Result { try images(set) }
      if broken == .replace {
        #expect((try? again.get()) != nil)
      } else {
        let error = try #require(throws: ResNetError.self) { try again.get() }
        #expect(
          error.code == .data && error.message.hasPrefix("the file is gone")
            && error.place?.hasSuffix("ant/0.ppm") == true)
        #expect(error.remedy == "Put it back, or begin again with those that are there")
      }
      try folder.write(ppm(9, 8, seed: 0), to: "ant/0.ppm")
    }
    // A link that leads nowhere is there.
    try folder.link("ant/x.ppm", to: "missing")
    let error = try #require(throws: ResNetError.self) { try images(open(folder, .fail)) }
    #expect(error.message.hasPrefix("cannot be read") && error.remedy.contains("check-data"), "\(error)")
    #expect(try DataCheck(of: folder.path).broken.map(\.path) == ["ant/x.ppm"])
  }

  @Test("Of many broken files some are told by name")
  func many() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    for number in 0..<25 { try folder.write("x", to: "ant/x\(number).png") }
    let notes = DataSet.notesOnBroken(in: [try open(folder, .skip)])
    #expect(notes.count == 22 && notes.last == "… and 5 more: 'resnet check-data' lists all")
  }
}
