import Foundation
import Testing

@Suite struct CompletionTests {
  /// What bash offers at the end of a line, with the script that the tool generates.
  private func offered(_ line: String, in folder: TemporaryFolder) throws -> [String] {
    let script = try Tool.run(["--generate-completion-script", "bash"])
    #expect(script.status == 0)
    try folder.write(Array(script.output.utf8), to: "completions/resnet.bash")
    // The script calls the tool by the first word of the line.
    let words = [try Tool.located()] + line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let program = """
      source completions/resnet.bash
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
      _resnet resnet "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try Tool.run(["-c", program, "bash"] + words, program: "/bin/bash", in: folder.path)
    #expect(result.errors.isEmpty, "\(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test("Shells get scripts, and bash finds nothing wrong with its own", arguments: ["bash", "zsh", "fish"])
  func scripts(shell: String) throws {
    let script = try Tool.run(["--generate-completion-script", shell])
    #expect(script.status == 0)
    #expect(script.output.contains("cifar_resnet50") && script.output.contains("a-after"))
    guard shell == "bash" else { return }
    let folder = try TemporaryFolder()
    try folder.write(Array(script.output.utf8), to: "resnet.bash")
    let check = try Tool.run(["-n", folder.path + "/resnet.bash"], program: "/bin/bash")
    #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
  }

  @Test("Networks, recipes, choices and paths are completed")
  func completions() throws {
    let folder = try TemporaryFolder()
    for file in ["my.json", "deep/other.json", "run/model.safetensors", "notes.txt"] { try folder.write([], to: file) }
    #expect(try offered("train --network resnet20", in: folder).sorted() == ["resnet20", "resnet200"])
    #expect(try offered("summary plain11", in: folder) == ["plain110"])
    #expect(
      try offered("train --recipe ", in: folder) == ["he2015", "quick", "photographs", "fine-tune", "my.json"])
    #expect(try offered("recipes --show deep/", in: folder) == ["deep/other.json"])
    #expect(try offered("train --shortcut a", in: folder) == ["a", "a-after"])
    #expect(try offered("train --progress p", in: folder) == ["plain"])
    #expect(try offered("train --data ", in: folder).sorted() == ["completions", "deep", "run"])
    #expect(try offered("evaluate run/", in: folder) == ["run/model.safetensors"])
    #expect(try offered("ev", in: folder) == ["evaluate"])
    #expect(try offered("quantize run/", in: folder) == ["run/model.safetensors"])
  }
}
