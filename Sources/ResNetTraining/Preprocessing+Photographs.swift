import ResNetCore
import ResNetImages
import ResNetModels

extension Architecture {
  /// The width and height of the pictures that the network usually takes: 32 for one that takes vectors.
  public var usualPictureSide: Int { input.rank == 3 ? input[1] : 32 }
}

extension Preprocessing {
  /// What a network gets that is trained on pictures from scratch: `.photographs(side:)` of the size that it usually takes.
  ///
  /// - Throws: `ResNetError` of code `data` where that is no size of a picture.
  public static func photographs(for architecture: Architecture) throws -> Preprocessing {
    try .photographs(side: architecture.usualPictureSide)
  }
}
