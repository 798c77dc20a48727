import Foundation

/// A number with a fixed number of decimal places, the same in every locale; a zero has no sign.
package func fixed(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value == 0 ? 0 : value) }

/// A number of percent with a fixed number of decimal places, as in `8.67 %`.
package func percent(_ value: Double, _ places: Int = 2) -> String { "\(fixed(value, places)) %" }

/// A loss as it is usually printed; one of a diverged model can have hundreds of digits.
package func lossText(_ loss: Double) -> String {
  loss.magnitude < 1e6 ? fixed(loss, 4) : String(format: "%.4e", loss)
}
