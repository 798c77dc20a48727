import ArgumentParser
import ResNet

/// `resnet bench`: how fast the engine is on this machine.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the engine's speed on random images, and that of reading pictures.",
    discussion: """
      The engine's rate is that of the median step, so that a busy moment of the
      machine does not count.

        resnet bench train --network resnet20 --batch 128 --threads 2
        resnet bench infer --network resnet50 --batch 1
        resnet bench train --network resnet20 resnet56 --batch 32 128
        resnet bench train --network resnet20 --profile --flame flame.svg
        resnet bench train --network resnet20 --against torch
        resnet bench images --data photos --against torchvision
      """,
    subcommands: [Training.self, Inference.self, Images.self])

  /// `resnet bench train`.
  struct Training: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "train", abstract: "Measure steps of training: forward, backward and update.",
      usage: "resnet bench train --network <network> ... [<options>]",
      discussion: """
          resnet bench train --network resnet20
          resnet bench train --network resnet50 --batch 16 --seconds 30 --json
          resnet bench train --network resnet1202 --memory-limit 3GiB
          resnet bench train --network resnet20 --profile
          resnet bench train --network resnet50 --batch 16 --against torch
        """)

    @OptionGroup var options: BenchOptions
    @OptionGroup var memory: MemoryOption

    func run() async throws { try await options.run(.training, memoryLimit: memory.memoryLimit) }
  }

  /// `resnet bench infer`.
  struct Inference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "infer", abstract: "Measure evaluation with running statistics.",
      usage: "resnet bench infer --network <network> ... [<options>]",
      discussion: """
          resnet bench infer --network resnet20
          resnet bench infer --network resnet50 --batch 1 --threads 1
          resnet bench infer --network resnet18 resnet50 --batch 1 16 --json
          resnet bench infer --network resnet50 --batch 16 --precision bf16 int8
          resnet bench infer --network resnet50 --batch 1 --against openvino

        In int8 the scales of a network's numbers are found on a random image first.
        """)

    @OptionGroup var options: BenchOptions

    func run() async throws { try await options.run(.inference) }
  }
}
