import Foundation
import ResNet
import Testing

@Suite struct RecipesTests {
  @Test("The recipes are listed with one line each, and each one is there")
  func list() throws {
    let lines = try Tool.run(["recipes"]).output.split(separator: "\n")
    #expect(lines.count == Recipe.all.count)
    for (line, recipe) in zip(lines, Recipe.all) {
      #expect(line.hasPrefix(recipe.name + " ") && line.count <= 80)
    }
    let json = try Tool.run(["recipes", "--json"]).output
    #expect(try JSONDecoder().decode([Recipe].self, from: Data(json.utf8)) == Recipe.all)
  }

  @Test("A recipe that was printed is a file to train by", arguments: ["my.json", "my recipe", "here/quick"])
  func file(name: String) throws {
    let folder = try TemporaryFolder()
    try writeCIFAR10(to: folder)
    let shown = try Tool.run(["recipes", "--show", "quick"])
    #expect(shown.status == 0)
    let mine = shown.output.replacingOccurrences(of: #""epochs": 48"#, with: #""epochs": 1"#)
      .replacingOccurrences(of: #""batch": 128"#, with: #""batch": 10"#)
      .replacingOccurrences(of: #""name": "quick""#, with: #""name": "mine""#)
    try folder.write(Array(mine.utf8), to: name)
    #expect(try Tool.run(["recipes", "--show", name], in: folder.path).output == mine)
    let trained = try Tool.run(
      ["train", "--network", "resnet8", "--data", ".", "--recipe", name, "--output", "run"], in: folder.path)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.contains("\nmine: 1 epoch, 2 steps of 10 images"))
  }

  @Test("A name stays a name beside a file that is called the same")
  func nameFirst() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("no recipe".utf8), to: "quick")
    #expect(try Tool.run(["recipes", "--show", "quick"], in: folder.path).status == 0)
    let file = try Tool.run(["recipes", "--show", "./quick"], in: folder.path)
    #expect(file.status == 65)
    #expect(file.errors.hasPrefix("error: ./quick, line 1: "))
  }

  @Test("A damaged recipe is refused with the file, the line and the key")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let good = try Recipe.quick.json()
    for (old, new, answer) in [
      (#""batch""#, #""bach""#, "my.json, line 4, bach: the key 'bach' is not known. Use only name, length"),
      (#""warmUp": 0.12"#, #""warmUp": 1"#, "my.json, line 6, schedule.warmUp: a warm-up of 1.0 of the run"),
      (#"0.9,"#, #"0.9"#, "my.json, line 8: the JSON has no '}' where one is needed. Mend the file there."),
      (#""per-channel""#, #""per-channel"}}"#, "my.json, line 12: the JSON goes on after its end"),
    ] {
      let bad = good.replacingOccurrences(of: old, with: new)
      #expect(bad != good)
      try folder.write(Array(bad.utf8), to: "my.json")
      let result = try Tool.run(
        ["train", "--network", "resnet8", "--data", "generated", "--recipe", "my.json", "--output", "run"],
        in: folder.path)
      #expect(result.status == 65)
      #expect(result.errors.contains(answer), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/run"))
    }
  }
}
