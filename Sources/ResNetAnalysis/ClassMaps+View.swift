import ResNetCore
import ResNetImages
import ResNetPlots

extension ClassMaps {
  /// What the view is called on the command line and in the names of its files.
  public static let name = "cam"

  /// What is measured and how, with its sources.
  public static let definition = """
    Grad-CAM: the channels of a layer, weighed by how much each raises the class's score and summed up: \
    ReLU(Σ_k α_k A_k), where A_k are the layer's activations and α_k is the mean over all their places of the gradient of \
    the class's score before the softmax. Unless another is named, the layer is the last one with pixels: the last block, \
    after addition and ReLU. The map is enlarged to the picture as the network saw it (bilinear), divided by its own \
    greatest value, and laid over the picture: bright and vermilion where it is high. What speaks against the class is not \
    shown. Source: Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra, "Grad-CAM: visual explanations from deep networks \
    via gradient-based localization", ICCV 2017.
    """

  /// What is expected, and whose work says so.
  public static let expectation = """
    A network that has learned the class, and not its surroundings, looks at the object; where it is wrong, the map \
    often shows what misled it. Selvaraju et al. (2017), https://arxiv.org/abs/1610.02391.
    """

  /// What the figure shows, of which network.
  public var title: String { "Where \(network) sees \(isOfOneClass ? maps[0].className : "what it predicts")" }

  /// What is seen, made of the view's own numbers.
  public var finding: String {
    maps.count == 1 ? Self.finding(maps[0], network, layer) : findingOfMany
  }

  private static func finding(_ map: Map, _ network: String, _ layer: String) -> String {
    var text =
      "\(network) gives the class \(map.className) \(fixed(100 * map.probability, 2)) % in \(map.name)"
      + (map.truth.map { $0 == map.className ? ", which it is. " : ", which is \($0). " } ?? ". ")
    guard let half = map.areaOfHalf, let peak = map.values.indices.max(by: { map.values[$0] < map.values[$1] }) else {
      return text + "The map is empty: nothing in \(layer) speaks for this class."
    }
    let size = map.size
    let (row, column) = (peak / size.width, peak % size.width)
    text +=
      "The map of \(layer), \(size), is highest at column \(column + 1), row \(row + 1); half of it lies in "
      + "\(inThreeDigits(100 * half)) % of the picture."
    return text
  }

  private var findingOfMany: String {
    let halves = maps.compactMap(\.areaOfHalf).sorted()
    let known = maps.filter { $0.truth != nil }
    var text = ""
    if !known.isEmpty, !isOfOneClass {
      text =
        "\(network) is right in \(known.count { $0.truth == $0.className }) of \(counted(known.count, "picture")). "
    }
    if let least = halves.first, let most = halves.last {
      text +=
        "Half of a map of \(layer) lies in \(inThreeDigits(100 * median(of: halves))) % of the picture (the median; from "
        + "\(inThreeDigits(100 * least)) to \(inThreeDigits(100 * most)) %). "
    }
    let empty = maps.count - halves.count
    if empty > 0 { text += "In \(counted(empty, "map")) of \(maps.count) nothing speaks for the class. " }
    return String(text.dropLast())
  }

  /// Each picture and its overlay side by side.
  public var figures: [ViewFigure] {
    let largest = maps.map { max($0.image.width, $0.image.height) }.max() ?? 0
    let side = largest > 64 ? 224.0 : 112
    let pictures = maps.flatMap { map in
      [
        ImageGrid.Picture(map.image, caption: map.name, note: map.truth),
        ImageGrid.Picture(
          (try? map.overlay()) ?? map.image, caption: map.className, note: fixed(100 * map.probability, 1) + " %"),
      ]
    }
    let grid = ImageGrid(
      title: title,
      subtitle: "Grad-CAM of \(layer); each picture, and beside it what raises the score of the class named",
      pictures: pictures, columns: largest > 64 ? 4 : 8, side: side)
    return ((try? grid.svg()).map { [ViewFigure(svg: $0)] }) ?? []
  }

  /// A row for each place of each map.
  public var table: ViewTable {
    let rows = maps.flatMap { map in
      map.values.enumerated().map { place, value -> [ViewTable.Cell] in
        [
          .text(map.name), map.truth.map(ViewTable.Cell.text) ?? .empty, .text(map.className),
          .number(map.probability), .number(map.logit), .integer(place / map.size.width),
          .integer(place % map.size.width), .number(value),
        ]
      }
    }
    return ViewTable(
      trusted: ["picture", "true_class", "class", "probability", "logit", "map_row", "map_column", "map_value"], rows)
  }
}
