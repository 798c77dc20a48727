import COneDNN
import ResNetCore
import ResNetKernels

/// How one sample's activations lie in memory, and how they are stored there; see `ResNetLayout`.
struct Layout: Hashable, Sendable {
  var blocks: Int
  var positions: Int
  var lanes: Int
  /// Whether it is one of oneDNN's blocked formats; a single block looks the same as channels-last in memory.
  var isBlocked = false
  /// How a value is stored.
  var element = Element.float32

  /// Row-major `[channels, height, width]`, the layout of the outside world.
  static func plain(_ shape: Shape, _ element: Element = .float32) -> Layout {
    shape.rank == 3
      ? Layout(blocks: shape[0], positions: shape[1] * shape[2], lanes: 1, element: element)
      : Layout(blocks: 1, positions: 1, lanes: shape[0], element: element)
  }

  /// The layout between layers: blocks of as many channels as a vector register holds where they divide evenly,
  /// channels-last otherwise.
  static func fast(_ shape: Shape, _ element: Element, lanes: Int) -> Layout {
    guard shape.rank == 3 else { return .plain(shape, element) }
    let positions = shape[1] * shape[2]
    return lanes > 1 && shape[0] % lanes == 0
      ? Layout(blocks: shape[0] / lanes, positions: positions, lanes: lanes, isBlocked: true, element: element)
      : Layout(blocks: 1, positions: positions, lanes: shape[0], element: element)
  }

  /// How many channels the tensor has that these are a part of; `nil` where they are all of it.
  var wholeChannels: Int?

  /// The same channels as a part of a tensor of more channels.
  func part(of channels: Int) -> Layout {
    var part = self
    part.wholeChannels = channels
    return part
  }

  /// The first channels of a single block, alone.
  func first(_ channels: Int) -> Layout {
    var part = part(of: lanes)
    (part.lanes, part.isBlocked) = (channels, false)
    return part
  }

  /// Values of one sample.
  var count: Int { blocks * positions * lanes }

  /// What one sample takes.
  var bytes: Int { count * element.bytes }

  /// The same places for values that are stored in another way.
  func storing(_ element: Element) -> Layout {
    var layout = self
    layout.element = element
    return layout
  }

  /// For the kernels.
  func batched(_ batch: Int) -> ResNetLayout {
    let samplePitch = (wholeChannels ?? blocks * lanes) * positions
    let positionPitch = blocks == 1 && !isBlocked ? wholeChannels ?? lanes : lanes
    return ResNetLayout(
      batch: Int64(batch), blocks: Int64(blocks), positions: Int64(positions), lanes: Int64(lanes),
      sample_pitch: Int64(samplePitch), position_pitch: Int64(positionPitch))
  }

  /// oneDNN's name for it.
  var format: OneDNNFormat {
    if isBlocked { return lanes == 16 ? .aBcd16b : .aBcd8b }
    return blocks == 1 ? .acdb : .abcd
  }
}
