/// Whether `first` comes before `second` in the order of their UTF-8 bytes.
///
/// Swift's own `<` and `==` on strings hold canonically equivalent spellings for equal; file formats do not.
package func precedes(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}
