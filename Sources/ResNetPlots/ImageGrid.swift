import ResNetCore
import ResNetImages

/// Small pictures in rows, each with a few words below it.
public struct ImageGrid: Hashable, Sendable {
  /// What the figure shows.
  public var title: String
  /// How it came about, in smaller letters below the title.
  public var subtitle: String?
  /// The rows, from top to bottom.
  public var rows: [Row]
  /// The side of the square that each picture is fitted into, in pixels of the page, from 8 to 512.
  public var side: Double

  /// Makes a figure.
  public init(title: String, subtitle: String? = nil, rows: [Row], side: Double = 96) {
    self.title = title
    self.subtitle = subtitle
    self.rows = rows
    self.side = side
  }

  /// Makes a figure of pictures that are put into rows one after another.
  ///
  /// - Parameters:
  ///   - title: what the figure shows.
  ///   - subtitle: a line below the title.
  ///   - pictures: the pictures, row by row.
  ///   - columns: how many pictures a row has, at least one.
  ///   - side: the side of the square that each picture is fitted into, in pixels of the page.
  public init(title: String, subtitle: String? = nil, pictures: [Picture], columns: Int, side: Double = 96) {
    let columns = max(columns, 1)
    let rows = stride(from: 0, to: pictures.count, by: columns).map {
      Row(nil, pictures: Array(pictures[$0..<min($0 + columns, pictures.count)]))
    }
    self.init(title: title, subtitle: subtitle, rows: rows, side: side)
  }

  /// Pictures side by side.
  public struct Row: Hashable, Sendable {
    /// What stands before them.
    public var name: String?
    /// From left to right.
    public var pictures: [Picture]

    /// Makes a row.
    public init(_ name: String? = nil, pictures: [Picture]) {
      self.name = name
      self.pictures = pictures
    }
  }

  /// A picture and what is said of it.
  public struct Picture: Hashable, Sendable {
    /// Its pixels.
    public var image: Image
    /// What stands below it, where something does: cut to its width, and whole where the pointer rests on it.
    public var caption: String?
    /// A second line of that.
    public var note: String?

    /// Makes a picture of a grid.
    public init(_ image: Image, caption: String? = nil, note: String? = nil) {
      self.image = image
      self.caption = caption
      self.note = note
    }
  }

  /// The figure as the text of an SVG file, pictures included as PNG; the same pictures give the same bytes with one
  /// version of zlib.
  ///
  /// - Throws: `ResNetError` of code `unavailable` where memory is missing.
  public func svg() throws -> String { try ImageGridLayout(self).svg() }
}
