/// So many things of a kind, as in `1 step`, `2 steps` and, with a plural of its own, `2 classes`.
package func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
