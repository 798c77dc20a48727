import ArgumentParser
import ResNet

/// `resnet recipes`: the ways to train that have a name.
struct Recipes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the recipes, or print one as a file to change.",
    discussion: """
      A recipe is how a network is trained: how long, in which steps, with which
      changes of the images. One of your own is a small file:

        resnet recipes
        resnet recipes --show quick > my.json
        resnet train --network resnet20 --data cifar-10-batches-bin \\
          --recipe my.json --output runs/mine

      The file says everything: a key that is missing, unknown or there twice is
      refused with its line. Two keys are there only where they say something:
      "sampling": "balanced" and "classWeights": "auto".
      """)

  @Option(
    help: ArgumentHelp("Print this recipe, by its name or from a file, as JSON.", valueName: "recipe"),
    completion: .recipes)
  var show: String?

  @Flag(help: "Print the list as JSON.")
  var json = false

  func run() throws {
    if let show {
      Terminal.print(try Recipe(argument: show).json())
    } else if json {
      Terminal.print(try encoded(Recipe.all))
    } else {
      let width = Recipe.all.map(\.name.count).max() ?? 0
      for recipe in Recipe.all {
        Terminal.print(
          recipe.name + String(repeating: " ", count: width + 2 - recipe.name.count)
            + "\(recipe.length), batch \(recipe.batch), rate \(recipe.learningRate), \(recipe.schedule)")
      }
    }
  }
}
