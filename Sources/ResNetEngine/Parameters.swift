import ResNetCore
import ResNetGraph

/// The numbers of a network: float32 masters under torchvision's names, and the packed copies that programs read.
///
/// Programs of many shapes and purposes share one `Parameters`. Learned values lie in one run, in the order in which
/// the backward pass makes their gradients; what training gathers lies in another.
@EngineActor
public final class Parameters {
  /// Where a parameter lies.
  struct Place {
    var parameter: Parameter
    /// The position of its first value among the learned ones, or among the gathered ones.
    var offset: Int
  }

  let places: [String: Place]
  /// Names in the order of the graph.
  public let names: [String]
  /// All learned values; who changes them calls `noteChange()`.
  public var learned: UnsafeMutableBufferPointer<Float> { learnedMemory.buffer }
  private let learnedMemory: Allocation<Float>
  private let gatheredMemory: Allocation<Float>
  /// Counts changes, so that packed copies know whether they are stale.
  public private(set) var version = 1
  var packed: [String: [PackedWeights]] = [:]
  private var foldingMemory: Allocation<Float>?
  private var integerMemory: Allocation<Int8>?

  /// Takes the initial values of a graph, a function of the seed and each parameter's name.
  public init(graph: Graph, seed: UInt64) {
    var places: [String: Place] = [:]
    var learnedCount = 0
    var gatheredCount = 0
    for layer in graph.layers.reversed() {
      for parameter in layer.parameters {
        let learned = parameter.kind.isLearned
        places[parameter.name] = Place(parameter: parameter, offset: learned ? learnedCount : gatheredCount)
        if learned { learnedCount += parameter.shape.count } else { gatheredCount += parameter.shape.count }
      }
    }
    self.places = places
    names = graph.parameters.map(\.name)
    learnedMemory = Allocation(capacity: learnedCount)
    gatheredMemory = Allocation(capacity: gatheredCount)
    for parameter in graph.parameters {
      _ = buffer(parameter.name).initialize(from: parameter.initialValues(seed: seed).scalars)
    }
  }

  /// The values of one parameter.
  ///
  /// - Throws: `ResNetError` of code `usage` where the network has none of that name.
  public func tensor(_ name: String) throws -> Tensor {
    guard let place = places[name] else { throw unknown(name) }
    return Tensor(shape: place.parameter.shape, scalars: Array(buffer(name)))
  }

  /// All values by name.
  public func tensors() -> [String: Tensor] {
    places.mapValues { Tensor(shape: $0.parameter.shape, scalars: Array(buffer($0.parameter.name))) }
  }

  /// Replaces the values of one parameter.
  ///
  /// - Throws: `ResNetError` of code `data` where the network has no such parameter or the shapes differ.
  public func set(_ name: String, to tensor: Tensor) throws {
    guard let place = places[name] else { throw unknown(name) }
    guard place.parameter.shape == tensor.shape else {
      throw ResNetError(
        .data, "a tensor of shape \(tensor.shape) cannot stand for one of \(place.parameter.shape)", at: name,
        remedy: "Use the values of the same network")
    }
    _ = buffer(name).update(from: tensor.scalars)
    noteChange()
  }

  /// Replaces all values.
  ///
  /// - Throws: `ResNetError` of code `data` where one is missing or has another shape; nothing is changed then.
  public func set(_ tensors: [String: Tensor]) throws {
    for name in names {
      guard let tensor = tensors[name] else {
        throw ResNetError(
          .data, "the network needs this parameter", at: name, remedy: "Use the values of the same network")
      }
      guard let place = places[name], place.parameter.shape == tensor.shape else {
        throw ResNetError(
          .data, "a tensor of shape \(tensor.shape) does not fit the network", at: name,
          remedy: "Use the values of the same network")
      }
    }
    for name in names { if let tensor = tensors[name] { _ = buffer(name).update(from: tensor.scalars) } }
    noteChange()
  }

  /// The names of the parameters that are learned, in the order of the graph.
  public var learnedNames: [String] { names.filter { places[$0]?.parameter.kind.isLearned == true } }

  /// The shape of a learned parameter and where it lies in `learned`.
  ///
  /// - Precondition: it is one of `learnedNames`.
  public func learnedPlace(of name: String) -> (shape: Shape, range: Range<Int>) {
    guard let place = places[name], place.parameter.kind.isLearned else {
      preconditionFailure("\(name) is no learned parameter")
    }
    return (place.parameter.shape, place.offset..<place.offset + place.parameter.shape.count)
  }

  /// What the values take, in bytes.
  public var bytes: Int { (learned.count + gatheredMemory.buffer.count) * MemoryLayout<Float>.stride }

  /// What the copies take that programs read in place of the values, in bytes.
  public var packedBytes: Int {
    packed.values.joined().reduce(0) { $0 + $1.bytes }
      + (foldingMemory?.buffer.count ?? 0) * MemoryLayout<Float>.stride + (integerMemory?.buffer.count ?? 0)
  }

  private var largestCount: Int { places.values.reduce(0) { max($0, $1.parameter.shape.count) } }

  /// Room for the weights of any layer with a normalisation folded in, on their way to a packed copy.
  func foldedWeights() -> UnsafeMutableBufferPointer<Float> {
    let memory = foldingMemory ?? Allocation(capacity: largestCount)
    foldingMemory = memory
    return memory.buffer
  }

  /// The same for weights as integers.
  func integerWeights() -> UnsafeMutableBufferPointer<Int8> {
    let memory = integerMemory ?? Allocation(capacity: largestCount)
    integerMemory = memory
    return memory.buffer
  }

  /// Says that values were changed through `learned`.
  public func noteChange() { version += 1 }

  /// Runs of learned values, in order, whose parameters have a trait in common: for updates that treat them differently.
  public func runs<Trait: Equatable>(by trait: (Parameter) -> Trait) -> [(range: Range<Int>, trait: Trait)] {
    let learned = places.values.filter(\.parameter.kind.isLearned).sorted { $0.offset < $1.offset }
    return learned.reduce(into: []) { runs, place in
      let (end, trait) = (place.offset + place.parameter.shape.count, trait(place.parameter))
      if let last = runs.last, last.trait == trait {
        runs[runs.count - 1].range = last.range.lowerBound..<end
      } else {
        runs.append((place.offset..<end, trait))
      }
    }
  }

  /// The memory of one parameter, which exists.
  func buffer(_ name: String) -> UnsafeMutableBufferPointer<Float> {
    guard let place = places[name] else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
    let all = place.parameter.kind.isLearned ? learned : gatheredMemory.buffer
    return UnsafeMutableBufferPointer(rebasing: all[place.offset..<place.offset + place.parameter.shape.count])
  }

  private func unknown(_ name: String) -> ResNetError {
    ResNetError(.data, "the network has no parameter called '\(name)'", remedy: "Use the values of the same network")
  }
}
