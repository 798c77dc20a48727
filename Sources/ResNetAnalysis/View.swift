import ResNetCore

/// What was measured of networks to see how they work: values, their pictures, the numbers behind those, and what they
/// mean.
///
/// A view is a value that a function of its own type measures, as in `Lesions.measure(of:on:)`; it can be kept, compared
/// and drawn without the network.
public protocol View: Sendable {
  /// What it is called on the command line and in the names of its files, as in `gradients`.
  static var name: String { get }
  /// What is measured and how, exactly enough to measure it again, with the source of the method.
  static var definition: String { get }
  /// What is expected of networks that learn as they should, and whose work says so.
  static var expectation: String { get }
  /// What the view shows, of which networks, as in `Gradients by layer: plain-56 and resnet56`.
  var title: String { get }
  /// What is seen in this measurement, in a few sentences made of its own numbers.
  var finding: String { get }
  /// The pictures, at least one; the first is the view's own.
  var figures: [ViewFigure] { get }
  /// The numbers that the pictures show.
  var table: ViewTable { get }
  /// What a person reads of the view, a paragraph each: its title, what is seen, what was measured, what is expected; more
  /// may follow.
  var text: String { get }
}

/// The kinds of views, in the order in which a reader may best take them.
let viewKinds: [any View.Type] = [
  Comparison.self, Depth.self, Gradients.self, Updates.self, Shattering.self, Responses.self, BlockIdentity.self,
  Lesions.self, GradientPaths.self, FeatureReuse.self, LossSurface.self, LossLine.self, ClassMaps.self, Features.self,
]

/// A picture of a view.
public struct ViewFigure: Hashable, Sendable {
  /// What tells it from the view's other pictures, as in `relief`; nothing for its first.
  public var suffix: String?
  /// The text of an SVG file; the same values give the same bytes.
  public var svg: String

  /// Makes a picture.
  public init(suffix: String? = nil, svg: String) {
    self.suffix = suffix
    self.svg = svg
  }
}
