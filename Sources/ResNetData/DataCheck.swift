import ResNetCore
import ResNetFiles
import ResNetImages

/// What a source of images holds, and what of it would stop training: every file is read and decoded once.
///
/// ```swift
/// let check = try DataCheck(of: "photos")
/// print(check.problems, check.broken.map(\.path))
/// ```
public struct DataCheck: Hashable, Sendable, Codable {
  /// One part of the images.
  public struct Part: Hashable, Sendable, Codable {
    /// `training`, `validation` or `test`; `all` where the images are not divided.
    public var name: String
    /// The number of images.
    public var images: Int
    /// The number of images of each class, broken ones included; `nil` where the part lacks the class.
    public var classes: [Int?]
  }

  /// Where some numbers lie.
  public struct Spread: Hashable, Sendable, Codable {
    /// The least.
    public var least: Int
    /// The one in the middle of all; the lower one of two.
    public var median: Int
    /// The greatest.
    public var greatest: Int

    init?(_ values: [Int]) {
      let sorted = values.sorted()
      guard let first = sorted.first, let last = sorted.last else { return nil }
      (least, median, greatest) = (first, sorted[(sorted.count - 1) / 2], last)
    }
  }

  /// How many images are of one kind.
  public struct Kind: Hashable, Sendable, Codable {
    /// What it is called, as in `CMYK`.
    public var name: String
    /// The number of images.
    public var images: Int
  }

  /// What the source is called.
  public var name: String
  /// The classes of all parts, in the order of their labels.
  public var classes: [String]
  /// The parts that there are.
  public var parts: [Part]
  /// How many times as many images as the smallest class has the largest one, in the first part; `nil` where one is empty.
  public var imbalance: Double?
  /// The widths of all images that can be read, in pixels, as they are stored.
  public var widths: Spread?
  /// Their heights.
  public var heights: Spread?
  /// How many files there are of each format; none for images in memory.
  public var formats: [Kind]
  /// How many images store their colours otherwise than as red, green and blue.
  public var otherColors: [Kind]
  /// How many images can be transparent.
  public var transparent: Int
  /// How many images have an orientation in EXIF (or, of TIFF, of their own) other than upright.
  public var rotated: Int
  /// The files that cannot be read, by path below the source.
  public var broken: [BrokenPicture]
  /// Files that have the names of pictures of kinds that are not read, such as HEIC, and are passed over, by path below
  /// the source.
  public var passedOver: [String]
  /// Images that are the same to the byte and lie in several parts: each group's places.
  public var sharedAcrossParts: [[String]]
  /// How many images are a copy of another one in their part.
  public var repeatedWithinParts: Int
  /// What would stop training, one sentence each, without full stops.
  public var problems: [String]

  /// Looks at all images of a source: a folder, or the word `generated`.
  ///
  /// - Parameters:
  ///   - source: the folder, or the word.
  ///   - options: how training would read a folder of pictures.
  /// - Throws: `ResNetError` of code `data` where the folder is missing or what it holds is unknown, `inputOutput` where a
  ///   folder cannot be read.
  public init(of source: String, pictures options: ImageFolderOptions = ImageFolderOptions()) throws {
    if source != "generated" {
      let folder = try DataFolder(source)
      if try DataSet.openArrays(folder) == nil {
        guard let pictures = try ImageFolder(folder) else { throw folder.unknown() }
        try self.init(pictures, options)
        return
      }
    }
    self.init(try DataSet.open(source))
  }
}

/// What one image is like.
struct CheckedImage: Sendable {
  /// Where it is.
  let place: String
  let part: Int
  let label: Int
  var size: ImageSize?
  var header: ImageHeader?
  /// What is wrong with it.
  var reason: String?
  /// Whether that is not its own fault, so that training ends at it whatever becomes of broken files.
  var isBarred = false
  /// A hash of its bytes, and their number.
  var content: [UInt64] = []
}

extension DataCheck {
  /// Sums images up.
  ///
  /// - Parameters:
  ///   - parts: the names of the parts.
  ///   - has: whether a part has a class.
  init(
    name: String, classes: [String], parts: [String], images: [CheckedImage], has: (_ part: Int, _ label: Int) -> Bool
  ) {
    self.name = name
    self.classes = classes
    self.parts = parts.enumerated().map { part, name in
      var counts = classes.indices.map { has(part, $0) ? 0 : nil }
      for image in images where image.part == part { counts[image.label] = (counts[image.label] ?? 0) + 1 }
      return Part(name: name, images: counts.reduce(0) { $0 + ($1 ?? 0) }, classes: counts)
    }
    let counts = self.parts.first?.classes.map { $0 ?? 0 } ?? []
    imbalance = counts.min().flatMap { least in
      least > 0 ? Double(counts.max() ?? least) / Double(least) : nil
    }
    widths = Spread(images.compactMap(\.size?.width))
    heights = Spread(images.compactMap(\.size?.height))
    let headers = images.compactMap { $0.reason == nil ? $0.header : nil }
    formats = Self.kinds(headers.map(\.format.rawValue))
    otherColors = Self.kinds(headers.map(\.color).filter { $0 != .rgb }.map(\.rawValue))
    transparent = headers.count(where: \.isTransparent)
    rotated = headers.count { $0.orientation != .up }
    broken = images.compactMap { image in image.reason.map { BrokenPicture(path: image.place, reason: $0) } }
    let groups = Dictionary(grouping: images.filter { !$0.content.isEmpty }, by: \.content).values
      .filter { $0.count > 1 }
    sharedAcrossParts = groups.filter { Set($0.map(\.part)).count > 1 }.map { $0.map(\.place) }
      .sorted { precedes($0[0], $1[0]) }
    repeatedWithinParts = groups.reduce(0) { $0 + $1.count - Set($1.map(\.part)).count }
    passedOver = []
    problems = classes.count == 1 ? ["there is one class alone, \(quoted(classes[0]))"] : []
  }

  private static func kinds(_ names: [String]) -> [Kind] {
    Dictionary(grouping: names) { $0 }.map { Kind(name: $0.key, images: $0.value.count) }
      .sorted { ($1.images, $0.name) < ($0.images, $1.name) }
  }
}

extension DataCheck {
  /// Looks at images in memory.
  init(_ splits: DataSplits) {
    let sets = [("training", splits.training), ("validation", splits.validation), ("test", splits.test)]
      .compactMap { name, set in set.map { (name: name, set: $0) } }
    let images = sets.enumerated().flatMap { part, entry in
      entry.set.labels.indices.map { position -> CheckedImage in
        let shape = entry.set.pixelStorage.shape
        var image = CheckedImage(
          place: "\(entry.name) image \(position)", part: part, label: Int(entry.set.labels[position]))
        image.size = ImageSize(width: shape[2], height: shape[1])
        image.content = entry.set.pixels(at: position).withUnsafeBytes(contentWords)
        return image
      }
    }
    self.init(
      name: splits.name, classes: sets.first?.set.classNames ?? [], parts: sets.map(\.name), images: images,
      has: { _, _ in true })
    if splits.training?.imageShape?[0] == 1 {
      otherColors = [Kind(name: ImageHeader.Color.grey.rawValue, images: images.count)]
    }
    if splits.training == nil { problems.append("there are no training images") }
  }
}

/// What tells one image's bytes from another's.
func contentWords(_ bytes: UnsafeRawBufferPointer) -> [UInt64] {
  // Two hashes that begin otherwise: among millions of files one of 64 bits could meet another.
  let hashes = ["a", "b"].map { seed -> UInt64 in
    var hash = ContentHash(seed)
    hash.combine(bytes)
    return hash.word
  }
  return hashes + [UInt64(bytes.count)]
}
