import Foundation
import ResNetCore
import ResNetFiles

extension Model {
  /// What the epoch came to that a model was kept after; it travels in the model's file.
  ///
  /// Nothing in it varies between identical runs: no times, and no name of a data set, which may be that of its folder.
  public struct Figures: Hashable, Sendable, Codable {
    /// How good the model is on the images that the run tests on.
    public struct Test: Hashable, Sendable, Codable {
      private enum CodingKeys: String, CodingKey, CaseIterable {
        case images, loss, topOneError, topFiveError, calibrationError
      }

      /// The number of images.
      public var images: Int
      /// The mean cross-entropy, in nats; it need not be finite.
      public var loss: Double
      /// Images whose class does not have the greatest logit, in percent.
      public var topOneError: Double
      /// Images whose class is not among those of the five greatest logits, in percent; `nil` for five classes or fewer.
      public var topFiveError: Double?
      /// The expected calibration error, in percent; not a number where the logits of an image are not.
      public var calibrationError: Double

      /// Makes figures out of numbers.
      public init(
        images: Int, loss: Double, topOneError: Double, topFiveError: Double? = nil, calibrationError: Double
      ) {
        self.images = images
        self.loss = loss
        self.topOneError = topOneError
        self.topFiveError = topFiveError
        self.calibrationError = calibrationError
      }
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
      case epoch, step, trainingLoss, trainingError, test
    }

    /// The number of the epoch, from 1.
    public var epoch: Int
    /// Steps since the beginning of the run.
    public var step: Int
    /// The mean cross-entropy over the epoch's images as they were trained on, in nats.
    public var trainingLoss: Double
    /// Images whose class did not have the greatest logit as they were trained on, in percent.
    public var trainingError: Double
    /// How good the model is on the images that the run tests on, where there are some.
    public var test: Test?

    /// Makes figures out of numbers.
    public init(epoch: Int, step: Int, trainingLoss: Double, trainingError: Double, test: Test? = nil) {
      self.epoch = epoch
      self.step = step
      self.trainingLoss = trainingLoss
      self.trainingError = trainingError
      self.test = test
    }
  }
}

extension Model.Figures: CustomStringConvertible {
  /// One line, as in `epoch 48, step 18768 · loss 0.1119 · error 3.70 %, test 8.67 % of 10000 images`; the first error is
  /// that on training images.
  public var description: String {
    let tested = test.map { ", test \(percent($0.topOneError)) of \(counted($0.images, "image"))" } ?? ""
    return "epoch \(epoch), step \(step) · loss \(lossText(trainingLoss)) · error \(percent(trainingError))\(tested)"
  }
}

// MARK: The file

extension Model.Figures {
  /// Reads what `encode(to:)` writes, and no other keys.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    epoch = try values.integer(forKey: .epoch)
    step = try values.integer(forKey: .step)
    trainingLoss = try values.decode(Double.self, forKey: .trainingLoss)
    trainingError = try values.decode(Double.self, forKey: .trainingError)
    test = try values.decodeIfPresent(Test.self, forKey: .test)
  }

  /// Reads the text of a model's file strictly.
  ///
  /// - Throws: `ResNetError` of code `data` where it is damaged or of a newer version, `usage` where its numbers cannot
  ///   be.
  init(json: String, place: String) throws {
    try JSONScanner.check(json, place: place, maximumDepth: 3)
    let remedy = "Write the model again"
    do {
      self = try JSONDecoder.stable.decode(Self.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw ResNetError(decoding: error, at: place, remedy: remedy)
    } catch {
      // Foundation has an error of its own for numbers that are none.
      throw ResNetError(.data, "a number is too small or too large", at: place, remedy: remedy)
    }
    do {
      try check()
    } catch var error as ResNetError {
      (error.place, error.remedy) = (place, remedy)
      throw error
    }
  }

  /// The text of a model's file; equal figures give equal texts.
  ///
  /// - Throws: `ResNetError` of code `usage` where its numbers cannot be, and would not be read again.
  func json() throws -> String {
    try check()
    return String(decoding: try JSONEncoder.stable.encode(self), as: UTF8.self)
  }

  /// Refuses numbers that no run ends with.
  private func check() throws {
    var figures: [(name: String, value: Double, kind: Kind)] = [
      ("epoch", Double(epoch), .count), ("step", Double(step), .count), ("trainingLoss", trainingLoss, .loss),
      ("trainingError", trainingError, .share),
    ]
    if let test {
      figures += [
        ("test.images", Double(test.images), .count), ("test.loss", test.loss, .loss),
        ("test.topOneError", test.topOneError, .share), ("test.topFiveError", test.topFiveError ?? 0, .share),
      ]
      // Logits that are no numbers have none.
      if !test.calibrationError.isNaN { figures.append(("test.calibrationError", test.calibrationError, .share)) }
    }
    guard let wrong = figures.first(where: { !$0.kind.allows($0.value) }) else { return }
    let shown = wrong.kind == .count ? fixed(wrong.value, 0) : "\(wrong.value)"
    throw ResNetError(
      .usage, "the figure \(wrong.name) is \(shown), which cannot be: it is \(wrong.kind.rawValue)",
      remedy: "Give the figures that a run ended with")
  }

  /// What a figure can be.
  private enum Kind: String {
    case count = "counted from 1 to 2^40"
    case share = "a share from 0 to 100 percent"
    case loss = "a loss, and never below 0"

    func allows(_ value: Double) -> Bool {
      switch self {
      case .count: (1...0x1p40).contains(value)
      case .share: (0...100).contains(value)
      // That of a model that diverged need not be a number.
      case .loss: !(value < 0)
      }
    }
  }
}

extension Model.Figures.Test {
  /// Reads what `encode(to:)` writes, and no other keys.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(refusingKeysBeyond: CodingKeys.self)
    images = try values.integer(forKey: .images)
    loss = try values.decode(Double.self, forKey: .loss)
    topOneError = try values.decode(Double.self, forKey: .topOneError)
    topFiveError = try values.decodeIfPresent(Double.self, forKey: .topFiveError)
    calibrationError = try values.decode(Double.self, forKey: .calibrationError)
  }
}
