import ResNetCore
import ResNetGraph
import ResNetModels
import Testing

/// A network and what the literature counts in it; multiply-adds as printed there, where they are.
struct Reference: Sendable, CustomTestStringConvertible {
  var name: String
  var shortcut: Shortcut?
  var strideIn = StridePosition.threeByThree
  var parameters: Int
  /// A number of units, with the unit and the digits after the point to compare.
  var multiplyAdds: (count: Double, unit: Double, digits: Double)?

  var testDescription: String { "\(name) \(shortcut?.rawValue ?? "") \(strideIn.rawValue)" }

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
}

@Suite struct CountTests {
  @Test("Parameters and multiply-adds are the literature's", arguments: Reference.imageNet + Reference.cifar)
  func counts(_ reference: Reference) throws {
    var architecture = try Architecture.named(reference.name)
    if let shortcut = reference.shortcut { architecture.shortcut = shortcut }
    architecture.strideIn = reference.strideIn
    let graph = try architecture.graph(classes: architecture.input == [3, 32, 32] ? 10 : 1000)
    #expect(graph.parameterCount == reference.parameters)
    if let (count, unit, digits) = reference.multiplyAdds {
      #expect((Double(graph.multiplyAdds) / unit * digits).rounded() == (count * digits).rounded())
    }
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
