import Foundation
import ResNetCore
import ResNetFiles
import ResNetTesting
import Testing

@Suite struct PythonTests {
  @Test(
    "The format's own library reads what is written, and what it writes is read",
    .enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
  func safetensors() throws {
    try withTemporaryFolder { folder in
      let tensors = [
        "layer1.0.conv1.weight": Tensor(shape: [2, 3], scalars: [1, -2, 3.5, 0x1p-149, .infinity, 6]),
        "é\"\\": Tensor(shape: [], scalars: [7]),
        "none": Tensor(shape: [0, 3], scalars: []),
      ]
      let integers = ["small": Int8Tensor(shape: [3], scalars: [-128, 0, 127])]
      try Safetensors.write(
        tensors, integers: integers, metadata: ["a": "ü\n\u{1}", "b": "{}"], to: folder + "/ours")
      let script = """
        import sys, numpy
        from safetensors import safe_open
        from safetensors.numpy import save_file
        folder = sys.argv[1]
        with safe_open(folder + "/ours", "np") as file:
            assert file.metadata() == {"a": "ü\\n\\x01", "b": "{}"}, file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            assert tensors["small"].dtype == numpy.int8 and list(tensors["small"]) == [-128, 0, 127]
            save_file(tensors, folder + "/theirs", file.metadata())
        tensors["half"] = numpy.arange(5).astype(numpy.float16)
        tensors["long"] = numpy.arange(5)
        save_file(tensors, folder + "/mixed")
        """
      _ = try Python.run(script, [folder])
      for name in ["theirs", "mixed"] {
        let file = try Safetensors(contentsOf: folder + "/" + name)
        for (name, tensor) in tensors { #expect(try file.tensor(named: name) == tensor) }
        for (name, tensor) in integers { #expect(try file.int8Tensor(#require(file.entry(named: name))) == tensor) }
        #expect(file.metadata("a") == (name == "theirs" ? "ü\n\u{1}" : nil))
      }
      let mixed = try Safetensors(contentsOf: folder + "/mixed")
      #expect(try mixed.tensor(named: "half").scalars == [0, 1, 2, 3, 4])
      #expect(mixed.entry(named: "long")?.type == .int64)
    }
  }

  @Test(
    "TensorBoard reads the scalars that are written, also while the file grows and a record is there in part",
    .enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
  func events() throws {
    try withTemporaryFolder { folder in
      let losses: [Float] = [.infinity, 1, 0.5, .nan, 0.25, 0]
      let records: [TensorBoardEvents.Record] = losses.enumerated().map { index, loss in
        let scalars: [TensorBoardEvents.Scalar] = [.init("loss/training", loss), .init("größe \"\\", 0.1 - loss)]
        return .init(step: Int64(index) * 1_000_000_000_000, time: 1_700_000_000.125 + Double(index), scalars: scalars)
      }
      let path = folder + "/" + TensorBoardEvents.fileName
      try TensorBoardEvents.write(Array(records[..<2]), beginning: 1_700_000_000, to: path)
      let written = try contents(path).count
      try TensorBoardEvents.append(Array(records[2...3]), to: path)
      let appended = try contents(path).count
      try TensorBoardEvents.append(Array(records[4...]), to: path)

      // The file is shown to one reader piece by piece; the third piece ends in the middle of a record.
      let script = """
        import os, struct, sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, SCALARS
        path, folder, *cuts = sys.argv[1:]
        with open(path, "rb") as file:
            data = file.read()
        cuts = [0, *map(int, cuts), len(data)]
        accumulator = EventAccumulator(folder, {SCALARS: 0})
        for start, end in zip(cuts, cuts[1:]):
            with open(os.path.join(folder, os.path.basename(path)), "ab") as file:
                file.write(data[start:end])
            accumulator.Reload()
            assert accumulator.file_version == 2, accumulator.file_version
            for tag in accumulator.Tags()["scalars"]:
                for event in accumulator.Scalars(tag):
                    bits = struct.unpack("<QI", struct.pack("<df", event.wall_time, event.value))
                    print(end, tag, event.step, *bits)
        """
      let shown = folder + "/shown"
      try FileManager.default.createDirectory(atPath: shown, withIntermediateDirectories: false)
      let lines = try Python.run(script, [path, shown, "\(written)", "\(appended)", "\(appended + 40)"])
      var expected: [String] = []
      for (end, count) in [(written, 2), (appended, 4), (appended + 40, 4), (try contents(path).count, 6)] {
        for tag in 0..<2 {
          for record in records[..<count] {
            let scalar = record.scalars[tag]
            expected.append(
              "\(end) \(scalar.tag) \(record.step) \(record.time.bitPattern) \(scalar.value.bitPattern)")
          }
        }
      }
      #expect(lines == expected)
    }
  }
}
