import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

/// A network and what the literature counts in it; multiply-adds as printed there, where they are.
struct Reference: Sendable, CustomTestStringConvertible {
  var name: String
  var shortcut: Shortcut?
  var strideIn: StridePosition?
  var parameters: Int
  /// A number of units, with the unit and the digits after the point to compare.
  var multiplyAdds: (count: Double, unit: Double, digits: Double)?

  var testDescription: String { "\(name) \(shortcut?.rawValue ?? "") \(strideIn?.rawValue ?? "")" }

  static func giga(_ count: Double) -> (Double, Double, Double) { (count, 1e9, 1e3) }
  static func mega(_ count: Double, digits: Double = 1e2) -> (Double, Double, Double) { (count, 1e6, digits) }

  static let imageNet: [Reference] = [
    Reference(name: "plain18", parameters: 11_515_688),
    Reference(name: "plain34", parameters: 21_623_848),
    Reference(name: "resnet18", shortcut: .zeroPadding, parameters: 11_515_688),
    Reference(name: "resnet18", shortcut: .zeroPaddingAfter, parameters: 11_515_688),
    Reference(name: "resnet18", parameters: 11_689_512, multiplyAdds: giga(1.814)),
    Reference(name: "resnet18", shortcut: .projectionEverywhere, parameters: 12_043_816),
    Reference(name: "resnet34", shortcut: .zeroPadding, parameters: 21_623_848),
    Reference(name: "resnet34", parameters: 21_797_672, multiplyAdds: giga(3.664)),
    Reference(name: "resnet34", shortcut: .projectionEverywhere, parameters: 22_716_840),
    Reference(name: "resnet50", parameters: 25_557_032, multiplyAdds: giga(4.089)),
    Reference(name: "resnet50", strideIn: .oneByOne, parameters: 25_557_032, multiplyAdds: giga(3.858)),
    Reference(name: "resnet101", parameters: 44_549_160, multiplyAdds: giga(7.801)),
    Reference(name: "resnet101", strideIn: .oneByOne, parameters: 44_549_160, multiplyAdds: giga(7.570)),
    Reference(name: "resnet152", parameters: 60_192_808, multiplyAdds: giga(11.514)),
    Reference(name: "resnet152", strideIn: .oneByOne, parameters: 60_192_808, multiplyAdds: giga(11.282)),
    Reference(name: "resnet200", parameters: 64_673_832, multiplyAdds: giga(15.007)),
    Reference(name: "resnext50_32x4d", parameters: 25_028_904, multiplyAdds: giga(4.230)),
    Reference(name: "resnext101_32x8d", parameters: 88_791_336, multiplyAdds: giga(16.414)),
    Reference(name: "resnext101_64x4d", parameters: 83_455_272, multiplyAdds: giga(15.460)),
    Reference(name: "wide_resnet50_2", parameters: 68_883_240, multiplyAdds: giga(11.398)),
    Reference(name: "wide_resnet101_2", parameters: 126_886_696, multiplyAdds: giga(22.753)),
    Reference(name: "densenet121", parameters: 7_978_856, multiplyAdds: giga(2.834)),
    Reference(name: "densenet169", parameters: 14_149_480, multiplyAdds: giga(3.360)),
    Reference(name: "densenet201", parameters: 20_013_928, multiplyAdds: giga(4.291)),
    Reference(name: "densenet161", parameters: 28_681_000, multiplyAdds: giga(7.728)),
    // timm's counts.
    Reference(name: "se_resnet50", parameters: 28_088_024),
    Reference(name: "resnet50d", parameters: 25_576_264),
  ]

  static let cifar: [Reference] = [
    (20, 269_722, 272_474, mega(40.55)), (32, 464_154, 466_906, mega(68.86)), (44, 658_586, 661_338, mega(97.17)),
    (56, 853_018, 855_770, mega(125.49)), (110, 1_727_962, 1_730_714, mega(252.89)),
    (1202, 19_421_274, 19_424_026, mega(2829.2, digits: 1e1)),
  ].flatMap { (depth, a, b, cost) in
    [
      Reference(name: "resnet\(depth)", parameters: a, multiplyAdds: cost),
      Reference(name: "cifar_resnet\(depth)", shortcut: .zeroPaddingAfter, parameters: a, multiplyAdds: cost),
      Reference(name: "plain\(depth)", parameters: a, multiplyAdds: cost),
      Reference(name: "resnet\(depth)", shortcut: .projection, parameters: b),
    ]
  }

  static let laterCIFAR: [Reference] = [
    Reference(name: "preact_resnet110", parameters: 1_727_962),
    Reference(name: "preact_bottleneck_resnet164", parameters: 1_703_258),
    Reference(name: "preact_bottleneck_resnet1001", parameters: 10_327_706, multiplyAdds: mega(1487.85)),
    Reference(name: "wide_resnet28_10", parameters: 36_479_194),
    Reference(name: "densenet40_k12", parameters: 1_019_722),
    Reference(name: "densenet_bc100_k12", parameters: 769_162),
    Reference(name: "densenet_bc190_k40", parameters: 25_624_430),
  ]
}

@Suite struct CountTests {
  @Test(
    "Parameters and multiply-adds are the literature's",
    arguments: Reference.imageNet + Reference.cifar + Reference.laterCIFAR)
  func counts(_ reference: Reference) throws {
    var architecture = try Architecture.named(reference.name)
    if let shortcut = reference.shortcut { architecture.shortcut = shortcut }
    if let strideIn = reference.strideIn { architecture.strideIn = strideIn }
    let graph = try architecture.graph(classes: architecture.input == [3, 32, 32] ? 10 : 1000)
    #expect(graph.parameterCount == reference.parameters)
    if let (count, unit, digits) = reference.multiplyAdds {
      #expect((Double(graph.multiplyAdds) / unit * digits).rounded() == (count * digits).rounded())
    }
  }

  @Test("The first 1×1 takes the stride of the paper's bottlenecks for CIFAR, as its multiply-adds say")
  func strideOf1001() throws {
    var network = try Architecture.named("preact_bottleneck_resnet1001")
    #expect(try network.graph(classes: 10).multiplyAdds == 1_487_849_984)
    network.strideIn = .threeByThree
    #expect(try network.graph(classes: 10).multiplyAdds == 1_490_995_712)
  }

  @Test("A head of 100 classes adds 5,850 parameters to a CIFAR network")
  func hundredClasses() throws {
    let network = try Architecture.cifar(depth: 20)
    #expect(try network.graph(classes: 100).parameterCount - network.graph(classes: 10).parameterCount == 5_850)
  }

  @Test("ResNet-50 holds 267 arrays, and one counter for each of its 53 normalisations makes 320")
  func stateOfResNet50() throws {
    let graph = try Architecture.resNet50.graph(classes: 1000)
    let normalizations = graph.parameters.filter { $0.kind == .runningMean }.count
    #expect(graph.parameters.count == 267)
    #expect(graph.parameters.count + normalizations == 320)
    #expect(Set(graph.parameters.map(\.name)).count == 267)
  }

  @Test("ResNet-1202 is built in well under a second")
  func deep() throws {
    let network = try Architecture.cifar(depth: 1202)
    let start = ContinuousClock.now
    let graph = try network.graph(classes: 10)
    #expect(ContinuousClock.now - start < .milliseconds(500))
    #expect(graph.layers.count > 4000)
  }
}
