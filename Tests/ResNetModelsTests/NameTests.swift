import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct NameTests {
  @Test("Every network of the catalogue is found under its name, is built, and is described in one line")
  func catalogue() throws {
    #expect(Architecture.catalogue.map(\.name).contains("fully_connected_plain20"))
    #expect(Set(Architecture.catalogue.map(\.name)).count == Architecture.catalogue.count)
    for entry in Architecture.catalogue {
      let network = try Architecture.named(entry.name)
      #expect(network.name == entry.name)
      #expect(try network.graph(classes: 7).outputShape == [7])
      #expect(!entry.description.isEmpty && !entry.description.contains("\n") && entry.description.count < 80)
    }
  }

  @Test("A name's depth is the network's", arguments: [8, 20, 26, 50, 110, 152, 200, 1202, 9998])
  func depths(_ depth: Int) throws {
    #expect(try Architecture.named("cifar_resnet\(depth)").depth == depth)
    #expect(try Architecture.named("plain\(depth)").depth == depth)
    #expect(try Architecture.named("fully_connected_resnet\(depth)").depth == depth)
  }

  @Test("Where both families have a depth the bare name is the ImageNet network's", arguments: [50, 152, 200])
  func ambiguous(_ depth: Int) throws {
    let bare = try Architecture.named("resnet\(depth)")
    let cifar = try Architecture.named("cifar_resnet\(depth)")
    #expect(bare.input == [3, 224, 224] && bare.block == .bottleneck)
    #expect(cifar.input == [3, 32, 32] && cifar.name == "cifar_resnet\(depth)")
    #expect(try Architecture.named("plain\(depth)").block == .bottleneck)
    #expect(try Architecture.named("cifar_plain\(depth)") == cifar.plainCounterpart)
  }

  @Test("The prefix is always allowed, and the conveniences are the named networks")
  func conveniences() throws {
    #expect(try Architecture.named("cifar_resnet20") == .named("resnet20"))
    #expect(try Architecture.cifar(depth: 56, shortcut: .none) == .named("plain56"))
    #expect(try Architecture.fullyConnected(depth: 20, shortcut: .none) == .named("fully_connected_plain20"))
    #expect(try Architecture.named("resnet50") == .resNet50)
    #expect(try Architecture.named("plain18") == .plain18)
    #expect(try Architecture.named("plain34") == .plain34)
    #expect(try Architecture.named("resnet20").shortcut == .zeroPadding)
    #expect(Architecture.resNet18.shortcut == .projection)
  }

  @Test(
    "An impossible depth is refused with the nearest that are possible",
    arguments: [
      ("resnet21", "are resnet20 and resnet26"), ("resnet0", "is resnet8"), ("plain-3", "is plain8"),
      ("resnet99999999999", "is resnet9998"), ("resnet99999999999999999999999", "is resnet9998"),
      ("resnet-99999999999999999999999", "is resnet9998"), ("resnet19", "are resnet18 and resnet20"),
      ("resnet-35", "are resnet34 and resnet38"), ("PreAct-ResNet-18", "are preact_resnet14 and preact_resnet20"),
      ("wide-resnet-17-4", "are wide_resnet16_4 and wide_resnet22_4"),
      ("plain9", "are plain8 and plain14"), ("resnet100", "are resnet98 and resnet101"),
      ("cifar_resnet18", "are cifar_resnet14 and cifar_resnet20"), ("resnet9999", "is resnet9998"),
      ("fully_connected_plain3", "is fully_connected_plain8"),
      ("preact_resnet111", "are preact_resnet110 and preact_resnet116"),
      ("wide_resnet0_4", "is wide_resnet10_4"), ("cifar_plain10000", "is cifar_plain9998"),
    ])
  func impossibleDepth(_ name: String, _ expected: String) throws {
    let error = #expect(throws: ResNetError.self) { try Architecture.named(name) }
    #expect(error?.code == .usage)
    #expect(error?.remedy == "The nearest \(expected)")
    // What separates a name from its depth is no sign of it.
    #expect(error?.message.contains("depth -") == false)
    let rule = name.hasPrefix("wide") ? "6n + 4 from 10 to 10000" : "6n + 2 from 8 to 9998"
    #expect(error?.message.contains(rule) == true)
  }

  @Test("Each family has its rule, and a second number where its names have one")
  func rules() throws {
    for name in [
      "cifar_bottleneck_resnet11", "cifar_bottleneck_plain164", "preact_resnet8", "preact_plain110",
      "preact_bottleneck_resnet29", "wide_resnet40_4", "densenet100_k24", "densenet_bc250_k24",
    ] {
      #expect(try Architecture.named(name).name == name)
    }
    for (name, expected) in [
      ("cifar_bottleneck_resnet165", "9n + 2 from 11 to 9992"), ("densenet41_k12", "3n + 4 from 7 to 10000"),
      ("densenet_bc40_k12", ""), ("densenet_bc41_k12", "6n + 4 from 10 to 10000"),
    ] {
      guard !expected.isEmpty else {
        #expect(try Architecture.named(name).depth == 40)
        continue
      }
      let error = #expect(throws: ResNetError.self) { try Architecture.named(name) }
      #expect(error?.message.contains(expected) == true)
    }
    for name in ["wide_resnet28_0", "wide_resnet28_1025", "densenet-40-k0", "densenet40_k99999999999999999999"] {
      let error = #expect(throws: ResNetError.self) { try Architecture.named(name) }
      #expect(error?.code == .usage && error?.remedy.contains("1 to 1024") == true)
    }
  }

  @Test(
    "An unknown name is refused with names that exist",
    arguments: [
      "", "resnet", "plain", "alexnet", "resnet20x", "resnet 20", "resnet２０", "resnet+20", "cifar_resnext50",
      "resnet--20", "resnet-", "wide_resnet28", "wide_resnet28_", "densenet40", "densenet_k12", "densenet122",
      "\u{1b}[31mresnet20", String(repeating: "resnet20", count: 10_000),
    ])
  func unknown(_ name: String) throws {
    let error = try #require(throws: ResNetError.self) { try Architecture.named(name) }
    #expect(error.code == .usage)
    #expect(error.description.contains("resnet18"))
    #expect(error.description.utf8.count < 400 && !error.description.contains("\u{1b}"))
  }

  @Test(
    "A name that is only written differently, or almost right, is guessed",
    arguments: [
      ("ResNet20", "resnet20"), ("RESNET-20", "resnet20"), ("resnet 20", "resnet20"), ("resnet-18", "resnet18"),
      ("ResNet18", "resnet18"), ("resnet_50", "resnet50"), ("resnet-20", "resnet20"), ("plain-18", "plain18"),
      ("Wide-ResNet50-2", "wide_resnet50_2"), ("wide resnet28-10", "wide_resnet28_10"), ("resent50", "resnet50"),
      ("resnext50", "resnext50_32x4d"), ("wide_resnet50", "wide_resnet50_2"), ("densenet-121", "densenet121"),
      ("resnext-50-32x4d", "resnext50_32x4d"), ("cifar-resnet26", "resnet26"), ("preact-resnet-20", "preact_resnet20"),
      ("PreActResNet20", "preact_resnet20"), ("cifar-resnet-44", "resnet44"), ("cifar-resnet-50", "cifar_resnet50"),
      ("fully-connected-resnet-32", "fully_connected_resnet32"), ("wide-resnet-16-4", "wide_resnet16_4"),
      ("fully connected plain 32", "fully_connected_plain32"), ("densenet-100-k24", "densenet100_k24"),
      ("densenet-bc-100-12", "densenet_bc100_k12"), ("densenet40-13", "densenet40_k13"),
      ("wide-resnet-28", "wide_resnet28_10"), ("plan44", "plain44"),
      ("preact_resent20", "preact_resnet20"), ("resnet20x", "resnet20"),
    ])
  func guess(_ name: String, _ expected: String) throws {
    let error = try #require(throws: ResNetError.self) { try Architecture.named(name) }
    #expect(error.code == .usage && error.message == "there is no network called '\(name)'")
    #expect(error.remedy.hasPrefix("Did you mean \(expected)?"), "\(error)")
  }

  @Test(
    "No network of other numbers is guessed, and none where much is wrong",
    arguments: [
      "resnet-16-4", "resnet-5-0", "densenet122", "densenet41-13", "wrn-28-10", "resnet", "ResNet", "vgg20", "alexnet",
      "widresnet50", "densenet-40-12-3",
    ])
  func noGuess(_ name: String) throws {
    let error = try #require(throws: ResNetError.self) { try Architecture.named(name) }
    #expect(error.code == .usage && !error.remedy.contains("Did you mean"), "\(error)")
  }

  @Test("Depths that a family does not have are refused by the conveniences too")
  func convenienceDepths() throws {
    for depth in [.min, -4, 0, 2, 7, 21, 10_000, .max] {
      #expect(throws: ResNetError.self) { try Architecture.cifar(depth: depth) }
      #expect(throws: ResNetError.self) { try Architecture.fullyConnected(depth: depth) }
    }
  }
}
