/// What a run can write down while it trains, beside its history.
public enum Recording: String, Hashable, Sendable, Codable, CaseIterable {
  /// How much each layer's weights change in a step; see `UpdateRecord`.
  case updates
}
