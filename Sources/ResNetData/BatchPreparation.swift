/// How batches are prepared: in parts, which several threads may fill at once.
package struct BatchPreparation: Sendable {
  /// Gives a batch its number and its size.
  ///
  /// - Returns: the number of its parts, at least one.
  package var begin: @Sendable (_ batch: Batch, _ number: Int) -> Int
  /// Fills a part of a batch; parts are filled in any order and at the same time.
  package var fill: @Sendable (_ batch: Batch, _ part: Int) throws -> Void
  /// Does what takes all images of a batch together, once its parts are filled.
  package var finish: @Sendable (_ batch: Batch) throws -> Void

  package init(
    begin: @escaping @Sendable (_ batch: Batch, _ number: Int) -> Int,
    fill: @escaping @Sendable (_ batch: Batch, _ part: Int) throws -> Void,
    finish: @escaping @Sendable (_ batch: Batch) throws -> Void = { _ in }
  ) {
    (self.begin, self.fill, self.finish) = (begin, fill, finish)
  }
}
