import ResNetCore

extension Recipe {
  /// What the person who starts a run should think about again.
  ///
  /// He et al. (2015) train batches of 128 with a rate of 0.1; the rate that suits a batch is about proportional to it
  /// (Goyal et al., "Accurate, large minibatch SGD", 2017).
  var advice: String? {
    let proportion = learningRate / Double(batch) / (0.1 / 128)
    guard proportion > 8 || proportion < 1.0 / 8 else { return nil }
    let usual = 0.1 * Double(batch) / 128
    return
      "a learning rate of \(learningRate) is \(proportion > 1 ? "large" : "small") for batches of \(batch) images: "
      + "rates near \(fixed(usual, usual < 0.01 ? 5 : 3)) are usual"
  }
}
