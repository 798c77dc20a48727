import Foundation
import ResNetCore
import Testing

@testable import ResNetPlots

@Suite struct ContoursTests {
  /// The signed area of a closed line; positive where its inside lies on the right of who follows it, on a page.
  private func area(_ trace: Contours.Trace) -> Double {
    let places = trace.places
    return places.indices.reduce(0) { sum, index in
      let (a, b) = (places[index], places[(index + 1) % places.count])
      return sum + (a.x * b.y - b.x * a.y) / 2
    }
  }

  private func grid(
    _ side: Int, isBounded: Bool, _ height: (Double, Double) -> Double
  ) -> Contours {
    let places = (0..<side).map { Double($0) / Double(side - 1) * 2 - 1 }
    return Contours(
      x: places, y: places, heights: places.map { y in places.map { height($0, y) } }, isBounded: isBounded)
  }

  @Test("A level of a tilted plane is one straight line, where the plane has that height")
  func plane() throws {
    let traces = grid(5, isBounded: false) { x, _ in x }.traces(at: 0.3)
    #expect(traces.count == 1)
    let trace = try #require(traces.first)
    #expect(!trace.isClosed)
    #expect(trace.places.count == 5)
    #expect(trace.places.allSatisfy { abs($0.x - 0.3) < 1e-12 })
  }

  @Test("A level of a cone is a closed line as long and wide as its circle")
  func cone() throws {
    let traces = grid(81, isBounded: false) { x, y in (x * x + y * y).squareRoot() }.traces(at: 0.6)
    #expect(traces.count == 1)
    let trace = try #require(traces.first)
    #expect(trace.isClosed)
    #expect(trace.places.allSatisfy { abs(($0.x * $0.x + $0.y * $0.y).squareRoot() - 0.6) < 1e-3 })
    // What is higher lies outside, on the right: the line is followed the other way round.
    #expect(abs(area(trace) + .pi * 0.36) < 5e-3)
  }

  @Test("A bounded area is closed along the grid's sides, and a hole in it is cut out")
  func bounded() throws {
    let outside = grid(81, isBounded: true) { x, y in (x * x + y * y).squareRoot() }.traces(at: 0.6)
    #expect(outside.count == 2)
    #expect(outside.allSatisfy { $0.isClosed })
    #expect(abs(outside.reduce(0) { $0 + area($1) } - (4 - .pi * 0.36)) < 5e-3)
    let all = grid(4, isBounded: true) { _, _ in 1 }.traces(at: 0)
    #expect(all.count == 1)
    #expect(abs(area(try #require(all.first)) - 4) < 1e-12)
    #expect(grid(4, isBounded: true) { _, _ in 1 }.traces(at: 2).isEmpty)
  }

  @Test("Where two diagonals lie on different sides, the mean of the cell decides which is connected")
  func saddle() {
    func traces(_ middle: Double) -> [Contours.Trace] {
      Contours(x: [0, 1], y: [0, 1], heights: [[1, middle], [middle, 1]], isBounded: false).traces(at: 0.5)
    }
    // The high corners are the upper left and the lower right one.
    let joined = traces(0.2)
    #expect(joined.count == 2)
    #expect(joined.contains { $0.places.contains { $0.y == 0 } && $0.places.contains { $0.x == 1 } })
    let parted = traces(-0.2)
    #expect(parted.count == 2)
    #expect(parted.contains { $0.places.contains { $0.y == 0 } && $0.places.contains { $0.x == 0 } })
  }

  @Test("Lines do not cross cells with a hole at a corner, and bounded areas end beside it")
  func holes() {
    let heights: [[Double]] = [[0, 0, 0, 0], [0, 1, 1, .nan], [0, 1, 1, 0], [0, 0, 0, 0]]
    let places = [0.0, 1, 2, 3]
    let open = Contours(x: places, y: places, heights: heights, isBounded: false).traces(at: 0.5)
    #expect(open.allSatisfy { trace in trace.places.allSatisfy { $0.x.isFinite && !($0.x > 2 && $0.y < 2) } })
    #expect(open.contains { !$0.isClosed })
    let bounded = Contours(x: places, y: places, heights: heights, isBounded: true).traces(at: 0.5)
    #expect(bounded.allSatisfy { $0.isClosed && $0.places.allSatisfy { $0.x.isFinite && $0.y.isFinite } })
  }

  @Test("Of any surface, bounded areas shrink as the level rises, and lie in the grid", arguments: 0..<20)
  func areas(seed: Int) {
    var random = randomNumbers(seed)
    let (rows, columns) = (2 + random.integer(below: 7), 2 + random.integer(below: 7))
    let contours = Contours(
      x: (0..<columns).map(Double.init), y: (0..<rows).map(Double.init),
      heights: (0..<rows).map { _ in
        (0..<columns).map { _ in random.integer(below: 8) == 0 ? .nan : random.number(0, 1) }
      }, isBounded: true)
    var last = Double((rows - 1) * (columns - 1))
    for level in stride(from: 0.0, through: 1.0, by: 0.05) {
      let traces = contours.traces(at: level)
      #expect(traces.allSatisfy { $0.isClosed && $0.places.count > 2 })
      let whole = traces.reduce(0) { $0 + area($1) }
      #expect(whole <= last + 1e-9 && whole >= -1e-9)
      last = whole
    }
  }
}
