import Foundation
import ResNetCore
import ResNetImages
import ResNetTraining
import Testing

@Suite struct RecipeFileTests {
  /// A recipe of any kind: each seed another one.
  private func random(_ seed: UInt64) -> Recipe {
    var numbers = RandomNumbers(seed: seed, purpose: .testing)
    func uniform() -> Double { Double(numbers.uniform()) }
    func chance() -> Bool { numbers.integer(below: 2) == 0 }
    let schedule: Schedule =
      switch numbers.integer(below: 3) {
      case 0: .constant
      case 1: .steps(at: (0..<numbers.integer(below: 5)).map { _ in uniform() }, factor: uniform() + 1e-9)
      default: .oneCycle(warmUp: uniform() * 0.99)
      }
    let names = ["mine", "räser", "a \"quoted\\name\"", "🦊/{}", "e\u{301}"]
    return Recipe(
      name: names[numbers.integer(below: names.count)],
      length: chance() ? .epochs(1 + numbers.integer(below: 1000)) : .iterations(1 + numbers.integer(below: 1 << 40)),
      batch: 1 + numbers.integer(below: 1 << 20), learningRate: uniform() * 1e3 + 1e-30, schedule: schedule,
      momentum: 0.1 + uniform() * 0.89, nesterov: chance(), weightDecay: chance() ? 0 : uniform() * 1e-6,
      decaysNormalizationAndBiases: chance(),
      augmentation: randomAugmentation(&numbers),
      normalization: chance() ? .perChannel : .perPixel, sampling: chance() ? .shuffled : .balanced,
      classWeights: chance() ? .none : .auto)
  }

  /// Any of the parts, with numbers that are possible.
  private func randomAugmentation(_ numbers: inout RandomNumbers) -> Augmentation {
    func chance() -> Bool { numbers.integer(below: 2) == 0 }
    func range(_ low: Double, _ high: Double) -> ClosedRange<Double> {
      let ends = [numbers.uniform(in: low...high), numbers.uniform(in: low...high)].sorted()
      return ends[0]...ends[1]
    }
    var augmentation = Augmentation(padding: numbers.integer(below: 9), flips: chance())
    if chance() { return augmentation }
    if chance() { augmentation.crop = .randomResized(scale: range(1e-9, 1), ratio: range(0.01, 100), .bicubic) }
    if chance() { augmentation.colorJitter = ColorJitter(brightness: numbers.fraction(), hue: chance() ? 0 : 0.1) }
    if chance() { augmentation.policy = .randAugment(operations: 1 + numbers.integer(below: 9), magnitude: 3) }
    if chance() { augmentation.policy = .trivialAugment }
    if chance() { augmentation.erasing = RandomErasing(probability: numbers.fraction(), scale: range(1e-9, 1)) }
    if chance() { augmentation.mixup = 0.01 + numbers.fraction() }
    if chance() { augmentation.cutmix = 0.01 + numbers.fraction() }
    return augmentation
  }

  @Test("Every recipe survives its file, and equal ones give equal texts")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    for recipe in Recipe.all + (0..<500).map(random) {
      let text = try recipe.json()
      #expect(try Recipe(json: text) == recipe)
      #expect(try Recipe(json: text).json() == text)
      // The text for people and the one that goes into other files say the same.
      let coded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(recipe)) as? NSDictionary
      #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary == coded)
    }
    let path = folder.path + "/mine.json"
    try Data(Recipe.he2015.json().utf8).write(to: URL(fileURLWithPath: path))
    #expect(try Recipe(contentsOf: path) == .he2015)
  }

  @Test("The file is for people: one part a line, the name first")
  func text() throws {
    let lines = try Recipe.he2015.json().split(separator: "\n")
    #expect(lines[1] == #"  "name": "he2015","#)
    #expect(lines[5] == #"  "schedule": {"kind": "steps", "at": [0.5, 0.75], "factor": 0.1},"#)
    #expect(lines[10] == #"  "augmentation": {"padding": 4, "flips": true},"#)
    #expect(lines.count == 13)
    var recipe = Recipe.he2015
    recipe.augmentation = .randomResizedCropAndFlip
    recipe.augmentation.policy = .trivialAugment
    recipe.augmentation.cutmix = 1
    #expect(
      try recipe.json().contains(
        """
          "augmentation": {
            "crop": {"scale": [0.08, 1.0], "ratio": [0.75, 1.3333333333333333], "interpolation": "bilinear"},
            "flips": true,
            "policy": {"kind": "trivial-augment"},
            "cutmix": 1.0
          },
        """))
  }

  @Test("What is not usual stands in the file only where it is so")
  func optionalParts() throws {
    var recipe = Recipe.he2015
    (recipe.sampling, recipe.classWeights) = (.balanced, .auto)
    let plain = try Recipe.he2015.json()
    let lines = try recipe.json().split(separator: "\n")
    #expect(lines[12...] == [#"  "sampling": "balanced","#, #"  "classWeights": "auto""#, "}"])
    #expect(!plain.contains("sampling") && !plain.contains("classWeights"))
    let usual = plain.replacingOccurrences(
      of: "\n}", with: ",\n\"sampling\": \"shuffled\", \"classWeights\": \"none\"}")
    #expect(try Recipe(json: usual) == .he2015)
  }

  /// What to replace in the file of `he2015`, by what, and what the error says then, from the place on.
  static let damages: [(String, String, String)] = [
    (#""batch""#, #""bach""#, "line 4, bach: the key 'bach' is not known"),
    (#"  "batch": 128,"#, "", "line 1, batch: the value is missing"),
    (#""batch": 128"#, #""batch": "128""#, "line 4, batch: a whole number is needed"),
    (#""batch": 128"#, #""batch": 1.5"#, "line 4, batch: the number is not whole, or too large"),
    (#""batch": 128"#, #""batch": 0"#, "line 4, batch: a batch of 0 is not possible"),
    (#""batch": 128"#, #""batch": 99999999999999999999"#, "line 4, batch: the number is not whole, or too large"),
    (#""batch": 128,"#, #""batch": 128, "batch": 64,"#, "line 13: the JSON has 'batch' twice in one object"),
    (#""momentum": 0.9"#, #""momentum": null"#, "line 7, momentum: a number is needed"),
    (#""momentum": 0.9"#, #""momentum": 1"#, "line 7, momentum: a momentum of 1.0 is not possible"),
    (#""nesterov": false"#, #""nesterov": 0"#, "line 8, nesterov: true or false is needed"),
    (#""momentum": 0.9"#, #""momentum": 0"#, ""),
    (#""learningRate": 0.1"#, #""learningRate": 0"#, "line 5, learningRate: a learning rate of 0.0"),
    (#""learningRate": 0.1"#, #""learningRate": 1e99"#, "line 5, learningRate: a learning rate of 1e+99"),
    (#""learningRate": 0.1"#, #""learningRate": 1e999"#, "line 5: a number of the JSON is too large"),
    (#""weightDecay": 0.0001"#, #""weightDecay": -1"#, "line 9, weightDecay: a weight decay of -1.0"),
    (#""name": "he2015""#, #""name": """#, "line 2, name: the name is empty, too long or not printable"),
    (#""name": "he2015""#, #""name": "\u001b[2J""#, "line 2, name: the name is empty, too long or not printable"),
    (#"{"iterations": 64000}"#, "{}", "line 3, length: either epochs or iterations is needed"),
    (#"{"iterations": 64000}"#, #"{"epochs": 1, "iterations": 2}"#, "line 3, length: either epochs or iterations"),
    (#"{"iterations": 64000}"#, #"{"iterations": 0}"#, "line 3, length: a run of 0 iterations is not possible"),
    (#"{"iterations": 64000}"#, #"{"epochs": 9223372036854775807}"#, "line 3, length: a run of 9223372036854775807"),
    (#"{"iterations": 64000}"#, #"{"hours": 2}"#, "line 3, length.hours: the key 'hours' is not known"),
    (#"{"iterations": 64000}"#, "30", "line 3, length: an object is needed"),
    (#""kind": "steps""#, #""kind": "stairs""#, "line 6, schedule.kind: 'stairs' is not a kind"),
    (#""kind": "steps""#, #""kind": "constant""#, "line 6, schedule.at: the key 'at' is not known"),
    (#", "factor": 0.1"#, "", "line 6, schedule.factor: the value is missing"),
    (#"[0.5, 0.75]"#, "[0.5, 1.5]", "line 6, schedule.at: the rate cannot change at 1.5 of the run"),
    (#"[0.5, 0.75]"#, "[0.5, true]", "line 6, schedule.at.1: a number is needed"),
    (#""factor": 0.1"#, #""factor": 0"#, "line 6, schedule.factor: the rate cannot be multiplied by 0.0"),
    (#""factor": 0.1"#, #""factor": 0.1, "warmUp": 0"#, "line 6, schedule.warmUp: the key 'warmUp' is not known"),
    (#""padding": 4"#, #""padding": -1"#, "line 11, augmentation.padding: a padding of -1"),
    (#""padding": 4"#, #""padding": 4, "cutout": 1"#, "line 11, augmentation.cutout: the key 'cutout' is not known"),
    (#""padding": 4"#, #""padding": 4, "crop": 1"#, "line 11, augmentation.padding: a picture is either padded or"),
    (#""padding": 4, "#, #""padding": 4, "mixup": 0, "#, "line 11, augmentation.mixup: mixup with an alpha of 0.0"),
    (#""padding": 4, "#, #""padding": 4, "mixup": 1e999, "#, "line 11: a number of the JSON is too large"),
    (
      #""padding": 4"#, #""padding": 4, "policy": {"kind": "rand-augment", "operations": 2, "magnitude": 31}"#,
      "line 11, augmentation.policy.magnitude: RandAugment with a magnitude of 31"
    ),
    (#""padding": 4"#, #""padding": 4, "repeats": 0"#, "line 11, augmentation.repeats: 0 times the same image"),
    (#""per-pixel""#, #""whitened""#, "line 12, normalization: 'whitened' is not a normalization"),
    (#""per-pixel""#, #""per-pixel","#, "line 13: "),
    (#""per-pixel""#, #""per-pixel", "sampling": "even""#, "line 12, sampling: 'even' is not a sampling"),
    (#""per-pixel""#, #""per-pixel", "classWeights": 1"#, "line 12, classWeights: a text in quotes is needed"),
    ("{\n", "[{\n", "line 13: "),
  ]

  @Test("A damaged file is refused with the line and the key", arguments: damages)
  func refusals(_ old: String, _ new: String, _ answer: String) throws {
    let good = try Recipe.he2015.json()
    let bad = good.replacingOccurrences(of: old, with: new)
    #expect(bad != good)
    guard !answer.isEmpty else {
      #expect(try Recipe(json: bad).momentum == 0)
      return
    }
    let error = try #require(throws: ResNetError.self) { try Recipe(json: bad, place: "my.json") }
    #expect(error.code == .data)
    #expect(error.description.hasPrefix("my.json, " + answer), "\(error)")
    #expect(!error.description.contains("\n") && !error.description.contains("\u{1B}"))
  }

  @Test("Nesterov's method without momentum is refused as such")
  func nesterov() throws {
    let bad = try Recipe.quick.json().replacingOccurrences(of: "0.9", with: "0")
    let error = try #require(throws: ResNetError.self) { try Recipe(json: bad) }
    #expect(error.description.hasPrefix("recipe, line 8, nesterov: Nesterov's method needs momentum"))
  }

  @Test(
    "What is no JSON object, too deep or too long is refused",
    arguments: [
      "", "null", "[]", "7", "{", "{}", "\u{FEFF}{}", "{\u{0}}", String(repeating: "[", count: 60_000),
      String(repeating: " ", count: 1 << 20),
    ])
  func noRecipe(text: String) {
    let error = #expect(throws: ResNetError.self) { try Recipe(json: text) }
    #expect(error?.code == .data)
  }

  @Test("A file that is missing, too long or not UTF-8 is refused with its name")
  func files() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/my.json"
    for bytes in [nil, [UInt8](repeating: 0x20, count: 1 << 17), [0x7B, 0xFF]] as [[UInt8]?] {
      if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
      let error = try #require(throws: ResNetError.self) { try Recipe(contentsOf: path) }
      #expect(error.code == .data && error.place == path)
    }
  }

  @Test("A recipe with which nothing can be learned is not written")
  func writing() {
    var recipe = Recipe.quick
    recipe.learningRate = .nan
    let bad = recipe
    #expect(throws: ResNetError.self) { try bad.json() }
  }
}
