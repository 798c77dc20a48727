import Foundation
import ResNetCore
import ResNetFiles
import Testing

@Suite struct PythonTests {
  @Test(
    "The format's own library reads what is written, and what it writes is read",
    .enabled(if: Python.isThere, Python.absence))
  func safetensors() throws {
    try withTemporaryFolder { folder in
      let tensors = [
        "layer1.0.conv1.weight": Tensor(shape: [2, 3], scalars: [1, -2, 3.5, 0x1p-149, .infinity, 6]),
        "é\"\\": Tensor(shape: [], scalars: [7]),
        "none": Tensor(shape: [0, 3], scalars: []),
      ]
      try Safetensors.write(tensors, metadata: ["a": "ü\n\u{1}", "b": "{}"], to: folder + "/ours")
      let script = """
        import sys, numpy
        from safetensors import safe_open
        from safetensors.numpy import save_file
        folder = sys.argv[1]
        with safe_open(folder + "/ours", "np") as file:
            assert file.metadata() == {"a": "ü\\n\\x01", "b": "{}"}, file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            save_file(tensors, folder + "/theirs", file.metadata())
        tensors["half"] = numpy.arange(5).astype(numpy.float16)
        tensors["long"] = numpy.arange(5)
        save_file(tensors, folder + "/mixed")
        """
      _ = try Python.run(script, [folder])
      for name in ["theirs", "mixed"] {
        let file = try Safetensors(contentsOf: folder + "/" + name)
        for (name, tensor) in tensors { #expect(try file.tensor(named: name) == tensor) }
        #expect(file.metadata("a") == (name == "theirs" ? "ü\n\u{1}" : nil))
      }
      let mixed = try Safetensors(contentsOf: folder + "/mixed")
      #expect(try mixed.tensor(named: "half").scalars == [0, 1, 2, 3, 4])
      #expect(mixed.entry(named: "long")?.type == .int64)
    }
  }
}
