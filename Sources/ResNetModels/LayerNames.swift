/// How a network's layers are called: as in torchvision's ResNet, or as in its DenseNet.
struct LayerNames {
  /// Whether all blocks are dense, so that torchvision's DenseNet has a name for every layer.
  let isDenseNet: Bool

  init(_ architecture: Architecture) {
    isDenseNet = architecture.isDenseNet
  }

  var stemConvolution: String { isDenseNet ? "features.conv0" : "conv1" }
  var stemNormalization: String { isDenseNet ? "features.norm0" : "bn1" }
  var stemReLU: String { isDenseNet ? "features.relu0" : "relu" }
  var stemPooling: String { isDenseNet ? "features.pool0" : "maxpool" }
  var classifier: String { isDenseNet ? "classifier" : "fc" }

  /// The normalisation of a branch's layer, which is counted from 1.
  func normalization(_ number: Int) -> String { (isDenseNet ? "norm" : "bn") + "\(number)" }

  /// The path of a block; stages are counted from 1, blocks from 0.
  func block(stage: Int, _ index: Int) -> String {
    isDenseNet ? "features.denseblock\(stage).denselayer\(index + 1)" : "layer\(stage).\(index)"
  }

  /// The path of the transition before a stage.
  func transition(before stage: Int) -> String {
    isDenseNet ? "features.transition\(stage - 1)" : "layer\(stage).transition"
  }

  /// The normalisation and the ReLU that close a stage.
  func closing(stage: Int) -> (normalization: String, relu: String) {
    // torchvision's number is that of its own four stages and the stem.
    isDenseNet ? ("features.norm5", "relu") : ("layer\(stage).norm", "layer\(stage).relu")
  }
}

extension Architecture {
  /// The block of a stage.
  func block(of stage: Stage) -> Block { stage.block ?? block }

  /// Whether it is a DenseNet: images, all blocks dense, normalised before each layer, none within another.
  var isDenseNet: Bool {
    stages.allSatisfy { stage in
      let block = block(of: stage)
      return block.isDense && block.order == .preactivation && !block.takesVectors
        && !block.branch.contains(where: \.isBlock)
    }
  }
}
