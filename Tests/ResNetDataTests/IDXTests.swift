import ResNetCore
import ResNetData
import ResNetTesting
import Testing

private func words(_ words: [UInt32]) -> [UInt8] {
  words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
}

private func images(_ count: UInt32, _ height: UInt32 = 2, _ width: UInt32 = 3) -> [UInt8] {
  words([0x803, count, height, width]) + (0..<count * height * width).map { UInt8($0) }
}

private func labels(_ labels: [UInt8]) -> [UInt8] { words([0x801, UInt32(labels.count)]) + labels }

private let testImages = "t10k-images-idx3-ubyte"
private let testLabels = "t10k-labels-idx1-ubyte"

private func writeTestSet() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  try folder.write(images(2), to: testImages)
  try folder.write(labels([3, 1]), to: testLabels)
  return folder
}

@Suite struct IDXTests {
  @Test("Grey images have one channel, and classes are named by their numbers")
  func both() throws {
    let folder = try writeTestSet()
    try folder.write(images(3), to: "train-images-idx3-ubyte")
    try folder.write(labels([0, 5, 2]), to: "train-labels-idx1-ubyte")
    let splits = try DataSet.open(folder.path)
    let training = try splits.requireTraining()
    let test = try splits.requireTest()
    #expect(training.imageShape == [1, 2, 3])
    #expect(training.labels == [0, 5, 2] && test.labels == [3, 1])
    #expect(Array(training.pixels(at: 2)) == [12, 13, 14, 15, 16, 17])
    #expect(training.classNames == ["0", "1", "2", "3", "4", "5"] && test.classNames == training.classNames)
  }

  @Test("A folder with the files of a test set alone is a test set")
  func testOnly() throws {
    let folder = try writeTestSet()
    let splits = try DataSet.open(folder.path)
    #expect(splits.test?.count == 2 && splits.training == nil)
    #expect { try splits.requireTraining() } throws: { ($0 as? ResNetError)?.message == "it holds no training images" }
    let training = DataSplits(name: "x", training: splits.test, test: nil)
    let error = try #require(throws: ResNetError.self) { try training.requireTest() }
    #expect(error.message == "it holds no test images" && error.remedy.contains("t10k-images-idx3-ubyte"))
  }

  @Test(
    "A damaged header or a file of another length is refused by name",
    arguments: [
      (testImages, [], "is empty"),
      (testImages, [0, 0, 8], "too few for an IDX header"),
      (testImages, images(2).dropLast(), "cut short or too long"),
      (testImages, images(2) + [0], "cut short or too long"),
      (testImages, labels([3, 1]) + [0, 0, 0, 0, 0, 0], "begins with 0x801 instead of 0x803"),
      (testImages, [0x1f, 0x8b, 8, 0] + images(2), "begins with 0x1f8b0800"),
      (testImages, words([0x803, .max, .max, .max]) + [0], "its header states"),
      (testImages, words([0x803, 1 << 31, 1 << 31, 4]), "its header states"),
      (testImages, words([0x803, 2, 0, 3]), "its header states"),
      (testImages, words([0x803, 0, 2, 3]), "its header states"),
      (testLabels, images(2), "begins with 0x803 instead of 0x801"),
      (testLabels, labels([3]), "2 images and 1 labels"),
      (testLabels, labels([3, 1, 2]), "2 images and 3 labels"),
      (testLabels, words([0x801, 3]) + [1, 2], "cut short or too long"),
    ] as [(String, [UInt8], String)])
  func damaged(file: String, bytes: [UInt8], message: String) throws {
    let folder = try writeTestSet()
    try folder.write(Array(bytes), to: file)
    let error = try failure(folder.path)
    #expect(error.code == .data)
    #expect(error.place == "\(folder.path)/\(file)")
    #expect(error.message.contains(message))
  }

  @Test("Labels without images, and splits of different image sizes, are refused")
  func mismatched() throws {
    let alone = try writeTestSet()
    try alone.remove(testImages)
    #expect(try failure(alone.path).message == "the file is missing")
    let different = try writeTestSet()
    try different.write(images(1, 3, 3), to: "train-images-idx3-ubyte")
    try different.write(labels([0]), to: "train-labels-idx1-ubyte")
    #expect(try failure(different.path).message.contains("1×3×3"))
  }

  @Test(
    "The real Fashion-MNIST test set has a thousand images of each class",
    .enabled(if: realData("fashion-mnist") != nil, "no data: unpack it into .data or set RESNET_DATA"))
  func published() throws {
    let test = try DataSet.open(try #require(realData("fashion-mnist"))).requireTest()
    #expect(test.count == 10_000 && test.imageShape == [1, 28, 28] && test.classCount == 10)
    #expect((0..<10).allSatisfy { label in test.labels.count { $0 == label } == 1000 })
  }
}

@Suite struct OpeningTests {
  @Test("A folder that is missing, a file, empty, unknown, packed or one too high is refused with what mends it")
  func refused() throws {
    let folder = try TemporaryFolder()
    #expect(try failure(folder.path + "/nowhere").message == "there is no such folder")
    #expect(try failure(folder.path).message == "the folder is empty")
    try folder.write("hello", to: "readme.txt")
    #expect(try failure(folder.path + "/readme.txt").message == "it is a file")
    #expect(try failure(folder.path).message == "there are no data files of a known kind")
    try folder.makeFolder("inner")
    try folder.write(labels([1]), to: "inner/" + testLabels)
    #expect(try failure(folder.path).remedy == "Give \(folder.path)/inner")
    try folder.write([1], to: testImages + ".gz")
    let packed = try failure(folder.path)
    #expect(packed.message == "its files are still packed" && packed.code.exitStatus == 65)
  }
}
