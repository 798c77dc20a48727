import ResNetCore
import ResNetFiles
import ResNetImages
import ResNetModels
import Testing

@testable import ResNetModel

@Suite struct DamagedModelTests {
  private static let deep = String(repeating: "[", count: 200_000)

  /// For each text of the metadata, what it must not be, with a word of the error; `nil` for a text that is missing.
  static let texts: [(String, String?, String)] = [
    ("resnet.format", "2", "format '2'"),
    ("resnet.format", nil, "format unknown"),
    ("resnet.future", "1", "not known"),
    ("resnet.architecture", nil, "lacks resnet.architecture"),
    ("resnet.architecture", "", "needed"),
    ("resnet.architecture", "{}", "missing"),
    ("resnet.architecture", deep, "bytes"),
    ("resnet.architecture", String(repeating: "[", count: 60_000), "too deep"),
    ("resnet.architecture", #"{"name":"a","name":"b"}"#, "twice"),
    ("resnet.architecture", #"{"name":1e999}"#, "too large"),
    ("resnet.architecture", architecture(blocks: "1000000000000"), "not possible"),
    ("resnet.architecture", architecture(blocks: "-1"), "not possible"),
    ("resnet.architecture", architecture(blocks: "1.5"), ""),
    ("resnet.architecture", architecture(blocks: "99999999999999999999"), ""),
    ("resnet.architecture", architecture(width: "9223372036854775807"), "not possible"),
    ("resnet.architecture", architecture(blocks: "1000", width: "65536"), "parameters"),
    ("resnet.input", nil, "lacks resnet.input"),
    ("resnet.input", "[3,8]", "not possible"),
    ("resnet.input", "[3,8,-8]", "integer"),
    ("resnet.input", "[3,8,8.0]", "integer"),
    ("resnet.input", "[3,8,8]]", "goes on"),
    ("resnet.input", "[9223372036854775807,9223372036854775807,8]", "not possible"),
    ("resnet.input", "[1,8,8]", "does not fit an input of 1×8×8"),
    ("resnet.classes", nil, "lacks resnet.classes"),
    ("resnet.classes", "[]", "0 classes"),
    ("resnet.classes", #"["a","b"]"#, "'fc.weight' is 3×64, not 2×64"),
    ("resnet.classes", #"["a","b",1]"#, "needed"),
    ("resnet.classes", #"["a","b","c",]"#, "needed"),
    ("resnet.classes", deep, "needed"),
    ("resnet.preprocessing", nil, "lacks resnet.preprocessing"),
    ("resnet.preprocessing", "{}", "missing"),
    ("resnet.preprocessing", "[]", "needed"),
    ("resnet.preprocessing", #"{"kind":"sideways","mean":[0,0,0],"deviation":[1,1,1]}"#, "not of the right type"),
    (
      "resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0,0],"deviation":[1,1,1],"zoom":1}"#,
      "'zoom' is not known"
    ),
    ("resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0,0],"mean":[0,0,0],"deviation":[1,1,1]}"#, "twice"),
    ("resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0,0],"deviation":[1,0,1]}"#, "deviations"),
    ("resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0],"deviation":[1,1]}"#, "does not fit"),
    ("resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0,1e999],"deviation":[1,1,1]}"#, "too large"),
    ("resnet.preprocessing", #"{"kind":"per-pixel","shape":[3,8,8],"deviation":[1,1,1]}"#, "do not agree"),
    (
      "resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0,0],"deviation":[1,1,1],"crop":1}"#,
      "not of the right type"
    ),
    (
      "resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0,0],"deviation":[1,1,1],"resize":1.5}"#,
      "not of the right type"
    ),
    (
      "resnet.preprocessing", #"{"kind":"per-channel","mean":[0,0,0],"deviation":[1,1,1],"background":[0,0,256]}"#,
      "not of the right type"
    ),
    (
      "resnet.preprocessing",
      #"{"kind":"per-channel","mean":[0,0,0],"deviation":[1,1,1],"squash":[9,8],"interpolation":"nearest"}"#,
      "does not fit"
    ),
    ("resnet.quantization", "int4", "'int4' are not known"),
    ("resnet.quantization", "int8", "missing: 'avgpool.activation_scale'"),
  ]

  private static func architecture(blocks: String = "1", width: String = "16") -> String {
    #"{"block":"basic","input":[3,8,8],"name":"a","shortcut":"b","stages":[{"blocks":\#(blocks),"stride":1,"width":\#(width)}],"#
      + #""stem":{"kind":"cifar","width":16}}"#
  }

  @Test("Metadata that are missing, damaged, hostile or newer are refused", arguments: texts)
  func metadata(key: String, text: String?, word: String) throws {
    let file = try changed(sample()) { $1[key] = text }
    let error = #expect(throws: ResNetError.self) { try Model(file) }
    #expect(error?.code == .data)
    #expect(error?.place?.hasPrefix("m.safetensors") == true)
    #expect(error?.message.contains(word) == true || word.isEmpty, "\(error.map(String.init(describing:)) ?? "")")
    #expect((error?.description.utf8.count ?? 0) < 1200)
  }

  @Test("Weights without a word about their network are refused with what is lacking")
  func published() throws {
    let file = try changed(sample()) { $1 = ["format": "pt"] }
    let error = #expect(throws: ResNetError.self) { try Model(file) }
    #expect(error?.message.contains("does not say of which network") == true)
    #expect(error?.remedy.contains("resnet import --network") == true)
    #expect(error?.place == "m.safetensors")
  }

  @Test("Tensors that are missing, unexpected or of the wrong shape are listed with both shapes")
  func tensors() throws {
    let file = try changed(sample()) { tensors, _ in
      tensors["conv1.weight"] = nil
      tensors["fc.bias"] = Tensor(repeating: 0, shape: [4])
      tensors["fc.weight"] = Tensor(repeating: 0, shape: [64, 3])
      for index in 0..<3 { tensors["extra\(index)"] = Tensor(repeating: 0, shape: [1, 2]) }
    }
    let error = #expect(throws: ResNetError.self) { try Model(file) }
    #expect(
      error?.message == "the tensors do not fit the network 'resnet8': 1 missing: 'conv1.weight' (16×3×3×3); "
        + "3 unexpected: 'extra0' (1×2), 'extra1' (1×2), 'extra2' (1×2); "
        + "2 of the wrong shape: 'fc.bias' is 4, not 3, 'fc.weight' is 64×3, not 3×64")
    #expect(error?.code == .data)
  }

  @Test("A network far larger than the file is refused without memory for it")
  func largerNetwork() throws {
    let large = try sample().architecture.json().replacing("\"blocks\":1", with: "\"blocks\":800")
    let error = #expect(throws: ResNetError.self) { try Model(changed(sample()) { $1["resnet.architecture"] = large }) }
    #expect(error?.message.contains("missing") == true)
    #expect((error?.description.utf8.count ?? 0) < 1000)
  }

  @Test("The count of batches that PyTorch keeps is passed over beside running statistics, and nowhere else")
  func batchCount() throws {
    let count = Tensor(shape: [], scalars: [7])
    let model = try Model(changed(sample()) { tensors, _ in tensors["bn1.num_batches_tracked"] = count })
    #expect(model.parameters["bn1.num_batches_tracked"] == nil)
    #expect(throws: ResNetError.self) {
      try Model(changed(sample()) { tensors, _ in tensors["fc.num_batches_tracked"] = count })
    }
  }

  @Test("A mean image that is missing, in the way or of another shape is refused")
  func meanImage() throws {
    #expect(throws: ResNetError.self) {
      try Model(changed(sample(perPixel: true)) { tensors, _ in tensors["preprocessing.mean"] = nil })
    }
    let other = Tensor(repeating: 0, shape: [3, 8, 9])
    for perPixel in [false, true] {
      #expect(throws: ResNetError.self) {
        try Model(changed(sample(perPixel: perPixel)) { tensors, _ in tensors["preprocessing.mean"] = other })
      }
    }
    let notFinite = Tensor(repeating: .nan, shape: [3, 8, 8])
    let error = #expect(throws: ResNetError.self) {
      try Model(changed(sample(perPixel: true)) { tensors, _ in tensors["preprocessing.mean"] = notFinite })
    }
    #expect(error?.place == "m.safetensors")
  }

  @Test("Random damage to a file gives an error or a model, never a crash")
  func randomDamage() throws {
    let sound = try encoded(sample().fileContents())
    let header = Int(sound[0]) | Int(sound[1]) << 8 | Int(sound[2]) << 16
    var numbers = RandomNumbers(seed: 2, purpose: .testing)
    for _ in 0..<400 {
      var bytes = sound
      let position = 8 + numbers.integer(below: min(header, 1500))
      bytes[position] = Array("0123456789[]{}\",:\\-.abe".utf8)[numbers.integer(below: 23)]
      do { _ = try Model(Safetensors(bytes: bytes, name: "m")) } catch is ResNetError {}
    }
  }
}
