import ResNetCore
import ResNetImages

/// Reads a picture by every rule, resizes it and makes numbers of it: whatever comes is a picture or a `ResNetError`.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let header = try ImageHeader(bytes: bytes, named: "picture")
    // Larger ones are not wrong, only slow: the limits that keep them out are tested elsewhere.
    guard header.size.width * header.size.height <= 1 << 22 else { return 0 }
    for rules in [ImageRules(), ImageRules(exif: .apply, background: .white)] {
      let image = try Image(bytes: bytes, named: "picture", rules: rules)
      precondition(image.pixels.count == image.width * image.height * 3)
      for preprocessing in [Preprocessing.torchvisionV1, try .timm(size: 32), try .keras(.caffe, size: 32)] {
        let tensor = try preprocessing(image)
        precondition(tensor.scalars.allSatisfy(\.isFinite))
      }
    }
  } catch {
    precondition(error is ResNetError)
  }
  return 0
}
