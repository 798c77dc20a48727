/// Lines of equal height over a grid of points, by marching squares.
///
/// Between two points the height is taken to rise evenly; where the two diagonals of a cell lie on different sides of the
/// level, the mean of its corners decides which of them is connected.
struct Contours {
  typealias Place = LinePlotLayout.Place

  /// A line: closed, or from one side of the grid to another.
  struct Trace: Hashable {
    let places: [Place]
    let isClosed: Bool
  }

  /// Where columns and rows lie.
  private let x, y: [Double]
  /// The heights, `[rows][columns]`; not a number in holes.
  private let heights: [[Double]]

  /// - Parameter isBounded: whether the grid is surrounded by a rim below every level, so that all lines are closed and
  ///   bound what lies above; holes lie below as well.
  init(x: [Double], y: [Double], heights: [[Double]], isBounded: Bool) {
    guard isBounded, let left = x.first, let right = x.last, let top = y.first, let bottom = y.last else {
      (self.x, self.y, self.heights) = (x, y, heights)
      return
    }
    // The rim lies where the outermost points lie, so that nothing reaches beyond them.
    self.x = [left] + x + [right]
    self.y = [top] + y + [bottom]
    let rim = [Double](repeating: -.infinity, count: x.count + 2)
    let inner = heights.map { row in [-.infinity] + row.map { $0.isNaN ? -.infinity : $0 } + [-.infinity] }
    self.heights = [rim] + inner + [rim]
  }

  /// The lines at a level; what is higher lies on their right.
  func traces(at level: Double) -> [Trace] {
    var next: [Int: Int] = [:]
    var starts: [Int] = []
    for row in heights.indices.dropLast() {
      for column in x.indices.dropLast() {
        for (start, end) in segments(row, column, level) {
          next[start] = end
          starts.append(start)
        }
      }
    }
    // Lines that begin at the grid's side first: from anywhere else they would be cut in two.
    let ends = Set(next.values)
    let ordered = starts.filter { !ends.contains($0) } + starts.filter(ends.contains)
    return ordered.compactMap { start in
      guard next[start] != nil else { return nil }
      var edges = [start]
      while let edge = edges.last, let following = next.removeValue(forKey: edge) { edges.append(following) }
      let isClosed = edges.first == edges.last
      return Trace(places: (isClosed ? edges.dropLast() : edges[...]).map { place(of: $0, level) }, isClosed: isClosed)
    }
  }

  /// A side of a cell: from a point to the one on its right, or to the one below.
  private func edge(_ row: Int, _ column: Int, isDown: Bool) -> Int { 2 * (row * x.count + column) + (isDown ? 1 : 0) }

  /// The lines through a cell, each from one of its sides to another.
  private func segments(_ row: Int, _ column: Int, _ level: Double) -> [(Int, Int)] {
    // Round the cell clockwise, from its upper left corner.
    let corners = [
      heights[row][column], heights[row][column + 1], heights[row + 1][column + 1], heights[row + 1][column],
    ]
    guard !corners.contains(where: \.isNaN) else { return [] }
    let edges = [
      edge(row, column, isDown: false), edge(row, column + 1, isDown: true), edge(row + 1, column, isDown: false),
      edge(row, column, isDown: true),
    ]
    let isHigh = corners.map { $0 >= level }
    let exits = (0..<4).filter { isHigh[$0] && !isHigh[($0 + 1) % 4] }
    let entries = (0..<4).filter { !isHigh[$0] && isHigh[($0 + 1) % 4] }
    guard exits.count == 2 else { return zip(exits, entries).map { (edges[$0], edges[$1]) } }
    let isJoined = corners.reduce(0, +) / 4 >= level
    return exits.map { exit in
      // Around the low corner that comes next, or around the high one that was just left.
      (edges[exit], edges[(exit + (isJoined ? 1 : 3)) % 4])
    }
  }

  /// Where a level is met on a side.
  private func place(of edge: Int, _ level: Double) -> Place {
    let (row, column) = (edge / 2 / x.count, edge / 2 % x.count)
    let (otherRow, otherColumn) = edge % 2 == 1 ? (row + 1, column) : (row, column + 1)
    let (from, to) = (heights[row][column], heights[otherRow][otherColumn])
    // Of the rim and of holes it is the point beside them.
    let share = !from.isFinite ? 1 : !to.isFinite ? 0 : (level - from) / (to - from)
    return Place(
      x: x[column] + (x[otherColumn] - x[column]) * share, y: y[row] + (y[otherRow] - y[row]) * share)
  }
}
