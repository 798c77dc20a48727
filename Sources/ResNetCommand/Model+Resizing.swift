import ResNet

extension Model {
  /// Says that pictures are resized for a network that was made for small images of one size; `nil` for others.
  var noteOnResizing: String? {
    guard preprocessing.geometry == .asIs, input.rank == 3 else { return nil }
    return
      "takes images of \(ImageSize(width: input[2], height: input[1])): pictures of another size are resized and cut to "
      + "their middle"
  }
}
