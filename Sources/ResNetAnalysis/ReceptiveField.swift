import ResNetCore
import ResNetGraph

/// Which pixels of the input a place of a layer can see, along one axis: place i sees pixels `i·stride + first` to
/// `i·stride + last`, as far as they lie in the image.
///
/// Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", 2019.
struct ReceptiveField: Hashable, Sendable {
  /// Pixels of the input from one place to the next.
  var stride = 1
  /// The first pixel that place 0 sees; negative where it looks into the padding.
  var first = 0
  /// The last pixel that place 0 sees.
  var last = 0

  /// Pixels from the first to the last.
  var size: Int { last - first + 1 }

  /// The pixels of an image of some length that a place sees.
  func pixels(at place: Int, of length: Int) -> Range<Int> {
    let start = min(max(place * stride + first, 0), length - 1)
    return start..<min(max(place * stride + last + 1, start + 1), length)
  }

  /// What one more layer of windows sees.
  fileprivate func through(kernel: Int, stride: Int, padding: Int) -> ReceptiveField {
    // A network of somebody's own can have strides whose product no Int holds.
    func bounded(_ value: Int) -> Int { min(max(value, -Self.limit), Self.limit) }
    return ReceptiveField(
      stride: bounded(self.stride * stride), first: bounded(first - padding * self.stride),
      last: bounded(last + (kernel - 1 - padding) * self.stride))
  }

  /// Far more than any image has pixels.
  private static let limit = 1 << 32
}

extension Graph {
  /// For each layer with pixels what its places see, through the widest of its paths; nothing for layers without pixels.
  ///
  /// Factors for whole channels, as in squeeze-and-excitation, come from the whole image and are left out.
  var receptiveFields: [ReceptiveField?] {
    var fields: [ReceptiveField?] = []
    for layer in layers {
      guard layer.shape.rank == 3 else {
        fields.append(nil)
        continue
      }
      let inputs = layer.inputs.compactMap { fields[$0] }
      let widest = inputs.dropFirst().reduce(inputs.first ?? ReceptiveField()) {
        ReceptiveField(stride: max($0.stride, $1.stride), first: min($0.first, $1.first), last: max($0.last, $1.last))
      }
      switch layer.operation {
      case .convolution(let convolution):
        fields.append(
          widest.through(kernel: convolution.kernel, stride: convolution.stride, padding: convolution.padding))
      case .maxPooling(let pooling), .averagePooling(let pooling):
        fields.append(widest.through(kernel: pooling.kernel, stride: pooling.stride, padding: pooling.padding))
      case .zeroPadding(let padding): fields.append(widest.through(kernel: 1, stride: padding.stride, padding: 0))
      default: fields.append(widest)
      }
    }
    return fields
  }
}
