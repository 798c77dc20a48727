import Foundation
import ResNetCore
import ResNetModels
import ResNetPlots
import ResNetTraining
import Testing

@testable import ResNetAnalysis

/// A made-up run: errors after each of some epochs of 100 steps.
func madeRun(
  _ network: String, seed: UInt64 = 0, training: [Double], test: [Double]? = nil, diverged: Bool = false,
  recipe: Recipe = .he2015, hash: String = "images"
) throws -> Comparison.Run {
  Comparison.Run(
    architecture: try .named(network), parameters: 1000, recipe: recipe, seed: seed, images: "made-up images",
    imagesHash: hash,
    epochs: training.indices.map { epoch in
      RunCurve.Epoch(
        number: epoch + 1, step: 100 * (epoch + 1), learningRate: 0.1, trainingLoss: training[epoch] / 50,
        trainingError: training[epoch], testLoss: test.map { $0[epoch] / 50 }, testError: test?[epoch])
    }, seconds: 60 + Double(seed), divergedAt: diverged ? 100 * training.count + 7 : nil)
}

/// Runs of a network with some seeds that end with these errors.
func madeRuns(_ network: String, training: [Double], test: [Double]) throws -> [Comparison.Run] {
  try zip(training, test).enumerated().map { seed, errors in
    try madeRun(network, seed: UInt64(seed), training: [60, errors.0], test: [55, errors.1])
  }
}

@Suite struct ComparisonTests {
  private func verdict(_ runs: [Comparison.Run]...) throws -> Comparison.Verdict {
    try Comparison(runs.flatMap(\.self)).verdict
  }

  @Test("Where deeper plain networks are worse on training images too, that is degradation, and residual ones are not")
  func degradation() throws {
    let verdict = try verdict(
      madeRuns("plain20", training: [5.0, 5.2, 5.1], test: [9.5, 9.6, 9.4]),
      madeRuns("plain56", training: [9.8, 10.1, 9.9], test: [13.4, 13.6, 13.1]),
      madeRuns("resnet20", training: [3.7, 3.6, 3.8], test: [8.7, 8.6, 8.9]),
      madeRuns("resnet56", training: [1.2, 1.1, 1.3], test: [7.0, 6.9, 7.1]))
    #expect(verdict.depth.map(\.family) == ["plain", "residual"])
    #expect(verdict.depth.map(\.layers) == [[20, 56], [20, 56]])
    #expect(verdict.depth[0].training.direction == .rises && verdict.depth[0].test?.direction == .rises)
    #expect(verdict.depth[1].training.direction == .falls && verdict.depth[1].test?.direction == .falls)
    #expect(verdict.shortcut?.layers == 56 && verdict.shortcut?.test?.direction == .falls)
    #expect(verdict.cautions.isEmpty)
    #expect(
      verdict.text == """
        Depth hurts the plain networks: from 20 to 56 layers the test error rises from 9.50 % (9.40 to 9.60) to 13.40 % \
        (13.10 to 13.60), the training error rises from 5.10 % (5.00 to 5.20) to 9.90 % (9.80 to 10.10). That is \
        degradation and not overfitting: the deeper network fits its own training images worse. Depth helps the residual \
        networks: from 20 to 56 layers the test error falls from 8.70 % (8.60 to 8.90) to 7.00 % (6.90 to 7.10), the \
        training error falls from 3.70 % (3.60 to 3.80) to 1.20 % (1.10 to 1.30). With 56 layers the residual network's \
        test error is 6.40 points below the plain one's (13.40 % (13.10 to 13.60) plain, 7.00 % (6.90 to 7.10) residual).
        """)
  }

  @Test("Where the deeper network is worse on test images alone, that is overfitting")
  func overfitting() throws {
    let verdict = try verdict(
      madeRuns("plain20", training: [5.0, 5.2, 5.1], test: [9.5, 9.6, 9.4]),
      madeRuns("plain56", training: [1.0, 1.1, 1.2], test: [13.4, 13.6, 13.1]))
    #expect(verdict.text.contains("That is overfitting") && !verdict.text.contains("degradation"))
    #expect(verdict.shortcut == nil)
  }

  @Test("Ranges that overlap tell nothing, and the verdict says so")
  func overlap() throws {
    let verdict = try verdict(
      madeRuns("resnet20", training: [3.0, 3.4, 3.2], test: [8.5, 9.0, 8.7]),
      madeRuns("resnet56", training: [3.3, 2.9, 3.1], test: [8.6, 8.2, 8.4]))
    #expect(verdict.depth[0].test?.direction == .unclear && verdict.depth[0].training.direction == .unclear)
    #expect(verdict.text.hasPrefix("Depth makes no clear difference to the residual networks"))
    #expect(!verdict.text.contains("helps") && !verdict.text.contains("hurts"))
  }

  @Test("Few seeds are told, and with one a difference below a percentage point counts as none")
  func fewSeeds() throws {
    func one(_ error: Double) throws -> Comparison.Verdict {
      try verdict([madeRun("plain20", training: [5], test: [9])], [madeRun("plain32", training: [5], test: [error])])
    }
    #expect(try one(9.9).depth[0].test?.direction == .unclear)
    #expect(try one(10.1).depth[0].test?.direction == .rises)
    #expect(try one(7.9).depth[0].test?.direction == .falls)
    #expect(
      try one(9.9).text.contains(
        "One seed cannot tell effect from chance: a difference of less than a percentage point counts as none."))
    let two = try verdict(
      madeRuns("plain20", training: [5, 5], test: [9.0, 9.1]), madeRuns("plain32", training: [5, 5], test: [9.2, 9.3]))
    #expect(two.depth[0].test?.direction == .unclear)
    #expect(two.text.contains("by chance one time in six"))
  }

  @Test("The chance of ranges that do not overlap is one in the ways to divide the runs")
  func chance() throws {
    for (first, second, ways) in [(1, 1, 2.0), (2, 2, 6), (3, 3, 20), (1, 3, 4), (3, 2, 10)] {
      let change = ErrorChange(
        from: try #require(Spread((0..<first).map(Double.init))),
        to: try #require(Spread((0..<second).map(Double.init))))
      #expect(abs(change.chance - 1 / ways) < 1e-12)
    }
  }

  @Test("One depth says nothing about depth, and one kind nothing about shortcuts")
  func singleDepth() throws {
    let alone = try verdict(madeRuns("resnet20", training: [3, 3, 3], test: [8, 8, 8]))
    #expect(alone.depth.isEmpty && alone.shortcut == nil)
    #expect(
      alone.text.hasPrefix("There are no two networks of one kind that differ in depth, nor a plain and a residual"))
    let pair = try verdict(
      madeRuns("plain20", training: [5, 5, 5], test: [9, 9.1, 9.2]),
      madeRuns("resnet20", training: [3, 3, 3], test: [8, 8.1, 8.2]))
    #expect(pair.depth.isEmpty && pair.shortcut?.layers == 20)
    #expect(pair.text.hasPrefix("With 20 layers the residual network's test error is 1.00 points below"))
    let unclear = try verdict(
      madeRuns("plain20", training: [5, 5, 5], test: [8, 8.1, 9]),
      madeRuns("resnet20", training: [3, 3, 3], test: [8, 8.1, 8.2]))
    #expect(unclear.text.contains("does not clearly differ"))
  }

  @Test("Runs that diverge or have no numbers are worse than any other, and the verdict names them")
  func divergence() throws {
    let verdict = try verdict(
      madeRuns("plain20", training: [5.0, 5.2, 5.1], test: [9.5, 9.6, 9.4]),
      [
        madeRun("plain110", seed: 0, training: [80], test: [80], diverged: true),
        madeRun("plain110", seed: 1, training: [], test: [], diverged: true),
        madeRun("plain110", seed: 2, training: [60, .nan], test: [60, .nan]),
      ], madeRuns("resnet110", training: [1, 1, 1], test: [6, 6, 6]))
    #expect(verdict.depth[0].test?.direction == .rises)
    #expect(verdict.text.contains("to divergence"))
    #expect(verdict.text.contains("With 110 layers the plain network diverges and the other does not."))
    #expect(verdict.cautions == ["plain110 diverged with 2 of 3 seeds."])
    let all = try self.verdict([madeRun("plain20", training: [], test: [], diverged: true)])
    #expect(all.cautions == ["plain20 diverged with its seed."])
  }

  @Test("Without test images the training error decides")
  func untested() throws {
    let comparison = try Comparison([
      madeRun("plain20", training: [30, 5]), madeRun("plain56", training: [30, 10]),
    ])
    #expect(
      comparison.verdict.text.hasPrefix("Depth hurts the plain networks: from 20 to 56 layers the training error"))
    #expect(comparison.gapFigure == nil)
    #expect(comparison.networks[0].testError == nil && comparison.networks[0].bestTestError == nil)
  }

  @Test("Of three depths the one in the middle can be the best")
  func middle() throws {
    let verdict = try verdict(
      madeRuns("plain20", training: [9, 9, 9], test: [9.0, 9.1, 9.2]),
      madeRuns("plain32", training: [9, 9, 9], test: [8.0, 8.1, 8.2]),
      madeRuns("plain56", training: [9, 9, 9], test: [8.5, 8.6, 8.7]))
    #expect(verdict.depth[0].layers == [20, 32, 56] && verdict.depth[0].bestLayers == 32)
    #expect(verdict.text.contains("The least error is that of 32 layers."))
  }

  @Test("Layers are counted as the literature counts them")
  func layers() throws {
    for (name, layers) in [
      ("plain20", 20), ("resnet56", 56), ("resnet18", 18), ("plain34", 34), ("resnet50", 50), ("resnet152", 152),
      ("preact_bottleneck_resnet164", 164), ("densenet121", 121), ("densenet40_k12", 40), ("resnext50_32x4d", 50),
    ] {
      #expect(try Comparison([madeRun(name, training: [1])]).networks[0].layers == layers, "\(name)")
    }
    var projected = try Architecture.named("resnet20")
    projected.shortcut = .projectionEverywhere
    #expect(projected.depth == 20)
  }

  @Test("Networks that differ in depth alone are of a family; basic blocks and bottlenecks are, wider ones are not")
  func families() throws {
    let names = ["resnet34", "plain18", "resnet50", "wide_resnet50_2", "plain34", "resnet18", "densenet121"]
    let comparison = try Comparison(names.map { try madeRun($0, training: [1]) })
    #expect(
      comparison.families.map { $0.networks.map(\.name) } == [
        ["resnet18", "resnet34", "resnet50"], ["plain18", "plain34"], ["wide_resnet50_2"], ["densenet121"],
      ])
    #expect(
      comparison.families.map(\.name) == [
        "residual like resnet34", "plain", "residual like wide_resnet50_2", "dense",
      ])
  }

  @Test("Runs on other images, runs named twice and no runs are refused; other recipes are told")
  func refusals() throws {
    let run = try madeRun("plain20", training: [5], test: [9])
    let other = try madeRun("resnet20", training: [5], test: [9], hash: "others")
    for (runs, words) in [
      ([], "nothing to compare"), ([run, other], "other images"), ([run, run], "same seed"),
    ] as [([Comparison.Run], String)] {
      let error = #expect(throws: ResNetError.self) { try Comparison(runs) }
      #expect(error?.code == .usage && error?.message.contains(words) == true)
    }
    let quick = try madeRun("plain20", training: [5], test: [9], recipe: .quick)
    let comparison = try Comparison([run, quick])
    #expect(comparison.networks.map(\.name) == ["plain20, he2015", "plain20, quick"])
    #expect(comparison.verdict.text.contains("The recipes are not the same"))
    var longer = quick
    longer.recipe.length = .epochs(3)
    #expect(try Comparison([quick, longer]).networks.map(\.name) == ["plain20, quick (1)", "plain20, quick (2)"])
  }

  @Test("Figures hold medians and ranges, and the files what they are called after")
  func files() throws {
    let comparison = try Comparison(
      madeRuns("plain20", training: [5.0, 5.2, 5.1], test: [9.5, 9.6, 9.4])
        + madeRuns("plain56", training: [9.8, 10.1, 9.9], test: [13.4, 13.6, 13.1])
        + [madeRun("resnet20", training: [40], test: [50], diverged: true)])
    let errors = comparison.errorFigure.panels[0].series
    #expect(
      errors.map(\.name) == [
        "plain20, training", "plain20, test", "plain56, training", "plain56, test",
        "resnet20, training", "resnet20, test",
      ])
    #expect(errors[1].points.map(\.x) == [100, 200] && errors[1].points.map(\.y) == [55, 9.5])
    #expect(errors[1].band.last?.low == 9.4 && errors[1].band.last?.high == 9.6)
    #expect(errors[0].emphasis == .thin && errors[1].emphasis == .bold)
    #expect(errors[4].band.isEmpty)
    let depth = comparison.depthFigure.panels[0].series
    #expect(depth[1].points.map(\.x) == [20, 56] && depth[1].points.map(\.y) == [9.5, 13.4])
    let gap = try #require(comparison.gapFigure).panels[0].series
    #expect(abs(gap[0].points[1].y - 4.4) < 1e-9)

    let folder = NSTemporaryDirectory() + "resnet-comparison-\(UUID().uuidString)/below"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = try comparison.write(to: folder)
    #expect(
      files.map { ($0 as NSString).lastPathComponent }
        == ["comparison.svg", "comparison-depth.svg", "comparison-gap.svg", "comparison.csv", "comparison.txt"])
    let lines = try String(contentsOfFile: folder + "/comparison.csv", encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[0].hasPrefix("network,kind,layers,parameters,runs,diverged,epochs,iterations,training_error_percent,"))
    #expect(lines[1].hasPrefix("plain20,plain,20,1000,3,0,2,200,5.1,5.0,5.2,9.5,9.4,9.6,"))
    // A run that diverged has no number at its end, but a best epoch.
    #expect(lines[3].hasPrefix("resnet20,residual,20,1000,1,1,1,100,,,,,,,40.0,40.0,40.0,50.0,50.0,50.0,"))
    let text = try String(contentsOfFile: folder + "/comparison.txt", encoding: .utf8)
    #expect(text.contains("plain20       20     3   5.10 (5.00–5.20)"), "\(text)")
    #expect(text.contains("diverged") && text.contains("as they are trained on"))
  }
}
