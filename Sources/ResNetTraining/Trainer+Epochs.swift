import ResNetEngine

extension Trainer {
  /// The epochs of the run: asking for the next one trains it.
  ///
  /// Asking again after some epochs goes on where they ended. Cancelling the task ends the run between two steps with
  /// `CancellationError`; any error leaves `model` as it was after the last whole epoch.
  public nonisolated var epochs: Epochs { Epochs(trainer: self) }

  /// The epochs of a run, trained one by one.
  public struct Epochs: AsyncSequence, Sendable {
    let trainer: Trainer

    /// Begins with the next epoch.
    public func makeAsyncIterator() -> Iterator { Iterator(trainer: trainer) }

    /// Trains an epoch each time it is asked.
    public struct Iterator: AsyncIteratorProtocol {
      let trainer: Trainer

      /// Trains the next epoch; `nil` at the end of the run.
      ///
      /// - Throws: `ResNetError` of code `data` where the loss is not finite, and what `Trainer.prepare()` throws.
      public mutating func next() async throws -> EpochReport? { try await trainer.nextEpoch() }
    }
  }
}
