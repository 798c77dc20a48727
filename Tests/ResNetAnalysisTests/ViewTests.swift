import Testing

@testable import ResNetAnalysis

@Suite struct ViewTests {
  @Test("Tables are quoted as RFC 4180 has it, and what is not finite is an empty cell")
  func commaSeparated() throws {
    let table = try ViewTable(
      columns: ["name", "norm"],
      rows: [[.text("a \"b\", c"), .number(0.5)], [.integer(3), .number(.nan)], [.empty, .number(-.infinity)]])
    #expect(table.commaSeparated == "name,norm\n\"a \"\"b\"\", c\",0.5\n3,\n,\n")
  }

  @Test("A row that does not fit the columns is refused")
  func raggedRow() {
    #expect(throws: (any Error).self) { try ViewTable(columns: ["a"], rows: [[.integer(1)], []]) }
  }

  @Test("Subjects are called by as much of their paths as tells them apart")
  func names() throws {
    #expect(try Subject.names(of: ["runs/r20", "runs/p20/"]) == ["r20", "p20"])
    #expect(try Subject.names(of: ["a/r20", "b/r20", "c/x.safetensors"]) == ["a/r20", "b/r20", "c/x"])
    #expect(throws: (any Error).self) { try Subject.names(of: ["a/r20", "a/r20/"]) }
  }
}
