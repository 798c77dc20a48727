/// The Euclidean norm, summed in Double.
func norm(_ values: some Sequence<Float>) -> Double {
  values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
}
