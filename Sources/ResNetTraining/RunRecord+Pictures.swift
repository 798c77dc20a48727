import ResNetCore
import ResNetData

extension RunRecord {
  /// Whether the pictures of a run are those of this record but for some that have broken or gone since, and no others;
  /// not of images in memory.
  ///
  /// - Parameters:
  ///   - new: the run as it is now.
  ///   - training: what it trains on.
  ///   - test: what it tests on.
  /// - Throws: `ResNetError` where a picture cannot be read through no fault of its own.
  func losesPictures(to new: RunRecord, training: DataSet, test: DataSet?) throws -> Bool {
    // A folder elsewhere that lacks sound pictures was not copied whole.
    let mayBeGone = new.data.source == data.source
    guard try data.training.losesPictures(to: training, mayBeGone: mayBeGone) else { return false }
    guard let old = data.test, let test else { return data.test == nil && test == nil }
    return try old.losesPictures(to: test, mayBeGone: mayBeGone)
  }
}

extension RunRecord.Images {
  fileprivate func losesPictures(to set: DataSet, mayBeGone: Bool) throws -> Bool {
    guard let known = hashes, let hashes = set.pictureHashes, set.count <= count,
      mayBeGone || count - set.count <= set.brokenPictures.count
    else { return false }
    // One that has broken may have another length.
    return try hashes.indices.allSatisfy { try known.contains(hashes[$0]) || set.isBroken(at: $0) }
  }

  private var hashes: Set<UInt32>? {
    guard let bytes = pictures.map({ [UInt8]($0) }) else { return nil }
    return Set(
      stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { start in
        bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      })
  }
}
