import ResNetCore
import ResNetImages
import ResNetPlots

extension Features {
  /// What the view is called on the command line and in the names of its files.
  public static let name = "features"

  /// What is measured and how, with its sources.
  public static let definition = """
    The filters of the first convolution as pictures: each is divided by its own greatest magnitude, grey is 0. For each \
    stage, of some of its channels spread evenly, the nine images that excite the channel most (by its greatest activation \
    at the stage's end, after addition and ReLU, one place an image), cut to what that place can see: the receptive field, \
    computed from the strides, kernels and padding of all layers before it, as far as it lies in the image. A filter is \
    seen, a channel's meaning is guessed: what the nine have in common. Sources: Zeiler and Fergus, "Visualizing and \
    understanding convolutional networks", ECCV 2014; Araujo, Norris and Sim, "Computing receptive fields of convolutional \
    neural networks", Distill 2019.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    The first layer finds edges of all directions and spots of colour, later stages textures and parts, the last one \
    objects of a class. Zeiler and Fergus (2014), https://arxiv.org/abs/1311.2901.
    """

  /// What the figure shows, of which network.
  public var title: String { "What \(network) looks for" }

  /// What is seen, made of the view's own numbers.
  public var finding: String {
    let shape = filters.weights.shape
    let fields = stages.map { "\($0.receptiveField)×\($0.receptiveField) pixels in \($0.name)" }
    var text =
      "\(filters.layer) has \(shape[0]) filters of \(shape[2])×\(shape[3]). A place sees \(listed(fields)). "
    let pure = stages.compactMap { stage in stage.purity.map { "\(inThreeDigits(100 * $0)) % in \(stage.name)" } }
    if !pure.isEmpty {
      text +=
        "Of the images that excite a channel most, those of its commonest class are \(listed(pure)), out of "
        + "\(counted(images, "image")) of \(dataSet)"
      if let first = stages.first?.purity, let last = stages.last?.purity, stages.count > 1 {
        text += first < last ? ": later channels tell classes, earlier ones what classes share. " : ". "
      } else {
        text += ". "
      }
    }
    let silent = stages.reduce(0) { $0 + $1.channels.count { $0.patches.isEmpty } }
    if silent > 0 { text += "Nothing excites \(counted(silent, "channel")) of those shown. " }
    return String(text.dropLast())
  }

  /// The first filters, then for each stage the parts of images, a row a channel.
  public var figures: [ViewFigure] {
    let count = filters.weights.shape[0]
    let first = ImageGrid(
      title: "First filters of \(network)",
      subtitle: "\(filters.layer): \(count) filters, each divided by its greatest magnitude; grey is 0",
      pictures: (0..<count).compactMap { number in
        filters.image(number).map { ImageGrid.Picture($0, caption: "\(number)") }
      }, columns: 16, side: 44)
    let grids =
      [(nil as String?, first)]
      + stages.map { stage in
        let rows = stage.channels.map { channel in
          ImageGrid.Row(
            "channel \(channel.index)",
            pictures: channel.patches.map { patch in
              ImageGrid.Picture(patch.image, caption: patch.className, note: inThreeDigits(patch.activation))
            })
        }
        let grid = ImageGrid(
          title: "What excites \(stage.name) of \(network)",
          subtitle:
            "\(stage.channels.count) of \(stage.channelCount) channels, \(counted(images, "image")) of \(dataSet); "
            + "a place sees \(stage.receptiveField)×\(stage.receptiveField) pixels",
          rows: rows, side: 72)
        return (stage.name, grid)
      }
    return grids.compactMap { suffix, grid in (try? grid.svg()).map { ViewFigure(suffix: suffix, svg: $0) } }
  }

  /// A row for each part of an image.
  public var table: ViewTable {
    let rows = stages.flatMap { stage in
      stage.channels.flatMap { channel in
        channel.patches.enumerated().map { rank, patch -> [ViewTable.Cell] in
          [
            .text(stage.layer), .integer(channel.index), .integer(rank + 1), .integer(patch.position),
            .text(patch.className), .number(patch.activation), .integer(patch.region.x), .integer(patch.region.y),
            .integer(patch.region.size.width), .integer(patch.region.size.height),
          ]
        }
      }
    }
    return ViewTable(
      trusted: [
        "layer", "channel", "rank", "image", "class", "activation", "x_pixels", "y_pixels", "width_pixels",
        "height_pixels",
      ], rows)
  }
}

extension Features.Filters {
  /// A filter as a picture, `nil` where there is none of that number.
  func image(_ number: Int) -> Image? {
    let shape = weights.shape
    let (channels, area) = (shape[1], shape[2] * shape[3])
    guard (0..<shape[0]).contains(number) else { return nil }
    let values = weights.scalars[number * channels * area..<(number + 1) * channels * area]
    // What is not a number is grey, as nothing is.
    let greatest = values.filter(\.isFinite).reduce(0) { max($0, abs($1)) }
    let bytes = values.map { value -> UInt8 in
      value.isFinite && greatest > 0 ? UInt8((127.5 + 127.5 * (value / greatest)).rounded()) : 128
    }
    return bytes.withUnsafeBufferPointer {
      try? Image(planes: $0, shape: [channels, shape[2], shape[3]])
    }
  }
}
