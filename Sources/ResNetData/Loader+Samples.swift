import ResNetCore
import ResNetImages

extension Loader {
  /// The samples of an epoch in the order in which batches take them: the images' positions, or where images are
  /// repeated `position · repeats + copy`.
  func samples(epoch: Int) -> [Int] {
    let order = order(epoch: epoch)
    let repeats = augmentation.repeats
    guard repeats > 1 else { return order }
    let all = order.indices.map { order[$0 / repeats] * repeats + $0 % repeats }
    // In a batch, first all first copies and so on: neighbours are mixed, and should not be the same image.
    return stride(from: 0, to: all.count, by: batchSize).flatMap { start in
      let batch = all[start..<min(start + batchSize, all.count)]
      return (0..<repeats).flatMap { copy in batch.filter { $0 % repeats == copy } }
    }
  }

  /// Writes samples as numbers, changed as they are in an epoch.
  func write(
    _ samples: ArraySlice<Int>, epoch: Int, _ images: UnsafeMutableBufferPointer<Float>,
    _ labels: UnsafeMutableBufferPointer<Int32>
  ) throws {
    let size = input.count
    for (slot, sample) in samples.enumerated() {
      let position = position(sample)
      labels[slot] = dataSet.labels[position]
      try write(
        position, epoch: epoch, sample: sample,
        into: UnsafeMutableBufferPointer(rebasing: images[slot * size..<(slot + 1) * size]))
    }
  }

  private func write(
    _ position: Int, epoch: Int, sample: Int, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    switch writer {
    case .pixels(let normalizer):
      dataSet.withPixels(at: position) { pixels in
        normalizer.write(
          pixels, placement: augmentation.placement(seed: seed, epoch: epoch, sample: sample), into: target)
      }
      augmentation.erase(target, shape: input, seed: seed, epoch: epoch, sample: sample)
    case .images(let preparation):
      let image = try dataSet.withPixels(at: position) { try Image(planes: $0, shape: input) }
      try preparation.write(
        image, augmentation: augmentation, seed: seed, epoch: epoch, sample: sample, into: target)
    case .pictures(let preparation):
      let image = try dataSet.picture(
        at: position, rules: preparation.preprocessing.rules,
        random: RandomNumbers(seed: seed, purpose: .replacement, epoch: epoch, index: UInt64(sample)))
      do {
        try preparation.write(
          image, augmentation: augmentation, seed: seed, epoch: epoch, sample: sample, into: target)
      } catch var error as ResNetError {
        error.place = error.place ?? dataSet.path(at: position)
        throw error
      }
    }
  }
}

extension BatchMixing {
  /// Gives a filled batch its target probabilities, and mixes them and the images.
  func mix(_ batch: Batch, shape: Shape, seed: UInt64, epoch: Int) {
    batch.mix { images, targets in
      let classes = targets.count / batch.count
      targets.update(repeating: 0)
      for (row, label) in batch.labels.enumerated() { targets[row * classes + Int(label)] = 1 }
      apply(images: images, targets: targets, shape: shape, seed: seed, epoch: epoch, batch: batch.number)
    }
  }
}
