import ResNetCore

extension PyTorchCheckpoint {
  /// The most bytes of the file that are held in memory to gather a tensor whose elements do not lie side by side.
  static let maximumSpan = 1 << 30

  /// One of `entries` as float32 in row-major order, whatever its strides; numbers that float32 cannot hold are rounded.
  ///
  /// - Throws: `ResNetError` of code `data` where elements of its type cannot be read, or it is larger than the file it
  ///   comes from; `inputOutput` where the file cannot be read.
  public func tensor(_ entry: Entry) throws -> Tensor {
    let sizes = entry.shape.dimensions
    // The pickle's reader has checked that this does not overflow.
    let count = entry.shape.count
    // A tensor can see the same element again and again, so a small file could ask for any amount of memory.
    guard count <= source.count else {
      throw refusal(entry, "has more elements than the file has bytes", remedy: "Save it with .contiguous()")
    }
    guard count > 0 else { return Tensor(shape: entry.shape, scalars: []) }
    if isContiguous(entry) {
      return Tensor(shape: entry.shape, scalars: try floats(entry, count: count))
    }
    let span = 1 + zip(sizes, entry.strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    guard span <= Self.maximumSpan / 8 else {
      throw refusal(entry, "is spread over \(span) elements", remedy: "Save it with .contiguous()")
    }
    let region = try floats(entry, count: span)
    var scalars: [Float] = []
    scalars.reserveCapacity(count)
    var index = Array(repeating: 0, count: sizes.count)
    var place = 0
    while scalars.count < count {
      scalars.append(region[place])
      // The next index, the last axis fastest. An axis of size 1 may have a stride that leads out of any memory and back.
      for axis in sizes.indices.reversed() {
        index[axis] += 1
        place &+= entry.strides[axis]
        if index[axis] < sizes[axis] { break }
        place &-= index[axis] &* entry.strides[axis]
        index[axis] = 0
      }
    }
    return Tensor(shape: entry.shape, scalars: scalars)
  }

  /// Whether the elements lie side by side in row-major order.
  private func isContiguous(_ entry: Entry) -> Bool {
    var expected = 1
    for (size, stride) in zip(entry.shape.dimensions, entry.strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }

  private func floats(_ entry: Entry, count: Int) throws -> [Float] {
    do {
      return try source.floats(entry.type, count: count, at: entry.position)
    } catch var error as ResNetError {
      if error.code == .data { error.place = "\(place), \(quoted(entry.name))" }
      throw error
    }
  }

  private func refusal(_ entry: Entry, _ fault: String, remedy: String) -> ResNetError {
    ResNetError(
      .data, "the tensor \(quoted(entry.name)) of shape \(entry.shape) \(fault)", at: place, remedy: remedy)
  }
}
