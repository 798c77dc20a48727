import ResNetCore
import ResNetGraph
import ResNetImages

/// Looks through the activations of a stage for the places that excite some of its channels most.
struct StageSearch: Sendable {
  /// Where a channel was excited.
  private struct Find: Sendable {
    var activation: Float
    /// Which of the images, from 0.
    var image: Int
    var row, column: Int
  }

  private let name: String
  let layer: String
  private let channelCount: Int
  private let field: ReceptiveField
  private let input: Shape
  private let channels: [Int]
  /// For each of `channels`, the strongest first.
  private var finds: [[Find]]

  /// Nothing for a stage without pixels.
  init?(_ graph: Graph, stage: Graph.Stage, channels count: Int) throws {
    let position = try graph.index(of: stage.name)
    guard let field = graph.receptiveFields[position], graph.inputShape.rank == 3 else { return nil }
    name = stage.name
    layer = graph.layers[position].name
    channelCount = stage.channels
    self.field = field
    input = graph.inputShape
    let count = min(count, stage.channels)
    channels = (0..<count).map { $0 * stage.channels / count }
    finds = Array(repeating: [], count: count)
  }

  /// Takes in the activations of some images, `[images, channels, height, width]`, of which the first has the number `first`.
  mutating func look(through activation: Tensor, from first: Int) {
    let (height, width) = (activation.shape[2], activation.shape[3])
    for image in 0..<activation.shape[0] {
      for (slot, channel) in channels.enumerated() {
        let start = (image * channelCount + channel) * height * width
        var (best, place) = (-Float.infinity, 0)
        for index in 0..<height * width where activation.scalars[start + index] > best {
          (best, place) = (activation.scalars[start + index], index)
        }
        add(Find(activation: best, image: first + image, row: place / width, column: place % width), to: slot)
      }
    }
  }

  private mutating func add(_ find: Find, to slot: Int) {
    // Where a channel is silent, as behind a ReLU, no place excites it.
    guard find.activation != 0, find.activation > -.infinity else { return }
    let place = finds[slot].firstIndex { $0.activation < find.activation } ?? finds[slot].count
    finds[slot].insert(find, at: place)
    if finds[slot].count > Features.patchLimit { finds[slot].removeLast() }
  }

  /// What was found, with the parts cut out of the images.
  ///
  /// - Parameters:
  ///   - image: gives an image by its number, as the network saw it.
  ///   - describe: gives its position in the data set and its class.
  func stage(
    _ image: (Int) throws -> Image, describing describe: (Int) -> (position: Int, className: String)
  ) throws -> Features.Stage {
    let channels = try zip(channels, finds).map { index, finds in
      Features.Channel(
        index: index,
        patches: try finds.map { find in
          let whole = try image(find.image)
          let (rows, columns) = (
            field.pixels(at: find.row, of: input[1]), field.pixels(at: find.column, of: input[2])
          )
          let region = ImageRegion(
            x: columns.lowerBound, y: rows.lowerBound, size: ImageSize(width: columns.count, height: rows.count))
          let (position, className) = describe(find.image)
          return Features.Patch(
            position: position, className: className, activation: Double(find.activation), region: region,
            image: try whole.cropped(to: region))
        })
    }
    return Features.Stage(
      name: name, layer: layer, channelCount: channelCount, receptiveField: field.size, channels: channels)
  }
}
