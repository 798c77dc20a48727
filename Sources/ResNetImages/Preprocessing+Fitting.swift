import ResNetCore

extension Preprocessing {
  /// The same for pictures of any size: where it takes them as they are, the shorter side is resized to the input's longer
  /// one, bilinear with antialias, and the input's size is cut out of the middle.
  ///
  /// Networks for CIFAR and Fashion-MNIST, whose images all have one size, look at photographs that way.
  ///
  /// - Parameter input: the shape of the network's input, `[channels, height, width]`.
  public func resizing(to input: Shape) -> Preprocessing {
    guard geometry == .asIs, input.rank == 3 else { return self }
    let crop = ImageSize(width: input[2], height: input[1])
    return Preprocessing(
      trusted: mean, deviation: deviation,
      geometry: .centerCrop(resize: max(crop.width, crop.height), crop: crop, .bilinear), rules: rules,
      channelOrder: channelOrder)
  }

  /// What is done to a picture of a size: it is resized where it does not have the size of the input already.
  ///
  /// - Parameters:
  ///   - input: the shape of the network's input, `[channels, height, width]`.
  ///   - size: that of the picture.
  public func fitted(to input: Shape, for size: ImageSize) -> Preprocessing {
    input.rank == 3 && (size.height, size.width) == (input[1], input[2]) ? self : resizing(to: input)
  }
}
