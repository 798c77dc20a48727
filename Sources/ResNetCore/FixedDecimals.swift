import Foundation

/// A number with a fixed number of decimal places, the same in every locale.
package func fixed(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
