import Foundation
import ResNet
import Testing

/// Writes pictures of two classes, of sizes of their own, as PPM.
private func writePhotographs(to folder: TemporaryFolder, in place: String, count: Int = 6, seed: UInt64 = 0) throws {
  for (label, name) in ["ant", "bee"].enumerated() {
    for number in 0..<count {
      var random = RandomNumbers(seed: seed, purpose: .testing, epoch: label, index: UInt64(number))
      let (width, height) = (10 + number % 3, 9)
      let bytes = (0..<width * height * 3).map { _ in UInt8(random.integer(below: 128) + 127 * label) }
      try folder.write(Array("P6 \(width) \(height) 255\n".utf8) + bytes, to: "\(place)/\(name)/\(number).ppm")
    }
  }
}

@Suite struct PictureTests {
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try writePhotographs(to: folder, in: "photos/train")
    try writePhotographs(to: folder, in: "photos/test", count: 2, seed: 1)
    return folder
  }

  private func run(_ arguments: String, in folder: TemporaryFolder) throws -> Tool.Result {
    try Tool.run(arguments.split(separator: " ").map(String.init), in: folder.path)
  }

  private static let training =
    "train --network resnet8 --data photos --output run --size 12 --epochs 1 --batch 5 --threads 1"

  @Test(
    "A network for small images measures, learns from and is quantised on photographs, which are resized to its input")
  func smallImages() throws {
    let folder = try folder()
    let model = try Model(
      architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["ant", "bee"],
      preprocessing: Preprocessing(mean: [0.5, 0.5, 0.5], deviation: [0.2, 0.2, 0.2]), seed: 1)
    try model.write(to: folder.path + "/small.safetensors")
    let note = "takes images of 8×8: pictures of another size are resized and cut to their middle"
    let evaluated = try run("evaluate small.safetensors --data photos --threads 1", in: folder)
    #expect(evaluated.status == 0 && evaluated.errors.contains(note), "\(evaluated.errors)")
    let tuned = try run(
      "train --from small.safetensors --data photos --output tuned --epochs 1 --batch 5 --threads 1", in: folder)
    #expect(tuned.status == 0 && tuned.errors.contains(note), "\(tuned.errors)")
    #expect(try Model(contentsOf: folder.path + "/tuned").preprocessing == model.preprocessing.resizing(to: [3, 8, 8]))
    let again = try run("evaluate tuned --data photos --threads 1", in: folder)
    #expect(again.status == 0 && again.errors.isEmpty, "\(again.errors)")
    let quantized = try run(
      "quantize small.safetensors --data photos --output int8.safetensors --threads 1", in: folder)
    #expect(quantized.status == 0, "\(quantized.errors)")
  }

  @Test("A folder of photographs is trained on, and the classes are told at the end")
  func train() throws {
    let folder = try folder()
    try folder.write(Array("Ameise\nBiene\n".utf8), to: "names.txt")
    let trained = try run(Self.training + " --class-names names.txt --exif apply --background 1,2,3", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.contains("trained on photos training (12 images), tested on photos test (4)"))
    #expect(trained.output.contains("\nphotographs: 1 epoch, 3 steps of 5 images"))
    #expect(trained.output.contains("\nclass   images") && trained.output.contains("\nBiene "), "\(trained.output)")
    #expect(trained.output.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains(folder.path) })
    let model = try Model(contentsOf: folder.path + "/run")
    #expect(model.classes == ["Ameise", "Biene"] && model.input == [3, 12, 12])
    let rules = ImageRules(exif: .apply, background: .init(red: 1, green: 2, blue: 3))
    #expect(try model.preprocessing == Preprocessing.photographs(side: 12).with(rules))

    // Each rule alone is changed in fine-tuning.
    let tuned = try run(
      "train --from run --data photos --output tuned --epochs 1 --batch 6 --threads 1 --background none", in: folder)
    #expect(tuned.status == 0, "\(tuned.errors)")
    #expect(try Model(contentsOf: folder.path + "/tuned").preprocessing.rules == ImageRules(exif: .apply))

    // The folder's own names are others than the model's.
    let evaluated = try run("evaluate run --data photos --threads 1", in: folder)
    #expect(evaluated.status == 0 && evaluated.errors.contains("calls its classes otherwise"), "\(evaluated.errors)")
    #expect(evaluated.output.contains("photos test (4 images"))
    let named = try run("evaluate run --data photos/train --threads 1 --class-names names.txt", in: folder)
    #expect(named.errors.isEmpty && named.output.contains("train (12 images"), "\(named.errors)")

    let finished = try run("train --resume run --threads 1", in: folder)
    #expect(finished.status == 0 && finished.errors.contains("all 3 steps of this run are made"), "\(finished.errors)")
    let longer = try run("train --resume run --threads 1 --extend --epochs 2 --broken replace", in: folder)
    #expect(longer.status == 0 && longer.output.contains("epoch 2/2"), "\(longer.errors)")
    #expect(try RunFolder.record(of: folder.path + "/run").data.pictures?.broken == .replace)
  }

  @Test("Validation images are tested on after every epoch, and the test images once")
  func validation() throws {
    let folder = try folder()
    try writePhotographs(to: folder, in: "photos/val", count: 1, seed: 2)
    let trained = try run(Self.training, in: folder)
    #expect(trained.output.contains("tested on photos validation (2)"), "\(trained.errors)")
    #expect(trained.output.contains("resnet8 on photos test (4 images"), "\(trained.output)")
    #expect(try RunFolder.record(of: folder.path + "/run").evaluation?.images == 4)
    let refused = try run(Self.training + " --validation 2 --overwrite", in: folder)
    #expect(refused.status == 64 && refused.errors.contains("the data has validation images of its own"))
  }

  @Test("Broken files end a run, or are told at its end")
  func broken() throws {
    let folder = try folder()
    try folder.write([1, 2, 3], to: "photos/train/ant/0.ppm")
    try folder.write([1, 2, 3], to: "photos/test/bee/9.ppm")
    let stopped = try run(Self.training, in: folder)
    #expect(stopped.status == 65 && stopped.errors.contains("photos/train/ant/0.ppm: the file is no picture"))
    #expect(stopped.errors.contains("--broken replace or skip goes on without such files, and 'resnet check-data'"))
    let skipped = try run(Self.training + " --overwrite --broken skip", in: folder)
    #expect(
      skipped.status == 0 && skipped.output.contains("(11 images), tested on photos test (4)"), "\(skipped.errors)")
    #expect(skipped.errors.contains("note: 1 file in photos/train that cannot be read was left out"))
    #expect(skipped.errors.contains("note: photos/test/bee/9.ppm: the file is no picture"))
    let evaluated = try run("evaluate run --data photos --threads 1 --broken replace", in: folder)
    #expect(evaluated.status == 0 && evaluated.output.contains("photos test (5 images"), "\(evaluated.errors)")
    #expect(evaluated.errors.contains("note: 1 file in photos/test that cannot be read was replaced by others"))
    let quantized = try run(
      "quantize run --data photos --output q.safetensors --threads 1 --broken replace --images 20", in: folder)
    #expect(quantized.status == 0 || quantized.status == 69, "\(quantized.errors)")
    if quantized.status == 0 { #expect(quantized.errors.contains("note: photos/train/ant/0.ppm: ")) }
  }

  @Test("A check tells what a folder holds in 80 columns, and ends with 65 where something would stop training")
  func check() throws {
    let folder = try folder()
    let good = try run("check-data photos", in: folder)
    #expect(good.status == 0 && good.errors.isEmpty)
    #expect(
      good.output == """
        photos: 16 images of 2 classes

        class  training  test
        ant           6     2
        bee           6     2
        all          12     4

        largest class     1.00 times the smallest
        width             10 to 12, median 11
        height            9 to 9, median 9
        formats           16 Netpbm
        not RGB           none
        transparent       0
        rotated           0
        copies in a part  0

        nothing would stop training

        """)
    let long = String(repeating: "a rather long name ", count: 5)
    try folder.write([1, 2, 3], to: "photos/train/ant/\(long).jpg")
    try folder.write(
      Array(Data(contentsOf: URL(fileURLWithPath: folder.path + "/photos/train/ant/0.ppm"))),
      to: "photos/test/bee/\(long).ppm")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/photos/train/\(long)", withIntermediateDirectories: true)
    let bad = try run("check-data photos", in: folder)
    #expect(bad.status == 65 && bad.errors.isEmpty)
    #expect(bad.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(bad.output)")
    for text in ["\n1 file cannot be read:\n", "the file is no picture", "\n1 image in several parts:\n", "missing"] {
      #expect(bad.output.contains(text), "\(text): \(bad.output)")
    }
    #expect(!bad.output.contains("passed over"))
    try folder.write([1], to: "photos/train/bee/\(long).heic")
    let one = try run("check-data photos", in: folder)
    #expect(one.output.contains("\nnote: 1 picture of kinds that are not read is passed over, such as\n  train/bee/a"))
    try folder.write([1], to: "photos/test/bee/a.gif")
    let two = try run("check-data photos", in: folder)
    #expect(two.output.contains("\nnote: 2 pictures of kinds that are not read are passed over, such as\n  train/"))
    #expect(two.output.contains("\n  save them as JPEG or PNG to use them\n"))
    #expect(two.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(two.output)")
    let json = try run("check-data photos --json", in: folder)
    #expect(json.status == 65)
    let check = try JSONDecoder().decode(DataCheck.self, from: Data(json.output.utf8))
    #expect(check.broken.count == 1 && check.problems.count == 3 && check.sharedAcrossParts.count == 1)
    #expect(check.passedOver.count == 2)
    let allowed = try run("check-data photos --broken skip --allow-empty-classes", in: folder)
    #expect(allowed.status == 0 && allowed.output.hasSuffix("nothing would stop training\n"))
    try writeCIFAR10(to: folder, in: "cifar")
    let cifar = try run("check-data cifar", in: folder)
    #expect(cifar.status == 0 && cifar.output.contains("automobile         2     1"), "\(cifar.output)")
  }

  @Test(
    "Options that do not fit the data end with one line",
    arguments: [
      ("--data cifar --class-names names.txt", 64, "--class-names is for folders of pictures"),
      ("--data cifar --broken skip", 64, "--broken is for folders of pictures"),
      ("--data cifar --size 24", 64, "--size is for folders of pictures"),
      ("--data cifar --exif apply", 64, "--exif is for folders of pictures"),
      ("--data cifar --mean 0.5,0.5,0.5", 64, "--mean needs the other of --mean and --deviation"),
      ("--data cifar --preprocessing timm", 65, "do not fit preprocessing that resizes pictures"),
      ("--data photos --preprocessing timm --crop 2", 65, "a fraction of 2.0 cannot be cut out"),
      ("--data photos --preprocessing torchvision-v1 --size 9", 64, "--size has no meaning with"),
      ("--data photos --preprocessing normalize", 64, "Normalising needs --mean and --deviation"),
      ("--data photos --size 0", 65, "pictures cannot be resized or cut to 0 pixels"),
      ("--data photos --class-names none.txt", 65, "none.txt"),
      ("--data photos --class-names names.txt", 65, "there are 2 classes and 1 names for them"),
      ("--data photos --background 1,2", 64, "--background"),
      ("--data photos --loader-threads 2000", 64, "2000 loader threads"),
    ])
  func refusals(options: String, status: Int32, answer: String) throws {
    let folder = try folder()
    try writeCIFAR10(to: folder, in: "cifar")
    try folder.write(Array("one\n".utf8), to: "names.txt")
    let result = try run("train --network resnet8 --output run --epochs 1 --batch 4 " + options, in: folder)
    #expect(result.status == status && result.errors.contains(answer), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "A folder that cannot be trained on is refused in one line that says what to do",
    arguments: [
      ("empty", "empty: the folder is empty. Give a folder with a folder of pictures for each class"),
      ("alone", "alone: there is one class alone, 'ant', and nothing to tell apart. Use images of at least"),
      ("flat", "flat: its pictures have no classes. Put the pictures of each class into a folder of its own."),
      ("parts", "parts/train: there are no folders of classes"),
      ("photos/train/ant/0.ppm", "photos/train/ant/0.ppm: it is a file. Give the folder that the data files lie in."),
      ("none", "none: there is no such folder"),
    ])
  func unfit(_ data: String, _ answer: String) throws {
    let folder = try folder()
    for name in ["empty", "parts/train", "parts/test"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    try folder.write(Array("P6 1 1 255\nabc".utf8), to: "alone/ant/0.ppm")
    try folder.write(Array("P6 1 1 255\nabc".utf8), to: "flat/0.ppm")
    let result = try run("train --network resnet8 --output run --data " + data, in: folder)
    #expect(result.status == 65 && result.errors.contains("error: " + answer), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1 && result.output.isEmpty, "\(result.errors)")
    // And nothing stands in the way of the next run.
    let next = try run(Self.training, in: folder)
    #expect(next.status == 0, "\(next.errors)")
  }

  @Test("A folder that may not be read is refused in one line")
  func unreadable() throws {
    guard let nobody = try Tool.asNobody(or: "unreadable folders") else { return }
    let folder = try folder()
    // Another user may come to the folder within.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    for part in ["photos/train/ant", "photos"] {
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path + "/" + part)
      let result = try Tool.start(
        ["train", "--network", "resnet8", "--data", folder.path + "/photos", "--output", folder.path + "/run"],
        by: nobody
      ).end()
      #expect(result.status == 74, "\(result.errors)")
      let place = "\(folder.path)/\(part)"
      #expect(
        result.errors
          == "error: \(place): the folder cannot be read. Check that it is there, and its permissions.\n")
    }
    for part in ["photos", "photos/train/ant"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/" + part)
    }
  }

  @Test("Without test images a run says that it tests on none, and which option holds some out")
  func untested() throws {
    let folder = try folder()
    try FileManager.default.removeItem(atPath: folder.path + "/photos/test")
    let note = "note: there are no test images, so how good the model is on new ones stays unknown; --validation 1 "
    let trained = try run(Self.training, in: folder)
    #expect(trained.status == 0 && trained.errors.contains(note), "\(trained.errors)")
    let resumed = try run("train --resume run --threads 1 --extend --epochs 2", in: folder)
    #expect(resumed.status == 0 && !resumed.errors.contains("test images"), "\(resumed.errors)")
    let held = try run(Self.training + " --validation 2 --overwrite", in: folder)
    #expect(held.status == 0 && !held.errors.contains("no test images"), "\(held.errors)")
    let measured = try run("evaluate run --data photos", in: folder)
    #expect(
      measured.status == 65
        && measured.errors.contains("it holds no test images. Put pictures into a folder test beside train, or give"))
  }

  @Test("One of a kind is told as one")
  func oneStep() throws {
    let folder = try folder()
    let trained = try run(Self.training + " --batch 12", in: folder)
    #expect(trained.output.contains("\nphotographs: 1 epoch, 1 step of 12 images, "), "\(trained.errors)")
  }

  @Test("A mean and a deviation may be given for images in memory; a run keeps how its images are read")
  func statedMean() throws {
    let folder = try folder()
    try writeCIFAR10(to: folder, in: "cifar")
    let trained = try run(
      "train --network resnet8 --data cifar --output r --epochs 1 --batch 4 --threads 1 --mean 0.5,0.4,0.3 --deviation 1,1,1",
      in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(
      try Model(contentsOf: folder.path + "/r").preprocessing
        == Preprocessing(mean: [0.5, 0.4, 0.3], deviation: [1, 1, 1]))
    #expect(try run("train --resume r --threads 1 --extend --epochs 2", in: folder).status == 0)
    for options in ["--size 12", "--class-names names.txt", "--allow-empty-classes"] {
      let refused = try run("train --resume r " + options, in: folder)
      #expect(refused.status == 64 && refused.errors.contains("cannot be given with --resume"), "\(refused.errors)")
    }
  }
}
