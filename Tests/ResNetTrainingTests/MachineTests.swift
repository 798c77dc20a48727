import Foundation
import ResNetTraining
import Testing

@Suite struct MachineTests {
  @Test(
    "The peak of memory begins anew once it is forgotten, where the system can",
    .enabled(if: FileManager.default.isWritableFile(atPath: "/proc/self/clear_refs")))
  func peakMemory() {
    let size = 256 << 20
    let sum = [UInt8](repeating: 1, count: size).reduce(0) { $0 + Int($1) }
    #expect(sum == size)
    let before = Machine.peakMemoryBytes
    #expect(before >= size)
    Machine.forgetPeakMemory()
    #expect(Machine.peakMemoryBytes <= before - size / 2)
  }
}
