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

  /// Writes one image of the set as numbers, changed as that sample is in that epoch.
  func write(
    _ pixels: UnsafeBufferPointer<UInt8>, epoch: Int, sample: Int, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    if let preparation {
      try preparation.write(
        Image(planes: pixels, shape: dataSet.imageShape), augmentation: augmentation, seed: seed, epoch: epoch,
        sample: sample, into: target)
    } else {
      normalizer.write(
        pixels, placement: augmentation.placement(seed: seed, epoch: epoch, sample: sample), into: target)
      augmentation.erase(target, shape: dataSet.imageShape, seed: seed, epoch: epoch, sample: sample)
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
