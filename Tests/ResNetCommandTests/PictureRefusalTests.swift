import Foundation
import ResNet
import Testing

@Suite struct PictureRefusalTests {
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
    let folder = try photographs()
    try writeCIFAR10(to: folder, in: "cifar")
    try folder.write(Array("one\n".utf8), to: "names.txt")
    let result = try runTool("train --network resnet8 --output run --epochs 1 --batch 4 " + options, in: folder)
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
      ("heic", "heic: there are no pictures of a kind that is read: 1 HEIC file is not read. Save them as JPEG or PNG"),
      ("mixed", "mixed: there are no pictures of class 'bee'; 1 HEIC file is not read. Save them as JPEG or PNG, or"),
      ("idx", "idx training: there is one class alone, '0', and nothing to tell apart. Use images of at least"),
    ])
  func unfit(_ data: String, _ answer: String) throws {
    let folder = try photographs()
    for name in ["empty", "parts/train", "parts/test"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    try folder.write(Array("P6 1 1 255\nabc".utf8), to: "alone/ant/0.ppm")
    for file in ["flat/0.ppm", "mixed/ant/0.ppm"] { try folder.write(Array("P6 1 1 255\nabc".utf8), to: file) }
    for file in ["heic/ant/0.heic", "mixed/bee/0.HEIC"] { try folder.write([1], to: file) }
    try folder.write([0, 0, 8, 1, 0, 0, 0, 1, 0], to: "idx/train-labels-idx1-ubyte")
    try folder.write([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7], to: "idx/train-images-idx3-ubyte")
    // What looks it over says so too.
    #expect(try runTool("check-data " + data, in: folder).status == 65)
    let result = try runTool("train --network resnet8 --output run --data " + data, in: folder)
    #expect(result.status == 65 && result.errors.contains("error: " + answer), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1 && result.output.isEmpty, "\(result.errors)")
    // And nothing stands in the way of the next run.
    let next = try runTool(trainingOnPhotographs, in: folder)
    #expect(next.status == 0, "\(next.errors)")
  }

  @Test("A folder that may not be read is refused in one line")
  func unreadable() throws {
    guard let nobody = try Tool.asNobody(or: "unreadable folders") else { return }
    let folder = try photographs()
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
}
