import Foundation
import ResNetCore
import ResNetData
import ResNetTesting
import Testing

/// Records whose image bytes are all the record's number.
private func records(_ labels: [[UInt8]], first: Int = 0) -> [UInt8] {
  labels.enumerated().flatMap { $1 + Array(repeating: UInt8(first + $0), count: 3072) }
}

private func writeCIFAR10() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for file in 1...5 {
    try folder.write(records([[UInt8(file)], [9]], first: 2 * file), to: "data_batch_\(file).bin")
  }
  try folder.write(records([[0], [8], [3]], first: 100), to: "test_batch.bin")
  try folder.write("zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n\n", to: "batches.meta.txt")
  return folder
}

private func writeCIFAR100() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  try folder.write(records([[19, 99], [0, 1]]), to: "train.bin")
  try folder.write(records([[4, 7]]), to: "test.bin")
  try folder.write((0..<100).map { "fine\($0)\n" }.joined(), to: "fine_label_names.txt")
  try folder.write((0..<20).map { "coarse\($0)\n" }.joined(), to: "coarse_label_names.txt")
  return folder
}

/// The error that opening a folder ends with.
func failure(_ path: String) throws -> ResNetError {
  try #require(#expect(throws: ResNetError.self) { try DataSet.open(path) })
}

@Suite struct CIFARTests {
  @Test("CIFAR-10 is read in the order of its files, with the names of its classes")
  func cifar10() throws {
    let folder = try writeCIFAR10()
    let cifar = try CIFAR10(at: folder.path)
    #expect(cifar.training.labels == [1, 9, 2, 9, 3, 9, 4, 9, 5, 9])
    #expect(cifar.training.imageShape == [3, 32, 32])
    #expect(
      (0..<10).allSatisfy { cifar.training.pixels(at: $0).allSatisfy { [expected = UInt8($0 + 2)] in $0 == expected } })
    #expect(cifar.test.labels == [0, 8, 3])
    #expect(cifar.test.pixels(at: 2).first == 102)
    #expect(cifar.test.classNames[8] == "eight")
    let splits = try DataSet.open(folder.path + "/")
    #expect(splits.name == "CIFAR-10")
    #expect(try splits.requireTraining().contentHash() == cifar.training.contentHash())
    #expect(try splits.requireTest().contentHash() == cifar.test.contentHash())
  }

  @Test("Without a file of names CIFAR-10 has those that were published")
  func publishedNames() throws {
    let folder = try writeCIFAR10()
    try folder.remove("batches.meta.txt")
    #expect(try CIFAR10(at: folder.path).test.classNames[6] == "frog")
  }

  @Test("CIFAR-100 has a hundred classes, or twenty where its groups are asked for")
  func cifar100() throws {
    let folder = try writeCIFAR100()
    let fine = try CIFAR100(at: folder.path)
    #expect(fine.training.labels == [99, 1] && fine.training.classCount == 100)
    #expect(fine.training.classNames[99] == "fine99")
    let coarse = try CIFAR100(at: folder.path, labels: .coarse)
    #expect(coarse.training.labels == [19, 0] && coarse.test.labels == [4] && coarse.test.classCount == 20)
    #expect(try DataSet.open(folder.path).requireTest().labels == [7])
  }

  @Test(
    "A missing, empty, shortened, lengthened or odd file is refused by name",
    arguments: ["data_batch_3.bin", "test_batch.bin"])
  func damaged(file: String) throws {
    for (bytes, message) in [
      (nil, "is missing"), ([], "is empty"), (Array(repeating: 0, count: 3072), "cut short or too long"),
      (Array(repeating: 0, count: 6147), "cut short or too long"),
    ] as [([UInt8]?, String)] {
      let folder = try writeCIFAR10()
      if let bytes { try folder.write(bytes, to: file) } else { try folder.remove(file) }
      let error = try failure(folder.path)
      #expect(error.code == .data)
      #expect(error.place == "\(folder.path)/\(file)")
      #expect(error.message.contains(message))
    }
  }

  @Test("A published set of which one file was cut at the end of a record is refused")
  func cutAtRecord() throws {
    let folder = try writeCIFAR10()
    try folder.write([UInt8](repeating: 0, count: 10_000 * 3073), to: "data_batch_1.bin")
    let error = try failure(folder.path)
    #expect(error.place == "\(folder.path)/data_batch_2.bin")
    #expect(error.message == "the file has 2 records where the published one has 10000")
  }

  @Test("A label out of range is refused with its record and file")
  func labels() throws {
    let folder = try writeCIFAR10()
    try folder.write(records([[9], [10]]), to: "data_batch_4.bin")
    let error = try failure(folder.path)
    #expect(error.code == .data && error.place == "\(folder.path)/data_batch_4.bin")
    #expect(error.message == "label 10 of record 1 is out of range")
    let hundred = try writeCIFAR100()
    try hundred.write(records([[0, 0], [0, 0], [20, 100]]), to: "test.bin")
    #expect(try failure(hundred.path).message == "label 100 of record 2 is out of range")
    #expect(throws: ResNetError.self) { try CIFAR100(at: hundred.path, labels: .coarse) }
  }

  @Test("A file of names with too few or too many is refused, and CIFAR-100 needs one")
  func names() throws {
    let folder = try writeCIFAR10()
    try folder.write("one\ntwo\n", to: "batches.meta.txt")
    #expect(try failure(folder.path).message == "it names 2 classes instead of 10")
    let hundred = try writeCIFAR100()
    try hundred.write("one\n", to: "fine_label_names.txt")
    #expect(try failure(hundred.path).message == "it names 1 classes instead of 100")
    try hundred.remove("fine_label_names.txt")
    #expect(try failure(hundred.path).message == "the file is missing")
  }

  @Test("A named pipe or a folder in place of a file is refused without waiting")
  func oddFiles() throws {
    let folder = try writeCIFAR10()
    try folder.remove("data_batch_2.bin")
    try folder.makeFolder("data_batch_2.bin")
    #expect(try failure(folder.path).message == "it is not a plain file")
    try folder.remove("data_batch_2.bin")
    #expect(mkfifo(folder.path + "/data_batch_2.bin", 0o600) == 0)
    #expect(try failure(folder.path).message == "it is not a plain file")
  }

  @Test("A file that the system cannot open is an error of input and output")
  func unreadable() throws {
    let folder = try writeCIFAR10()
    try folder.remove("data_batch_2.bin")
    #expect(symlink("data_batch_2.bin", folder.path + "/data_batch_2.bin") == 0)
    let error = try failure(folder.path)
    #expect(error.code == .inputOutput && error.place == "\(folder.path)/data_batch_2.bin")
  }

  @Test(
    "The real CIFAR-10 has its published counts, mean and standard deviation",
    .enabled(if: realData("cifar-10-batches-bin") != nil, "no data: unpack it into .data or set RESNET_DATA"))
  func published() throws {
    let cifar = try CIFAR10(at: try #require(realData("cifar-10-batches-bin")))
    for (set, count) in [(cifar.training, 5000), (cifar.test, 1000)] {
      #expect(set.count == 10 * count)
      #expect((0..<10).allSatisfy { label in set.labels.count { $0 == label } == count })
    }
    let (mean, deviation) = cifar.training.channelStatistics()
    #expect(zip(mean, [0.4914, 0.4822, 0.4465]).allSatisfy { abs($0 - $1) < 5e-5 })
    #expect(zip(deviation, [0.2470, 0.2435, 0.2616]).allSatisfy { abs($0 - $1) < 5e-5 })
    #expect(
      cifar.test.classNames == [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
      ])
    #expect(cifar.training.labels.prefix(3) == [6, 9, 9])
  }
}
