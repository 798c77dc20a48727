import ResNetCore
import ResNetFiles

/// Reads the bytes as a checkpoint of PyTorch, and every tensor of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let file = try? PyTorchCheckpoint(bytes: bytes, name: "fuzz") {
    for entry in file.entries { _ = try? file.tensor(entry) }
  }
  return 0
}
