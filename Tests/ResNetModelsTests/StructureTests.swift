import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

@Suite struct StructureTests {
  private func names(_ graph: Graph) -> [String] { graph.parameters.map(\.name) }

  @Test("Parameter names are torchvision's, in its order")
  func torchvisionNames() throws {
    let all = names(try Architecture.resNet50.graph(classes: 1000))
    let norm = ["weight", "bias", "running_mean", "running_var"]
    func block(_ path: String, layers: [String]) -> [String] {
      layers.flatMap { layer in
        layer.hasPrefix("bn") || layer.hasSuffix(".1")
          ? norm.map { "\(path).\(layer).\($0)" } : ["\(path).\(layer).weight"]
      }
    }
    let head = ["conv1.weight"] + norm.map { "bn1.\($0)" }
    let first = ["conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample.0", "downsample.1"]
    #expect(Array(all.prefix(5 + 20)) == head + block("layer1.0", layers: first))
    #expect(Array(all.dropFirst(25).prefix(15)) == block("layer1.1", layers: Array(first.prefix(6))))
    #expect(Array(all.suffix(2)) == ["fc.weight", "fc.bias"])
    #expect(
      all.filter { $0.contains("downsample.0") }.map { $0.prefix(8) } == [
        "layer1.0", "layer2.0", "layer3.0", "layer4.0",
      ])
  }

  @Test("CIFAR networks are named likewise; option B normalises its projections, and plain ones have none")
  func cifarNames() throws {
    let b = names(try Architecture.cifar(depth: 20, shortcut: .projection).graph(classes: 10))
    let a = names(try Architecture.cifar(depth: 20).graph(classes: 10))
    let plain = names(try Architecture.cifar(depth: 20, shortcut: .none).graph(classes: 10))
    #expect(b.contains("layer3.2.bn2.running_var") && !b.contains { $0.hasPrefix("layer4") })
    #expect(
      b.filter { $0.contains("downsample.1.weight") } == [
        "layer2.0.downsample.1.weight", "layer3.0.downsample.1.weight",
      ])
    #expect(a == plain && a == b.filter { !$0.contains("downsample") })
  }

  @Test("Option A puts half of its zeros before and half after, or all after")
  func zeroPadding() throws {
    func paddings(_ shortcut: Shortcut) throws -> [ZeroPadding] {
      try Architecture.cifar(depth: 20, shortcut: shortcut).graph(classes: 10).layers.compactMap {
        if case .zeroPadding(let padding) = $0.operation { padding } else { nil }
      }
    }
    #expect(
      try paddings(.zeroPadding) == [
        ZeroPadding(stride: 2, before: 8, after: 8), ZeroPadding(stride: 2, before: 16, after: 16),
      ])
    #expect(
      try paddings(.zeroPaddingAfter) == [
        ZeroPadding(stride: 2, before: 0, after: 16), ZeroPadding(stride: 2, before: 0, after: 32),
      ])
  }

  @Test("A block ends in g(z + W_s·a); a plain one in g(z)", arguments: Shortcut.allCases)
  func equation(_ shortcut: Shortcut) throws {
    let graph = try Architecture.cifar(depth: 20, shortcut: shortcut).graph(classes: 10)
    for stage in 1...3 {
      for block in 0...2 {
        let last = graph.layers[try graph.index(of: "layer\(stage).\(block)")]
        #expect(last.operation == .relu)
        let sum = graph.layers[last.inputs[0]]
        guard shortcut != .none else {
          #expect(sum.name == "layer\(stage).\(block).bn2")
          continue
        }
        #expect(sum.operation == .add)
        #expect(graph.layers[sum.inputs[0]].name == "layer\(stage).\(block).bn2")
        let carried = graph.layers[sum.inputs[1]]
        let entered = graph.layers[try graph.index(of: "layer\(stage).\(block).conv1")].inputs[0]
        let changes = stage > 1 && block == 0
        switch shortcut {
        case .projectionEverywhere: #expect(carried.name == "layer\(stage).\(block).downsample.1")
        case .projection where changes: #expect(carried.name == "layer\(stage).\(block).downsample.1")
        case .pooledProjection where changes: #expect(carried.name == "layer\(stage).\(block).downsample.2")
        case _ where changes: #expect(carried.operation.kind == "zeroPadding")
        default: #expect(sum.inputs[1] == entered)
        }
      }
    }
  }

  @Test("The stride of a bottleneck is in its 3×3, or in its first 1×1")
  func strides() throws {
    func stride(_ layer: String, _ position: StridePosition) throws -> Int? {
      var network = Architecture.resNet50
      network.strideIn = position
      let graph = try network.graph(classes: 10)
      guard case .convolution(let convolution) = graph.layers[try graph.index(of: layer)].operation else { return nil }
      return convolution.stride
    }
    #expect(try stride("layer2.0.conv1", .threeByThree) == 1)
    #expect(try stride("layer2.0.conv2", .threeByThree) == 2)
    #expect(try stride("layer2.0.conv1", .oneByOne) == 2)
    #expect(try stride("layer2.0.conv2", .oneByOne) == 1)
    #expect(try stride("layer2.0.downsample.0", .oneByOne) == 2)
  }

  @Test(
    "Without normalisation every layer has a bias that begins at 0",
    arguments: ["resnet20", "resnet50", "fully_connected_resnet8"])
  func biases(_ name: String) throws {
    var network = try Architecture.named(name)
    network.normalization = .none
    let parameters = try network.graph(classes: 10).parameters
    #expect(!parameters.contains { $0.kind == .scale || $0.kind == .runningMean })
    let biases = parameters.filter { $0.kind == .bias }
    #expect(biases.count == parameters.count / 2)
    #expect(biases.dropLast().allSatisfy { $0.initializer == .constant(0) })
  }

  @Test("Initialisers reach every weight, and the last layer begins as documented")
  func initialization() throws {
    let cases: [(Initialization, Initializer, Initializer, Initializer)] = [
      (.he, .he(.fanOut), .uniformByFanIn, .uniformByFanIn), (.xavier, .xavier, .xavier, .constant(0)),
      (.normal(deviation: 0.01), .normal(deviation: 0.01), .normal(deviation: 0.01), .constant(0)),
    ]
    for (initialization, hidden, last, bias) in cases {
      for name in ["resnet18", "plain20", "fully_connected_resnet8"] {
        var network = try Architecture.named(name)
        network.initialization = initialization
        let parameters = try network.graph(classes: 10).parameters
        let weights = parameters.filter { $0.kind == .weight }
        #expect(weights.dropLast().allSatisfy { $0.initializer == hidden })
        #expect(weights.last?.initializer == last)
        #expect(parameters.last?.initializer == bias)
        #expect(Initialization(initialization.description) == initialization)
      }
    }
  }

  @Test(
    "With a zero last scale only the last normalisation of each branch begins at 0",
    arguments: [("resnet20", "bn2"), ("resnet50", "bn3"), ("fully_connected_resnet20", "bn2")])
  func zeroLastScale(_ name: String, _ last: String) throws {
    var network = try Architecture.named(name)
    network.zeroLastScale = true
    for parameter in try network.graph(classes: 10).parameters where parameter.kind == .scale {
      let isLast = parameter.name.hasPrefix("layer") && parameter.name.hasSuffix(".\(last).weight")
      #expect(parameter.initializer == .constant(isLast ? 0 : 1), "\(parameter.name)")
    }
  }

  @Test("Fully connected blocks carry vectors by the identity, by zeros or by a matrix W_s")
  func fullyConnected() throws {
    let b = try Architecture.fullyConnected(depth: 14).graph(classes: 10, input: [20])
    let matrix = try #require(b.parameters.first { $0.name == "layer2.0.downsample.0.weight" })
    #expect(matrix.shape == [128, 64])
    #expect(
      !b.parameters.contains { $0.name.hasPrefix("layer2.1.downsample") || $0.name.hasPrefix("layer1.0.downsample") })
    #expect(b.layers[try b.index(of: "layer3")].shape == [256])

    let a = try Architecture.fullyConnected(depth: 14, shortcut: .zeroPadding).graph(classes: 10, input: [20])
    #expect(
      a.layers[try a.index(of: "layer2.0.pad")].operation == .zeroPadding(ZeroPadding(stride: 1, before: 32, after: 32))
    )
    let images = try Architecture.fullyConnected(depth: 14).graph(classes: 10)
    #expect(images.layers[try images.index(of: "linear1")].inputs == [try images.index(of: "flatten")])
    #expect(images.parameters.first?.shape == [64, 3072])
  }

  @Test("Without a stem the first block takes the input itself")
  func withoutStem() throws {
    let vectors = Architecture(
      name: "taught", input: [6], stem: .none, block: .fullyConnected, stages: [Stage(blocks: 2, width: 6)],
      shortcut: .projection, normalization: .none)
    let graph = try vectors.graph(classes: 3)
    #expect(names(graph).first == "layer1.0.linear1.weight")
    #expect(!names(graph).contains { $0.contains("downsample") })
    #expect(try names(vectors.graph(classes: 3, input: [9])).contains("layer1.0.downsample.0.bias"))
    #expect(vectors.depth == 5)

    let images = Architecture(
      name: "bare", input: [4, 9, 7], stem: .none, block: .basic, stages: [Stage(blocks: 1, width: 4, stride: 2)],
      shortcut: .zeroPadding)
    let bare = try images.graph(classes: 3)
    #expect(bare.layers[try bare.index(of: "layer1")].shape == [4, 5, 4])
  }

  @Test(
    "Any size and number of channels will do",
    arguments: [[1, 1, 1], [1, 28, 28], [3, 33, 31], [4, 7, 300], [12, 224, 224]] as [Shape])
  func sizes(_ input: Shape) throws {
    for name in [
      "resnet20", "plain20", "resnet18", "resnet50", "fully_connected_resnet8", "resnext50_32x4d", "se_resnet50",
      "resnet50d", "preact_resnet20", "preact_bottleneck_resnet11", "wide_resnet10_2", "densenet121", "densenet10_k3",
      "densenet_bc10_k3",
    ] {
      for shortcut in Shortcut.allCases {
        var network = try Architecture.named(name)
        network.shortcut = shortcut
        #expect(try network.graph(classes: 5, input: input).outputShape == [5])
      }
    }
  }
}
