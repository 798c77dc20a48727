import Foundation
import ResNetCore
import ResNetImages
import ResNetTesting
import Testing

@testable import ResNetData

@Suite struct DataCheckTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/images").path

  private func copy(_ fixture: String, to folder: TemporaryFolder, _ file: String) throws {
    try folder.write([UInt8](Data(contentsOf: URL(fileURLWithPath: Self.fixtures + "/" + fixture))), to: file)
  }

  @Test("A sound folder has its numbers, and nothing that would stop training")
  func sound() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses, in: "train")
    try folder.writePictures(threeClasses, in: "test", seed: 1)
    let check = try DataCheck(of: folder.path)
    #expect(check.classes == ["ant", "bee", "cat"] && check.parts.map(\.name) == ["training", "test"])
    #expect(check.parts[0].classes == [4, 3, 5] && check.parts[0].images == 12)
    #expect(check.imbalance == 5.0 / 3)
    let sizes = try [0, 1].flatMap { part in
      try (0..<12).map { position -> ImageSize in
        let splits = try DataSet.open(folder.path)
        let set = try #require(part == 0 ? splits.training : splits.test)
        return try Image(contentsOf: #require(set.path(at: position))).size
      }
    }
    #expect(check.widths?.least == sizes.map(\.width).min() && check.widths?.greatest == sizes.map(\.width).max())
    #expect(check.heights?.median == sizes.map(\.height).sorted()[11])
    #expect(check.formats == [DataCheck.Kind(name: "Netpbm", images: 24)])
    #expect(check.broken.isEmpty && check.otherColors.isEmpty && check.transparent == 0 && check.rotated == 0)
    #expect(check.sharedAcrossParts.isEmpty && check.repeatedWithinParts == 0 && check.problems.isEmpty)
    #expect(try JSONDecoder().decode(DataCheck.self, from: JSONEncoder().encode(check)) == check)
  }

  @Test("What is odd about pictures is counted, and broken ones are told with their reasons")
  func odd() throws {
    let folder = try TemporaryFolder()
    for (fixture, name) in [
      ("orientation-1.jpg", "upright"), ("orientation-6.jpg", "turned"), ("orientation-8.webp", "turned too"),
      ("cmyk.jpg", "inks"), ("grey.png", "grey"), ("palette-transparent.png", "palette"), ("grey-alpha.png", "alpha"),
    ] {
      try copy(fixture, to: folder, "train/a/\(name).png")
    }
    try folder.writePictures([("b", 2)], in: "train")
    try folder.write("", to: "train/b/empty.jpg")
    try folder.write("text", to: "train/b/text.jpg")
    try folder.write(Array(ppm(9, 9, seed: 1).prefix(50)), to: "train/b/short.ppm")
    try folder.link("train/b/nowhere.ppm", to: "missing")
    try folder.makeFolder("train/b/folder.png")
    let check = try DataCheck(of: folder.path)
    #expect(check.rotated == 2 && check.transparent == 2)
    #expect(
      Dictionary(uniqueKeysWithValues: check.otherColors.map { ($0.name, $0.images) }) == [
        "grey": 2, "palette": 1, "CMYK": 1,
      ])
    #expect(
      check.broken.map(\.path)
        == ["empty", "nowhere", "short", "text"].map { name in
          "train/b/" + name + (name == "short" || name == "nowhere" ? ".ppm" : ".jpg")
        })
    #expect(check.broken[0].reason == "the file is empty" && check.broken.allSatisfy { !$0.reason.isEmpty })
    #expect(check.problems == ["4 files cannot be read"])
    #expect(check.parts[0].classes == [7, 6])
    for broken in [ImageFolderOptions.Broken.skip, .replace] {
      #expect(try DataCheck(of: folder.path, pictures: ImageFolderOptions(broken: broken)).problems.isEmpty)
    }
  }

  @Test("Copies are found by their bytes, across parts and within one")
  func copies() throws {
    let folder = try TemporaryFolder()
    let file = ppm(9, 9, seed: 1)
    for path in ["train/a/1.ppm", "train/a/2.ppm", "train/b/3.ppm", "test/a/4.ppm"] { try folder.write(file, to: path) }
    try folder.write(ppm(9, 9, seed: 2), to: "test/b/5.ppm")
    try folder.write(ppm(9, 9, seed: 2), to: "test/b/6.ppm")
    let check = try DataCheck(of: folder.path)
    #expect(check.sharedAcrossParts == [["train/a/1.ppm", "train/a/2.ppm", "train/b/3.ppm", "test/a/4.ppm"]])
    #expect(check.repeatedWithinParts == 3)
    #expect(check.problems.isEmpty)
  }

  @Test("Whatever opening would refuse is a problem, and nothing else is")
  func problems() throws {
    let folder = try TemporaryFolder()
    func check(_ options: ImageFolderOptions = ImageFolderOptions()) throws -> [String] {
      let problems = try DataCheck(of: folder.path, pictures: options).problems
      let opened = Result { try DataSet.open(folder.path, pictures: options).requireTraining() }
      #expect(problems.isEmpty == ((try? opened.get()) != nil), "\(problems) \(opened)")
      return problems
    }
    let allowed = ImageFolderOptions(allowsEmptyClasses: true)
    try folder.writePictures(threeClasses, in: "test")
    #expect(try check() == ["there are no training images"])
    try folder.makeFolder("train")
    #expect(try check().first == "there are no pictures in the training images")
    try folder.writePictures([("ant", 1), ("bee", 1)], in: "train")
    #expect(try check() == ["class 'cat' is missing in the training images"])
    #expect(try check(allowed).count == 1)
    try folder.makeFolder("train/cat")
    try folder.writePictures([("dog", 1)], in: "train")
    #expect(
      try check() == [
        "class 'cat' is empty in the training images", "class 'dog' is missing in the test images",
      ])
    #expect(try check(allowed).isEmpty)
    #expect(
      try check(ImageFolderOptions(classNames: ["x"], allowsEmptyClasses: true)) == [
        "there are 4 classes and 1 names for them"
      ])
    let named = ImageFolderOptions(classNames: ["w", "x", "y", "z"], allowsEmptyClasses: true)
    #expect(try DataCheck(of: folder.path, pictures: named).classes == ["w", "x", "y", "z"])
  }

  @Test("Pictures of kinds that are not read are told, and no other files, whatever the case of their names")
  func passedOver() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses, in: "train")
    try folder.writePictures(threeClasses, in: "test")
    let others = ["train/ant/notes.txt", "train/b.gif", "train/ant/.hidden.gif"]
    for file in ["train/bee/IMG_1.HEIC", "train/ant/deep/a.gif", "test/cat/x.avif"] + others {
      try folder.write("x", to: file)
    }
    try folder.makeFolder("train/ant/folder.svg")
    let check = try DataCheck(of: folder.path)
    #expect(check.passedOver == ["train/ant/deep/a.gif", "train/bee/IMG_1.HEIC", "test/cat/x.avif"])
    #expect(check.problems.isEmpty && check.broken.isEmpty && check.parts[0].images == 12)
    #expect(ImageFormat.otherFileExtensions.isDisjoint(with: ImageFormat.fileExtensions))
    #expect(try DataCheck(of: "generated").passedOver.isEmpty)
  }

  @Test("Pictures of kinds that are not read are told by their kind where there are no others")
  func unreadKinds() throws {
    let folder = try TemporaryFolder()
    // Folders of classes, and pictures without any.
    for file in [
      "alone/ant/1.HEIC", "alone/ant/2.heic", "alone/bee/3.heic", "flat/1.heic", "two/a/1.gif", "two/b/2.heic",
    ] {
      try folder.write("x", to: file)
    }
    for (place, files) in [
      ("alone", "3 HEIC files are"), ("flat", "1 HEIC file is"), ("two", "2 GIF and HEIC files are"),
    ] {
      let error = try refusal(folder.path + "/" + place)
      #expect(error.code == .data && error.message == "there are no pictures of a kind that is read: \(files) not read")
      #expect(error.remedy.hasPrefix("Save them as JPEG or PNG"))
      #expect(try #require(throws: ResNetError.self) { try DataCheck(of: folder.path + "/" + place) } == error)
    }
    // Beside classes of pictures that are read.
    try folder.writePictures(threeClasses, in: "photos")
    for number in 0..<4 { try folder.write("x", to: "photos/dog/deep/\(number).heic") }
    let one = try refusal(folder.path + "/photos")
    #expect(one.message == "there are no pictures of class 'dog'; 4 HEIC files are not read")
    #expect(one.remedy == "Save them as JPEG or PNG, or remove the folders, or allow empty classes")
    #expect(try DataCheck(of: folder.path + "/photos").problems == ["class 'dog' is empty: 4 HEIC files are not read"])
    // In parts of which one has none.
    try folder.writePictures(threeClasses, in: "parts/test")
    for name in ["ant", "bee", "cat"] { try folder.write("x", to: "parts/train/\(name)/1.avif") }
    let part = try refusal(folder.path + "/parts")
    #expect(part.message == "there are no pictures of 3 classes: 'ant', 'bee', 'cat'; 3 AVIF files are not read")
    #expect(part.remedy == "Save them as JPEG or PNG")
    #expect(
      try DataCheck(of: folder.path + "/parts").problems == [
        "there are no pictures in the training images: 3 AVIF files are not read"
      ])
  }

  @Test("One class alone stops training, of images in memory too")
  func oneClass() throws {
    let folder = try TemporaryFolder()
    func write(_ labels: [UInt8]) throws {
      try folder.write([0, 0, 8, 1, 0, 0, 0, 3] + labels, to: "train-labels-idx1-ubyte")
    }
    try folder.write([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6, 7], to: "train-images-idx3-ubyte")
    try write([0, 0, 0])
    #expect(try DataCheck(of: folder.path).problems == ["there is one class alone, '0'"])
    // Of these classes one has no images, and training does not mind.
    try write([1, 1, 1])
    #expect(try DataCheck(of: folder.path).problems.isEmpty)
  }

  @Test("A class of which nothing can be read stops training whatever becomes of broken files")
  func unreadableClass() throws {
    let folder = try TemporaryFolder()
    try folder.writePictures(threeClasses)
    try folder.write("x", to: "dog/1.png")
    for broken in [ImageFolderOptions.Broken.skip, .replace] {
      let check = try DataCheck(of: folder.path, pictures: ImageFolderOptions(broken: broken))
      #expect(check.problems == ["class 'dog' has no picture that can be read"])
    }
    #expect(try DataCheck(of: folder.path).problems == ["1 file cannot be read"])
    let options = ImageFolderOptions(allowsEmptyClasses: true, broken: .skip)
    #expect(try DataCheck(of: folder.path, pictures: options).problems.isEmpty)
    // Nor does training go on without any picture.
    for (name, count) in threeClasses {
      for number in 0..<count { try folder.write("x", to: "\(name)/\(number).ppm") }
    }
    #expect(try refusal(folder.path, options).message.hasPrefix("there are no pictures that can be read of 4 classes"))
    #expect(try DataCheck(of: folder.path, pictures: options).problems == ["there are no pictures that can be read"])
  }

  @Test("Images in memory are counted and compared too")
  func inMemory() throws {
    let check = try DataCheck(of: "generated")
    #expect(check.classes.count == 10 && check.parts.map(\.images) == [10_000, 2_000])
    #expect(check.imbalance == 1 && check.widths?.median == 32 && check.problems.isEmpty && check.formats.isEmpty)
    #expect(check.repeatedWithinParts == 0 && check.sharedAcrossParts.isEmpty && check.otherColors.isEmpty)
    let set = try smallSet(count: 6)
    let twice = DataCheck(DataSplits(name: "x", training: set.subset([0, 1, 1], name: "y"), test: set))
    #expect(twice.repeatedWithinParts == 1)
    #expect(twice.sharedAcrossParts.map(\.first) == ["training image 0", "training image 1"])
    #expect(DataCheck(DataSplits(name: "x", training: nil, test: set)).problems == ["there are no training images"])
  }

  @Test("What is no data set is refused as opening it is")
  func refusals() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, folder.path + "/nowhere"] {
      let error = #expect(throws: ResNetError.self) { try DataCheck(of: path) }
      #expect(try error == refusal(path))
    }
  }

  @Test(
    "The odd pictures are looked over without harm, each broken one in one line",
    .enabled(if: realData("odd-images") != nil, "NOT READ: there is no folder odd-images in .data or RESNET_DATA"),
    .timeLimit(.minutes(2)))
  func oddImages() throws {
    let folder = try #require(realData("odd-images"))
    let check = try DataCheck(of: folder)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/broken")
    let broken = Set(check.broken.map(\.path))
    #expect(check.rotated == 6 && check.otherColors.contains { $0.name == "CMYK" && $0.images >= 4 })
    #expect(files.count { broken.contains("broken/" + $0) } >= 10)
    #expect(check.broken.allSatisfy { !$0.reason.isEmpty && !$0.reason.contains("\n") })
  }
}
