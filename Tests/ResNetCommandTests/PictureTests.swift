import Foundation
import ResNet
import Testing

@Suite struct PictureTests {
  @Test(
    "A network for small images measures, learns from and is quantised on photographs, which are resized to its input")
  func smallImages() throws {
    let folder = try photographs()
    let model = try Model(
      architecture: .cifar(depth: 8), input: [3, 8, 8], classes: ["ant", "bee"],
      preprocessing: Preprocessing(mean: [0.5, 0.5, 0.5], deviation: [0.2, 0.2, 0.2]), seed: 1)
    try model.write(to: folder.path + "/small.safetensors")
    let note = "takes images of 8×8: pictures of another size are resized and cut to their middle"
    let evaluated = try runTool("evaluate small.safetensors --data photos --threads 1", in: folder)
    #expect(evaluated.status == 0 && evaluated.errors.contains(note), "\(evaluated.errors)")
    let tuned = try runTool(
      "train --from small.safetensors --data photos --output tuned --epochs 1 --batch 5 --threads 1", in: folder)
    #expect(tuned.status == 0 && tuned.errors.contains(note), "\(tuned.errors)")
    #expect(try Model(contentsOf: folder.path + "/tuned").preprocessing == model.preprocessing.resizing(to: [3, 8, 8]))
    let again = try runTool("evaluate tuned --data photos --threads 1", in: folder)
    #expect(again.status == 0 && again.errors.isEmpty, "\(again.errors)")
    let quantized = try runTool(
      "quantize small.safetensors --data photos --output int8.safetensors --threads 1", in: folder)
    #expect(quantized.status == 0, "\(quantized.errors)")
  }

  @Test("A folder of photographs is trained on, and the classes are told at the end")
  func train() throws {
    let folder = try photographs()
    try folder.write(Array("Ameise\nBiene\n".utf8), to: "names.txt")
    let trained = try runTool(
      trainingOnPhotographs + " --class-names names.txt --exif apply --background 1,2,3", in: folder)
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
    let tuned = try runTool(
      "train --from run --data photos --output tuned --epochs 1 --batch 6 --threads 1 --background none", in: folder)
    #expect(tuned.status == 0, "\(tuned.errors)")
    #expect(try Model(contentsOf: folder.path + "/tuned").preprocessing.rules == ImageRules(exif: .apply))

    // The folder's own names are others than the model's.
    let evaluated = try runTool("evaluate run --data photos --threads 1", in: folder)
    #expect(evaluated.status == 0 && evaluated.errors.contains("calls its classes otherwise"), "\(evaluated.errors)")
    #expect(evaluated.output.contains("photos test (4 images"))
    let named = try runTool("evaluate run --data photos/train --threads 1 --class-names names.txt", in: folder)
    #expect(named.errors.isEmpty && named.output.contains("train (12 images"), "\(named.errors)")

    let finished = try runTool("train --resume run --threads 1", in: folder)
    #expect(finished.status == 0 && finished.errors.contains("all 3 steps of this run are made"), "\(finished.errors)")
    let longer = try runTool("train --resume run --threads 1 --extend --epochs 2 --broken replace", in: folder)
    #expect(longer.status == 0 && longer.output.contains("epoch 2/2"), "\(longer.errors)")
    #expect(try RunFolder.record(of: folder.path + "/run").data.pictures?.broken == .replace)
  }

  @Test("Validation images are tested on after every epoch, and the test images once")
  func validation() throws {
    let folder = try photographs()
    try writePhotographs(to: folder, in: "photos/val", count: 1, seed: 2)
    let trained = try runTool(trainingOnPhotographs, in: folder)
    #expect(trained.output.contains("tested on photos validation (2)"), "\(trained.errors)")
    #expect(trained.output.contains("resnet8 on photos test (4 images"), "\(trained.output)")
    #expect(try RunFolder.record(of: folder.path + "/run").evaluation?.images == 4)
    let refused = try runTool(trainingOnPhotographs + " --validation 2 --overwrite", in: folder)
    #expect(refused.status == 64 && refused.errors.contains("the data has validation images of its own"))
  }

  @Test("Broken files end a run, or are told at its end")
  func broken() throws {
    let folder = try photographs()
    try folder.write([1, 2, 3], to: "photos/train/ant/0.ppm")
    try folder.write([1, 2, 3], to: "photos/test/bee/9.ppm")
    let stopped = try runTool(trainingOnPhotographs, in: folder)
    #expect(stopped.status == 65 && stopped.errors.contains("photos/train/ant/0.ppm: the file is no picture"))
    #expect(stopped.errors.contains("--broken replace or skip goes on without such files, and 'resnet check-data'"))
    // It was met before the first step, when the cost was found out.
    let record = try RunFolder.record(of: folder.path + "/run")
    #expect(record.state == .failed && record.problem?.contains("photos/train/ant/0.ppm: the file is no") == true)
    let skipped = try runTool(trainingOnPhotographs + " --overwrite --broken skip", in: folder)
    #expect(
      skipped.status == 0 && skipped.output.contains("(11 images), tested on photos test (4)"), "\(skipped.errors)")
    #expect(skipped.errors.contains("note: 1 file in photos/train that cannot be read was left out"))
    #expect(skipped.errors.contains("note: photos/test/bee/9.ppm: the file is no picture"))
    let evaluated = try runTool("evaluate run --data photos --threads 1 --broken replace", in: folder)
    #expect(evaluated.status == 0 && evaluated.output.contains("photos test (5 images"), "\(evaluated.errors)")
    #expect(evaluated.errors.contains("note: 1 file in photos/test that cannot be read was replaced by others"))
    let quantized = try runTool(
      "quantize run --data photos --output q.safetensors --threads 1 --broken replace --images 20", in: folder)
    #expect(quantized.status == 0 || quantized.status == 69, "\(quantized.errors)")
    if quantized.status == 0 { #expect(quantized.errors.contains("note: photos/train/ant/0.ppm: ")) }
  }

  @Test("A run goes on as the messages say where a picture breaks, goes or comes")
  func mended() throws {
    let folder = try photographs()
    let file = "photos/train/ant/1.ppm"
    let picture = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + file)))
    func resume(_ options: String) throws -> Tool.Result {
      try runTool("train --resume run --threads 1 --extend --epochs " + options, in: folder)
    }
    #expect(try runTool(trainingOnPhotographs, in: folder).status == 0)
    // No run notices what keeps its length.
    try folder.write([UInt8](repeating: 0, count: picture.count), to: file)
    let stopped = try resume("2")
    #expect(stopped.status == 65 && stopped.errors.contains(file + ": the file is no picture"), "\(stopped.errors)")
    #expect(stopped.errors.contains("; --broken replace or skip goes on without such files, and 'resnet check-data'"))
    let kept = "note: all is kept until step 3, from where --resume goes on, with --override where images are others by"
    #expect(stopped.errors.contains(kept) && stopped.errors.split(separator: "\n").count == 2, "\(stopped.errors)")
    #expect(try RunFolder.record(of: folder.path + "/run").state == .failed)
    #expect(try runTool("check-data photos", in: folder).output.contains("train/ant/1.ppm: the file is no picture"))

    let skipped = try resume("2 --broken skip")
    #expect(skipped.status == 0 && skipped.output.contains("epoch 2/2"), "\(skipped.errors)")
    let change =
      "training images are others than before: 11 of photos training, before 12 (class 'ant' has 5, before 6)"
    #expect(skipped.errors.contains("note: the " + change), "\(skipped.errors)")
    // What was left out may go.
    try FileManager.default.removeItem(atPath: folder.path + "/" + file)
    let less = try resume("3")
    #expect(less.status == 0 && !less.errors.contains("others than before"), "\(less.errors)")
    // And where it comes again, that is told, with what to do.
    try folder.write(picture, to: file)
    let more = try resume("4")
    #expect(more.status == 64 && more.errors.contains("others than before: 12 of photos training, before 11 ("))
    #expect(
      more.errors.contains("Give the images that the run began with, or --override to go on with those")
        && !more.errors.contains("recipe.length"), "\(more.errors)")
    let overridden = try resume("4 --override")
    #expect(overridden.status == 0 && overridden.output.contains("epoch 4/4"), "\(overridden.errors)")
  }

  @Test("A check tells what a folder holds in 80 columns, and ends with 65 where something would stop training")
  func check() throws {
    let folder = try photographs()
    let good = try runTool("check-data photos", in: folder)
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
    let bad = try runTool("check-data photos", in: folder)
    #expect(bad.status == 65 && bad.errors.isEmpty)
    #expect(bad.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(bad.output)")
    for text in ["\n1 file cannot be read:\n", "the file is no picture", "\n1 image in several parts:\n", "missing"] {
      #expect(bad.output.contains(text), "\(text): \(bad.output)")
    }
    #expect(!bad.output.contains("passed over"))
    try folder.write([1], to: "photos/train/bee/\(long).heic")
    let one = try runTool("check-data photos", in: folder)
    #expect(one.output.contains("\nnote: 1 picture of kinds that are not read is passed over, such as\n  train/bee/a"))
    try folder.write([1], to: "photos/test/bee/a.gif")
    let two = try runTool("check-data photos", in: folder)
    #expect(two.output.contains("\nnote: 2 pictures of kinds that are not read are passed over, such as\n  train/"))
    #expect(two.output.contains("\n  save them as JPEG or PNG to use them\n"))
    #expect(two.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(two.output)")
    let json = try runTool("check-data photos --json", in: folder)
    #expect(json.status == 65)
    let check = try JSONDecoder().decode(DataCheck.self, from: Data(json.output.utf8))
    #expect(check.broken.count == 1 && check.problems.count == 3 && check.sharedAcrossParts.count == 1)
    #expect(check.passedOver.count == 2)
    let allowed = try runTool("check-data photos --broken skip --allow-empty-classes", in: folder)
    #expect(allowed.status == 0 && allowed.output.hasSuffix("nothing would stop training\n"))
    try writeCIFAR10(to: folder, in: "cifar")
    let cifar = try runTool("check-data cifar", in: folder)
    #expect(cifar.status == 0 && cifar.output.contains("automobile         2     1"), "\(cifar.output)")
  }

  @Test("Without test images a run says that it tests on none, and which option holds some out")
  func untested() throws {
    let folder = try photographs()
    try FileManager.default.removeItem(atPath: folder.path + "/photos/test")
    let note =
      "note: there are no test images, so how good the model is on new ones stays unknown; --validation 1 "
      + "would hold out 1 of the 12\n"
    let trained = try runTool(trainingOnPhotographs, in: folder)
    #expect(trained.status == 0 && trained.errors.contains(note), "\(trained.errors)")
    let resumed = try runTool("train --resume run --threads 1 --extend --epochs 2", in: folder)
    #expect(resumed.status == 0 && !resumed.errors.contains("test images"), "\(resumed.errors)")
    let held = try runTool(trainingOnPhotographs + " --validation 2 --overwrite", in: folder)
    #expect(held.status == 0 && !held.errors.contains("no test images"), "\(held.errors)")
    let measured = try runTool("evaluate run --data photos", in: folder)
    #expect(
      measured.status == 65
        && measured.errors.contains("it holds no test images. Put pictures into a folder test beside train, or give"))
  }

  @Test("One of a kind is told as one")
  func oneStep() throws {
    let folder = try photographs()
    let trained = try runTool(trainingOnPhotographs + " --batch 12", in: folder)
    #expect(trained.output.contains("\nphotographs: 1 epoch, 1 step of 12 images, "), "\(trained.errors)")
  }

  @Test("A mean and a deviation may be given for images in memory; a run keeps how its images are read")
  func statedMean() throws {
    let folder = try photographs()
    try writeCIFAR10(to: folder, in: "cifar")
    let trained = try runTool(
      "train --network resnet8 --data cifar --output r --epochs 1 --batch 4 --threads 1 --mean 0.5,0.4,0.3 --deviation 1,1,1",
      in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(
      try Model(contentsOf: folder.path + "/r").preprocessing
        == Preprocessing(mean: [0.5, 0.4, 0.3], deviation: [1, 1, 1]))
    #expect(try runTool("train --resume r --threads 1 --extend --epochs 2", in: folder).status == 0)
    for options in ["--size 12", "--class-names names.txt", "--allow-empty-classes"] {
      let refused = try runTool("train --resume r " + options, in: folder)
      #expect(refused.status == 64 && refused.errors.contains("cannot be given with --resume"), "\(refused.errors)")
    }
  }
}
