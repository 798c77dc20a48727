import ResNetCore
import ResNetGraph

extension UnitBuilder {
  /// z[l+2] as a function of a[l].
  ///
  /// - Parameter isActivated: whether the first layer's normalisation and ReLU are done already.
  func branch(_ block: Block, _ a: Node, width: Int, stride: Int, isActivated: Bool) throws -> Node {
    var a = a
    let strideIndex = block.strideIndex(architecture.strideIn)
    for index in block.branch.indices {
      a = try step(
        index, of: block, a, width: width, stride: index == strideIndex ? stride : 1,
        isActivated: index == 0 && isActivated)
    }
    if let squeeze = block.squeeze { a = try excited(a, squeeze: squeeze) }
    return block.isDense ? try dropped(a, block) : a
  }

  /// What pre-activation does to a layer's input; layers are counted from 1.
  func activated(_ a: Node, _ order: UnitOrder, number: Int) throws -> Node {
    try relu(order == .preactivation ? layers.normalized(a, names.normalization(number)) : a)
  }

  /// One layer of a branch with its normalisation and ReLU, or one block within it.
  private func step(
    _ index: Int, of block: Block, _ a: Node, width: Int, stride: Int, isActivated: Bool
  ) throws -> Node {
    let item = block.branch[index]
    let isLast = index == block.branch.count - 1
    // A block within, of the same order, takes and gives what the layers of this one do; another is treated as a layer.
    if case .block(let inner) = item, inner.order == block.order {
      return try builder.scoped("block\(index + 1)") { try unit(inner, a, width: width, stride: stride) }
    }
    var a = block.order.isPreactivated && !isActivated ? try activated(a, block.order, number: index + 1) : a
    if index > 0, !block.isDense { a = try dropped(a, block) }
    let isZero = isLast && architecture.zeroLastScale && !block.isDense
    let endsInWeights = block.order == .preactivation || (isLast && block.order == .normalizationAfterAddition)
    let z = try weighted(item, index, a, width: width, stride: stride, isZero: isZero && endsInWeights)
    guard !endsInWeights else { return z }
    let normalized = try layers.normalized(z, names.normalization(index + 1), isZero: isZero)
    switch block.order {
    case .original, .normalizationAfterAddition: return isLast ? normalized : try relu(normalized)
    case .reluBeforeAddition: return try relu(normalized)
    case .reluOnlyPreactivation, .preactivation: return normalized
    }
  }

  private func weighted(
    _ item: Block.Item, _ index: Int, _ a: Node, width: Int, stride: Int, isZero: Bool
  ) throws -> Node {
    switch item {
    case .convolution(let kernel, let factor, let groups):
      try layers.convolution(
        a, "conv\(index + 1)", outputs: width * factor, kernel: kernel, stride: stride, groups: groups, isZero: isZero)
    case .fullyConnected(let factor):
      try layers.linear(a, "linear\(index + 1)", outputs: width * factor, isZero: isZero)
    case .block(let inner):
      try builder.scoped("block\(index + 1)") { try unit(inner, a, width: width, stride: stride) }
    }
  }

  /// z, each channel times a factor between 0 and 1 that depends on the means of all (Hu et al., 2018), as in timm.
  private func excited(_ z: Node, squeeze: Int) throws -> Node {
    let channels = z.shape[0]
    let gate = try builder.scoped("se") {
      let means = z.shape.rank == 3 ? try z.globalAveragePooling() : z
      let hidden = try relu(layers.biased(means, "fc1", outputs: max(channels / squeeze, 1), bias: 0))
      return try layers.biased(hidden, "fc2", outputs: channels, bias: 0).sigmoid()
    }
    return try z * gate
  }

  private func dropped(_ a: Node, _ block: Block) throws -> Node {
    block.dropout == 0 ? a : try a.dropout(nil, Dropout(rate: Float(block.dropout)))
  }
}
