import ArgumentParser
import Foundation
import ResNet

extension Bench {
  /// `resnet bench images`.
  struct Images: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "images", abstract: "Measure reading pictures and preparing them for a network.",
      usage: "resnet bench images --data <folder> [<options>]",
      discussion: """
        Every picture of the folder is read, decoded, resized to an eighth more than
        the size (256 for 224), cut and normalised, again and again, on threads of one
        process; with --augment a random part of it is resized, and half of the time
        mirrored, as in training.

          resnet bench images --data photos
          resnet bench images --data photos --augment
          resnet bench images --data photos --size 192 --threads 2 --json
          resnet bench images --data photos --threads 1 --against torchvision

        With --against, torchvision's transforms do the same to Pillow's pictures, in
        turn, on as many threads of one process. Benchmarks/peers/measure-pictures can
        make a folder of pictures of 500×375 to measure with.
        """)

    @Option(help: ArgumentHelp("A folder of pictures.", valueName: "folder"), completion: .directory)
    var data: String

    @Option(help: ArgumentHelp("Width and height of what a network sees.", valueName: "pixels"))
    var size = 224

    @Flag(help: "Resize a random part of each picture, and mirror half of them.")
    var augment = false

    @Option(help: ArgumentHelp("Threads that read; if not given, one a core.", valueName: "number"))
    var threads: Int?

    @Option(help: ArgumentHelp("The least time to measure for.", valueName: "seconds"))
    var seconds = 5.0

    @Option(
      help: ArgumentHelp(
        "Compare with torchvision and Pillow, in turn in one sitting. They are installed as for bench train, on first use.",
        valueName: "library"))
    var against: PicturePeer?

    @Option(help: ArgumentHelp("With --against: how often to measure either.", valueName: "number"))
    var rounds = 3

    @Option(
      name: .customLong("peers"),
      help: ArgumentHelp(
        "With --against: the folder of the script that measures it (default: Benchmarks/peers of the package).",
        valueName: "folder"), completion: .directory)
    var folder: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      guard (1...4096).contains(size) else { throw ValidationError("Use a size from 1 to 4096 pixels.") }
      guard threads.map({ (1...1024).contains($0) }) ?? true else { throw ValidationError("Use 1 to 1024 threads.") }
      guard (0...86_400).contains(seconds) else { throw ValidationError("Use 0 to 86400 seconds.") }
      guard (1...100).contains(rounds) else { throw ValidationError("Use 1 to 100 rounds.") }
      guard against != nil || folder == nil else {
        throw ValidationError("The folder is that of another library's script: give --against too.")
      }
    }

    func run() async throws {
      let work = PictureWork(
        data: data, size: size, threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
        augments: augment)
      let benchmark = try PictureBenchmark(work)
      let seconds = seconds
      guard let against else {
        let rate = try benchmark.measure(seconds: seconds)
        return Terminal.print(try json ? encoded(rate) : rate.text)
      }
      let (environment, rounds, json) = (try PeerEnvironment(folder), rounds, json)
      try await Interruption.endingOthers {
        try await environment.prepare()
        let comparison = try await benchmark.compare(against, environment, rounds: rounds, seconds: seconds)
        Terminal.print(try json ? encoded(comparison) : comparison.text)
      }
    }
  }
}

/// A library that people prepare pictures with today, to compare with.
enum PicturePeer: String, Codable, CaseIterable, ExpressibleByArgument {
  case torchvision

  /// What does the work.
  var name: String { "torchvision and Pillow" }
}
