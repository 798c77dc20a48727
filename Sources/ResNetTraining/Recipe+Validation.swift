import ResNetCore
import ResNetImages

extension Recipe {
  /// A part with which nothing can be learned.
  struct Fault {
    /// The names of the part in JSON, outermost first.
    var path: [String]
    /// What is wrong with it.
    var message: String
    /// What mends it.
    var remedy: String

    init(_ path: String..., message: String, remedy: String) {
      self.path = path
      self.message = message
      self.remedy = remedy
    }

    init(_ fault: Augmentation.Fault) {
      path = ["augmentation"] + fault.path
      message = fault.message
      remedy = fault.remedy
    }
  }

  /// Refuses numbers with which nothing can be learned.
  ///
  /// - Throws: `ResNetError` of code `usage`.
  public func validate() throws {
    if let fault { throw ResNetError(.usage, fault.message, at: place, remedy: fault.remedy) }
  }

  var place: String { "recipe \(printable(name))" }

  /// The first fault, if there is one.
  var fault: Fault? { partsFault ?? scheduleFault }

  private var partsFault: Fault? {
    if !isName(name) {
      return Fault(
        "name", message: "the name is empty, too long or not printable", remedy: "Use 1 to 100 printable characters")
    }
    if !length.isPossible {
      return Fault("length", message: length.refusal, remedy: Length.remedy)
    }
    if batch < 1 {
      return Fault("batch", message: "a batch of \(batch) is not possible", remedy: "Use at least 1 image")
    }
    if !Float(learningRate).isFinite || learningRate <= 0 {
      return Fault(
        "learningRate", message: "a learning rate of \(learningRate) is not possible",
        remedy: "Use a positive number such as 0.1")
    }
    if !(0..<1).contains(momentum) {
      return Fault(
        "momentum", message: "a momentum of \(momentum) is not possible", remedy: "Use a number from 0 to below 1")
    }
    if nesterov, momentum == 0 {
      return Fault(
        "nesterov", message: "Nesterov's method needs momentum",
        remedy: "Use a momentum such as 0.9, or turn it off")
    }
    if !Float(weightDecay).isFinite || weightDecay < 0 {
      return Fault(
        "weightDecay", message: "a weight decay of \(weightDecay) is not possible",
        remedy: "Use 0 or a small positive number such as 1e-4")
    }
    if let fault = augmentation.fault { return Fault(fault) }
    if augmentation.repeats > batch {
      return Fault(
        "augmentation", "repeats", message: "a batch of \(batch) cannot hold an image \(augmentation.repeats) times",
        remedy: "Use a larger batch, or fewer repeats")
    }
    return nil
  }

  private var scheduleFault: Fault? {
    switch schedule {
    case .constant:
      return nil
    case .steps(let fractions, let factor):
      if let wrong = fractions.first(where: { !(0...1).contains($0) }) {
        return Fault(
          "schedule", "at", message: "the rate cannot change at \(wrong) of the run",
          remedy: "Use fractions from 0 to 1")
      }
      if !factor.isFinite || factor <= 0 {
        return Fault(
          "schedule", "factor", message: "the rate cannot be multiplied by \(factor)",
          remedy: "Use a positive factor such as 0.1")
      }
      return nil
    case .oneCycle(let warmUp):
      if (0..<1).contains(warmUp) { return nil }
      return Fault(
        "schedule", "warmUp", message: "a warm-up of \(warmUp) of the run is not possible", remedy: "Use 0 to below 1")
    }
  }
}
