import Foundation
import ResNetCore
import ResNetImages
import Testing

@testable import ResNetData

@Suite struct ImageFolderTests {
  /// What `Scripts/fixtures/make_image_folder.py` wrote.
  private struct Listing: Decodable {
    var made: [String]
    var classes: [String]
    var files: [String]

    init() throws {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/images/folder.json")
      self = try JSONDecoder().decode(Listing.self, from: Data(contentsOf: file))
    }
  }

  @Test("Classes and files are in Python's order, whatever their names are made of")
  func order() throws {
    let expected = try Listing()
    let folder = try TemporaryFolder()
    for path in expected.made { try folder.write("", to: path) }
    let listing = try ClassFolders(folder.path)
    func bytes(_ names: [String]) -> [[UInt8]] { names.map { Array($0.utf8) } }
    #expect(bytes(listing.classes.map(\.name)) == bytes(expected.classes))
    #expect(bytes(listing.classes.flatMap(\.files).map(\.path)) == bytes(expected.files))
    // Two spellings of the same accent are two classes.
    let set = try #require(try DataSet.open(folder.path).training)
    #expect(set.classCount == expected.classes.count && set.count == expected.files.count)
    #expect(Set(set.labels).count == expected.classes.count)
  }

  @Test("Parts whose names begin with a capital are refused, and not one of them taken for all")
  func capitals() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses, in: "Train")
    try folder.writePictures(threeClasses, in: "Test")
    #expect { try DataSet.open(folder.path) } throws: { error in
      (error as? ResNetError)?.code == .data && "\(error)".contains("Call the folders of the parts train, val and test")
    }
  }

  @Test("Parts are found by their folders' names, and a folder of classes alone is one part for everything")
  func layouts() throws {
    func splits(_ places: [String]) throws -> (DataSplits, TemporaryFolder) {
      let folder = try TemporaryFolder()
      for place in places { try folder.writePictures(threeClasses, in: place) }
      return (try DataSet.open(folder.path), folder)
    }
    let (both, _) = try splits(["train", "test"])
    #expect(both.training?.count == 12 && both.test?.count == 12 && both.validation == nil)
    #expect(both.training?.name == both.name + " training" && both.test?.name == both.name + " test")
    #expect(try both.requireTest().name == both.test?.name)
    let (all, _) = try splits(["train", "val", "test", "raw"])
    #expect(all.validation?.name == all.name + " validation" && all.training?.classNames == ["ant", "bee", "cat"])
    #expect(try all.requireTest().name == all.name + " test")
    for name in ["val", "valid", "validation"] {
      let (some, _) = try splits(["train", name])
      #expect(some.test == nil && some.validation?.count == 12)
      #expect(try some.requireTest().name == some.name + " validation")
    }
    let (tested, _) = try splits(["test"])
    #expect(throws: ResNetError.self) { try tested.requireTraining() }
    let (trained, trainedFolder) = try splits(["train"])
    let untested = try #require(throws: ResNetError.self) { try trained.requireTest() }
    #expect(untested.code == .data && untested.remedy.contains("give the folder train itself"))
    #expect(try DataSet.open(trainedFolder.path + "/train").requireTest().count == 12)
    let (whole, folder) = try splits([""])
    #expect(whole.test == nil && whole.validation == nil && whole.name == whole.training?.name)
    #expect(try whole.requireTraining().contentHash() == whole.requireTest().contentHash())
    #expect(whole.training?.path(at: 4) == folder.path + "/bee/0.ppm")
    #expect(both.training?.imageShape == nil)
    #expect("\(try whole.requireTraining())".hasSuffix("(12 pictures, 3 classes)"))
  }

  @Test("A class may be called train, where others are not parts")
  func classCalledTrain() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures([("car", 2), ("plane", 2), ("train", 2)])
    #expect(try DataSet.open(folder.path).training?.classNames == ["car", "plane", "train"])
    // Where there is nothing else, it is more likely that the classes were forgotten.
    let other = try TemporaryFolder()
    try other.writePictures([("test", 2), ("train", 2)])
    let error = try refusal(other.path)
    #expect(error.message == "there are no folders of classes" && error.place == other.path + "/train")
  }

  @Test("A folder whose name is not UTF-8 is refused instead of left out, and files with such names are no matter")
  func namelessFolder() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    try folder.makeNameless(in: "ant")
    #expect(try DataSet.open(folder.path).training?.count == 12)
    try folder.makeNameless(in: "", isFolder: true)
    let error = try refusal(folder.path)
    #expect(error.code == .data && error.message == "it holds a folder whose name is not UTF-8")
    #expect(error.place == folder.path)
  }

  @Test("Folders that links lead to from one another are refused before all ways through them are walked")
  func maze() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures([("maze", 1)])
    for name in 0..<9 {
      try folder.write(ppm(2, 2, seed: UInt64(name)), to: "maze/\(name)/0.ppm")
      for other in 0..<9 { try folder.link("maze/\(name)/to\(other)", to: "../\(other)") }
    }
    let error = try refusal(folder.path)
    #expect(error.code == .data && error.place == folder.path + "/maze")
    #expect(error.message == "links in it lead to its folders again and again")
  }

  @Test("Names that begin with a dot and files of other kinds are left out")
  func hidden() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    for file in [
      ".thumbnails/0.ppm", "ant/.0.ppm", "ant/.hidden/0.ppm", "ant/notes.txt", "bee/0.ppm.part", "bee/ppm", "0.ppm",
    ] {
      try folder.write("x", to: file)
    }
    try folder.write(ppm(4, 4, seed: 1), to: "cat/a.b/C.JPEG")
    let set = try DataSet.open(folder.path).requireTraining()
    #expect(set.count == 13 && set.classNames == ["ant", "bee", "cat"])
    #expect(paths(set).contains("cat/a.b/C.JPEG"))
  }

  @Test("An empty class is refused by its name, unless that is allowed")
  func emptyClass() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    try folder.makeFolder("bat")
    let error = try refusal(folder.path)
    #expect(error.code == .data && error.message == "there are no pictures of class 'bat'")
    #expect(error.remedy.hasSuffix("or give --allow-empty-classes"))
    let set = try DataSet.open(folder.path, pictures: ImageFolderOptions(allowsEmptyClasses: true)).requireTraining()
    #expect(set.classNames == ["ant", "bat", "bee", "cat"] && Set(set.labels) == [0, 2, 3])
    let empty = try TemporaryFolder()
    for name in "abcdef" { try empty.makeFolder("train/\(name)") }
    for options in [ImageFolderOptions(), ImageFolderOptions(allowsEmptyClasses: true)] {
      let error = try refusal(empty.path, options)
      #expect(error.message == "there are no pictures of 6 classes: 'a', 'b', 'c', 'd', 'e', …")
      #expect(error.remedy == "Put pictures into the folders")
    }
  }

  @Test("Classes have the names that are given, one for each folder")
  func classNames() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    let set = try DataSet.open(folder.path, pictures: ImageFolderOptions(classNames: ["A", "B", "C"])).training
    #expect(set?.classNames == ["A", "B", "C"])
    let error = try refusal(folder.path, ImageFolderOptions(classNames: ["A", "B"]))
    #expect(error.message == "there are 3 classes and 2 names for them")
  }

  @Test("Parts must have the same classes; a missing one counts as empty where that is allowed")
  func differentClasses() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses, in: "train")
    try folder.writePictures([("ant", 1), ("cat", 1)], in: "test")
    let missing = try refusal(folder.path)
    #expect(missing.place == folder.path + "/test")
    #expect(missing.message == "class 'bee' is missing, which \(folder.path)/train has")
    let allowed = ImageFolderOptions(allowsEmptyClasses: true)
    let splits = try DataSet.open(folder.path, pictures: allowed)
    #expect(splits.test?.labels == [0, 2] && splits.test?.classNames == ["ant", "bee", "cat"])
    try folder.writePictures([("dog", 1)], in: "test")
    for options in [allowed, ImageFolderOptions()] {
      let unknown = try refusal(folder.path, options)
      #expect(unknown.place == folder.path + "/train" && unknown.message.contains("class 'dog' is missing"))
    }
  }

  @Test("Links are followed, but not round and round", .timeLimit(.minutes(1)))
  func links() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses, in: "here")
    try folder.write(ppm(3, 3, seed: 5), to: "there/dog/1.ppm")
    try folder.link("here/dog", to: "../there/dog")
    try folder.link("here/cat/round", to: "..")
    try folder.link("here/cat/self", to: ".")
    try folder.link("here/bee/other", to: "../ant")
    try folder.link("here/bee/9.ppm", to: "../ant/0.ppm")
    try folder.link("here/ant/nowhere.ppm", to: "missing")
    let set = try DataSet.open(folder.path + "/here").requireTraining()
    #expect(set.classNames == ["ant", "bee", "cat", "dog"])
    let found = paths(set)
    #expect(found.filter { $0.hasPrefix("bee/") }.count == 3 + 1 + 5 && found.contains("dog/1.ppm"))
    #expect(!found.contains { $0.contains("round") || $0.contains("self") })
    #expect(found.contains("ant/nowhere.ppm"))
  }

  @Test("Subsets and splits hold the right pictures, and the hash tells sets apart but not where they lie")
  func identity() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses, in: "here")
    try folder.writePictures(threeClasses, in: "there")
    func open(_ place: String) throws -> DataSet { try DataSet.open(folder.path + "/" + place).requireTraining() }
    let set = try open("here")
    #expect(try open("there").contentHash() == set.contentHash())
    let part = set.subset([8, 1], name: "part").subset([1, 0], name: "inner")
    #expect(part.labels == [0, 2] && paths(part) == ["ant/1.ppm", "cat/1.ppm"])
    #expect(part.contentHash() != set.contentHash())
    let (training, validation) = try set.split(validation: 5, seed: 1)
    #expect(Set(paths(training)).union(paths(validation)) == Set(paths(set)) && training.count == 7)
    #expect(try set.split(validation: 5, seed: 2).validation.contentHash() != validation.contentHash())
    try folder.write(ppm(30, 30, seed: 3), to: "there/ant/0.ppm")
    #expect(try open("there").contentHash() != set.contentHash())
    try folder.writePictures(threeClasses, in: "there")
    #expect(try open("there").contentHash() == set.contentHash())
    try FileManager.default.moveItem(
      atPath: folder.path + "/there/ant/0.ppm", toPath: folder.path + "/there/bee/00.ppm")
    #expect(try open("there").contentHash() != set.contentHash())
  }

  @Test("A folder without classes, and one above a data set, are refused with what to give instead")
  func unknown() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses, in: "photos")
    #expect(try refusal(folder.path).remedy == "Give \(folder.path)/photos")
    #expect(try refusal(folder.path + "/photos/ant").message == "its pictures have no classes")
    #expect(throws: ResNetError.self) { try FolderEntry.visible(in: folder.path + "/nowhere") }
  }

  @Test("Means are not measured on pictures, and a set has as many pictures as labels, at least one")
  func misuse() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    let set = try DataSet.open(folder.path).requireTraining()
    for measure in [Preprocessing.perChannel, Preprocessing.perPixel] {
      let error = #expect(throws: ResNetError.self) { _ = try measure(set) }
      #expect(error?.code == .usage && error?.message == "means are not measured on pictures")
    }
    func make(_ paths: [String], _ labels: [Int32]) throws -> DataSet {
      let files = PictureFiles(
        folder: ".", paths: paths, lengths: paths.map { _ in 1 }, options: ImageFolderOptions())
      return try DataSet(name: "x", files: files, labels: labels, classNames: ["a"])
    }
    #expect(throws: Never.self) { try make(["a"], [0]) }
    for (paths, labels) in [([], []), (["a"], [0, 0]), (["a"], [1])] as [([String], [Int32])] {
      #expect(throws: ResNetError.self) { try make(paths, labels) }
    }
  }
}
