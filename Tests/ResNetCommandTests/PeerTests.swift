import ArgumentParser
import Foundation
import ResNet
import Testing

@testable import ResNetCommand

/// `resnet bench --against`, with a peer that is a script of a few lines.
@Suite struct PeerTests {
  /// An environment and a script that stand for the real ones.
  private struct Stage {
    let folder: TemporaryFolder
    var home: String { folder.path + "/home" }
    var scripts: String { folder.path + "/peers" }
    static let packages = "nothing==1.0\n"

    /// - Parameter measure: the lines of the script; the shell stands for Python.
    init(measure: String, isReady: Bool = true) throws {
      folder = try TemporaryFolder()
      try write(measure, to: "peers/measure")
      try write(Self.packages, to: "peers/requirements.txt")
      if isReady {
        try write("#!/bin/sh\nexec /bin/sh \"$@\"\n", to: "home/bin/python", isExecutable: true)
        try write(Self.packages, to: "home/ready")
      }
    }

    func write(_ text: String, to file: String, isExecutable: Bool = false) throws {
      try folder.write(Array(text.utf8), to: file)
      if isExecutable {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/" + file)
      }
    }

    func read(_ file: String) throws -> String { try String(contentsOfFile: folder.path + "/" + file, encoding: .utf8) }

    func arguments(_ more: [String], task: String = "infer") -> [String] {
      [
        "bench", task, "--network", "resnet8", "--batch", "2", "--threads", "1", "--seconds", "0", "--peers", scripts,
        "--rounds", "1",
      ] + more
    }

    func run(
      _ more: [String] = ["--against", "torch", "--variants", "nhwc"], task: String = "infer", path: String? = nil
    ) throws -> Tool.Result {
      let environment = ["RESNET_PEERS_HOME": home].merging(path.map { ["PATH": $0] } ?? [:]) { $1 }
      return try Tool.run(arguments(more, task: task), environment: environment)
    }
  }

  /// Prints a rate by variant, and notes what it was called with.
  private static let measure = """
    here=${0%/*}
    echo "$@" >> "$here/calls"
    echo "${GLIBC_TUNABLES:-none} ${GOMP_SPINCOUNT:-none}" >> "$here/environment"
    case "$*" in
      *"--variant compile "*) rate=400 memory=2000 ;;
      *) rate=100 memory=1000 ;;
    esac
    echo "a warning" >&2
    echo "{\\"imagesPerSecond\\": $rate, \\"peakMemoryMiB\\": $memory, \\"versions\\": {\\"torch\\": \\"9.9.1\\"}}"
    """

  @Test("Ours and every variant are measured in turn; the table has rates, ratios, memory and versions")
  func table() throws {
    let stage = try Stage(measure: Self.measure)
    let result = try stage.run(["--against", "torch"], task: "train")
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(result.output)")
    #expect(lines.first == "resnet8 train, batch 2, f32, 1 thread, 1 round")
    #expect(result.output.contains("swift-resnet \(packageVersion), torch 9.9.1"))
    for variant in Peer.torch.variants { #expect(lines.contains { $0.hasPrefix("PyTorch \(variant) ") }) }
    #expect(lines.last?.contains("× as fast as PyTorch's fastest (compile), ") == true)
    #expect(result.errors.contains("round 1 of 1, nhwc: "))
    let calls = try stage.read("peers/calls").split(separator: "\n").map(String.init)
    let call = { (layout: String) in
      "torch resnet8 train --batch 2 --precision f32 --variant \(layout) --threads 1 --seconds 0.0"
    }
    let layouts = ["nhwc", "nchw", "compile", "compile-nchw", "nchw"]
    #expect(calls == layouts.map { call($0) })
  }

  @Test("Peers get their allocator's settings but for the untuned variant, and no setting that is ours")
  func environment() throws {
    let stage = try Stage(measure: Self.measure)
    let tool = try Tool.start(
      stage.arguments(["--against", "openvino"]), environment: ["RESNET_PEERS_HOME": stage.home],
      by: ["/usr/bin/env", "-u", "GOMP_SPINCOUNT", "-u", "GLIBC_TUNABLES"])
    let result = try tool.end()
    #expect(result.status == 0, "\(result.errors)")
    #expect(try stage.read("peers/environment") == "glibc.malloc.hugetlb=1 none\nnone none\n")
  }

  @Test("JSON has both sides, all runs, versions and ratios")
  func json() throws {
    let stage = try Stage(measure: Self.measure)
    let result = try stage.run(["--against", "torch", "--variants", "nhwc", "compile", "--rounds", "2", "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let comparison = try JSONDecoder().decode(PeerComparison.self, from: Data(result.output.utf8))
    #expect(comparison.ours.runs.count == 4 && comparison.ours.peakMemoryMiB > 1)
    #expect(comparison.variants.map(\.variant) == ["nhwc", "compile"])
    #expect(comparison.variants.map(\.runs) == [[100, 100], [400, 400]])
    #expect(comparison.best == "compile" && comparison.rounds == 2 && comparison.network == "resnet8")
    #expect(comparison.ratio == comparison.ours.imagesPerSecond / 400)
    #expect(comparison.memoryRatio == comparison.ours.peakMemoryMiB / 1000)
    #expect(comparison.versions == ["torch": "9.9.1", "swift-resnet": packageVersion])
  }

  @Test("Rates are medians of the rounds, and the fastest variant is the one to beat")
  func medians() {
    let work = BenchWork(task: .training, network: "resnet20", batch: 128, precision: .float32, threads: 2)
    let comparison = PeerComparison(
      work, peer: .torch, rounds: 3, seconds: 5, versions: ["torch": "2"],
      ours: .init("", runs: [(300, 10), (100, 30), (200, 20)]),
      variants: [.init("nhwc", runs: [(80, 50), (120, 50)]), .init("nchw", runs: [(90, 40)])])
    #expect(comparison.ours.imagesPerSecond == 200 && comparison.ours.peakMemoryMiB == 20)
    #expect(comparison.variants[0].imagesPerSecond == 100)
    #expect(comparison.best == "nhwc" && comparison.ratio == 2 && comparison.memoryRatio == 0.5)
    let lines = comparison.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains(["PyTorch", "nhwc", "100.0", "2.00", "×", "50", "MiB", "0.40", "×"]))
    #expect(lines.contains(["swift-resnet", "200.0", "–", "20", "MiB", "–"]))
    #expect(comparison.text.hasSuffix("2.00 × as fast as PyTorch's fastest (nhwc), 0.50 × its least memory"))
  }

  @Test("An environment is made once, with the packages of the list")
  func firstUse() throws {
    let stage = try Stage(measure: Self.measure, isReady: false)
    // Makes a Python that notes how pip is called, and runs the script otherwise.
    let python = """
      #!/bin/sh
      [ "$1 $2" = "-m venv" ] || exit 9
      mkdir -p "$3/bin"
      cat > "$3/bin/python" <<'END'
      #!/bin/sh
      if [ "$1 $2" = "-m pip" ]; then echo "$@" >> "${0%/*}/pip"; else exec /bin/sh "$@"; fi
      END
      chmod +x "$3/bin/python"
      """
    try stage.write(python, to: "tools/python3", isExecutable: true)
    for _ in 0..<2 {
      let result = try stage.run(path: stage.folder.path + "/tools:/usr/bin:/bin")
      #expect(result.status == 0, "\(result.errors)")
    }
    let pip = try stage.read("home/bin/pip")
    #expect(pip == "-m pip install --quiet --disable-pip-version-check -r \(stage.scripts)/requirements.txt\n")
    #expect(try stage.read("home/ready") == Stage.packages)
  }

  @Test("Where the list of packages has changed, they are installed again, once")
  func otherPackages() throws {
    let stage = try Stage(measure: Self.measure)
    let python = """
      #!/bin/sh
      if [ "$1 $2" = "-m pip" ]; then echo "$@" >> "${0%/*}/pip"; else exec /bin/sh "$@"; fi
      """
    try stage.write(python, to: "home/bin/python", isExecutable: true)
    try stage.write("#!/bin/sh\nexit 0\n", to: "tools/python3", isExecutable: true)
    let list = Stage.packages + "more==2.0\n"
    try stage.write(list, to: "peers/requirements.txt")
    for _ in 0..<2 {
      let result = try stage.run(path: stage.folder.path + "/tools:/usr/bin:/bin")
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(try stage.read("home/bin/pip").split(separator: "\n").count == 1)
    #expect(try stage.read("home/ready") == list)
  }

  @Test("A folder without a list of packages is told by the list's path")
  func noList() throws {
    let stage = try Stage(measure: Self.measure)
    try FileManager.default.removeItem(atPath: stage.scripts + "/requirements.txt")
    fails(try stage.run(), 65, "\(stage.scripts)/requirements.txt: cannot be read: No such file")
  }

  /// A failure on the way to a comparison, and what the tool answers.
  private func fails(_ result: Tool.Result, _ status: Int32, _ answers: String...) {
    #expect(result.status == status, "\(result.errors)")
    for answer in answers { #expect(result.errors.contains(answer), "\(result.errors)") }
    let lines = result.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(lines.count == 1 && lines[0].hasPrefix("error: "), "\(result.errors)")
  }

  @Test("Without Python, the remedy is to install it")
  func noPython() throws {
    let stage = try Stage(measure: Self.measure, isReady: false)
    fails(try stage.run(path: stage.folder.path), 69, "python3 was not found. Install Python")
  }

  @Test("Where Python cannot make an environment, its own words are told")
  func noEnvironment() throws {
    let stage = try Stage(measure: Self.measure, isReady: false)
    try stage.write("#!/bin/sh\necho 'no ensurepip' >&2\nexit 1\n", to: "tools/python3", isExecutable: true)
    let result = try stage.run(path: stage.folder.path + "/tools:/usr/bin:/bin")
    fails(result, 69, "venv failed (status 1: no ensurepip)", "RESNET_PEERS_HOME", stage.home)
  }

  @Test("Where pip fails, its own words are told, and the environment is made anew next time")
  func noPackages() throws {
    let stage = try Stage(measure: Self.measure, isReady: false)
    try stage.write("#!/bin/sh\nexit 0\n", to: "tools/python3", isExecutable: true)
    try stage.write(
      "#!/bin/sh\necho 'ERROR: no route to host' >&2\nexit 2\n", to: "home/bin/python", isExecutable: true)
    let result = try stage.run(path: stage.folder.path + "/tools:/usr/bin:/bin")
    fails(result, 69, "pip could not install", "(status 2: ERROR: no route to host)", "Check the network")
    #expect(!FileManager.default.fileExists(atPath: stage.home + "/ready"))
  }

  @Test("A peer that fails is told with its last words and its variant")
  func peerFails() throws {
    let stage = try Stage(measure: "echo first >&2; echo 'RuntimeError: no compiler' >&2; echo >&2; exit 3")
    fails(
      try stage.run(), 69, "PyTorch failed (status 3: RuntimeError: no compiler)", "variant nhwc",
      "Choose others with --variants")
  }

  @Test(
    "A peer that gives no result is told",
    arguments: [
      "true", "echo nothing", "echo '{\"imagesPerSecond\": 0, \"peakMemoryMiB\": 1, \"versions\": {}}'",
    ])
  func noResult(measure: String) throws {
    fails(try Stage(measure: measure).run(), 69, "PyTorch gave no result", "variant nhwc")
  }

  @Test("A script that is not there is looked for in vain, and the remedy names its place")
  func noScript() throws {
    let stage = try Stage(measure: Self.measure)
    try FileManager.default.removeItem(atPath: stage.scripts + "/measure")
    fails(try stage.run(), 69, stage.scripts + ": the script", "Benchmarks/peers of the package, with --peers")
  }

  @Test("The package's own script is found, and is one that Python can read the pinned packages for")
  func ownScript() throws {
    let program = try PeerProgram(.torch, PeerOptions.parse(["--against", "torch"]))
    let list = try String(contentsOfFile: program.environment.folder + "/requirements.txt", encoding: .utf8)
    let packages = list.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(packages.allSatisfy { $0.contains("==") })
    for peer in Peer.allCases { #expect(packages.contains { $0.hasPrefix(peer.rawValue + "==") }) }
    let script = try String(contentsOfFile: program.environment.folder + "/measure", encoding: .utf8)
    #expect(script.hasPrefix("#!/usr/bin/env python3\n"))
  }

  @Test("The environment lies where its variable, or the cache of the user, says")
  func home() {
    #expect(PeerEnvironment.home(["RESNET_PEERS_HOME": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/a")
    #expect(PeerEnvironment.home(["RESNET_PEERS_HOME": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/b/resnet-peers")
    #expect(PeerEnvironment.home(["HOME": "/c"]) == "/c/.cache/resnet-peers")
  }

  /// Work that a peer does not do, and what it answers.
  struct Refusal: Sendable, CustomTestStringConvertible {
    var peer: Peer
    var task: BenchTask
    var network: String
    var answer: String

    var testDescription: String { "\(peer) \(task) \(network)" }
  }

  @Test(
    "Work that a peer cannot do is refused with what it can",
    arguments: [
      Refusal(peer: .openvino, task: .training, network: "resnet20", answer: "compare training with torch"),
      Refusal(peer: .onnxruntime, task: .training, network: "resnet50", answer: "compare training with torch"),
      Refusal(peer: .torch, task: .training, network: "plain20", answer: "Use resnet20, resnet56 and their like"),
      Refusal(peer: .torch, task: .inference, network: "resnet200", answer: "wide_resnet50_2"),
      Refusal(peer: .openvino, task: .inference, network: "cifar_resnet50", answer: "resnext50_32x4d"),
      Refusal(peer: .torch, task: .inference, network: "resnet20.json", answer: "densenet121"),
      Refusal(peer: .torch, task: .inference, network: "resnet21", answer: "has no network called 'resnet21'"),
    ])
  func refusals(refusal: Refusal) {
    let work = BenchWork(
      task: refusal.task, network: refusal.network, batch: 1, precision: .float32, threads: 1)
    let error = #expect(throws: ResNetError.self) { try refusal.peer.check(work) }
    #expect(
      error?.code == .usage && error?.description.contains(refusal.answer) == true, "\(String(describing: error))")
  }

  @Test(
    "Precisions that a peer lacks are refused with those that it has",
    arguments: [
      (Peer.torch, [Precision.float32, .bfloat16], "Use --precision f32 or bf16"),
      (.onnxruntime, [.float32], "Use --precision f32"),
      (.openvino, [.float32, .bfloat16, .int8], ""),
    ])
  func precisions(peer: Peer, known: [Precision], remedy: String) {
    for precision in Precision.allCases {
      let work = BenchWork(task: .inference, network: "resnet20", batch: 1, precision: precision, threads: 1)
      var refusal: ResNetError?
      do { try peer.check(work) } catch { refusal = error as? ResNetError }
      #expect((refusal == nil) == known.contains(precision), "\(precision)")
      if let refusal { #expect(refusal.code == .usage && refusal.remedy == remedy) }
    }
  }

  @Test("The peer is told to compute in integers", .computesInIntegers)
  func integers() throws {
    let stage = try Stage(measure: Self.measure)
    let result = try stage.run(["--against", "openvino", "--precision", "int8", "--variants", "tuned"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("resnet8 infer, batch 2, int8, 1 thread, 1 round\n"))
    #expect(
      try stage.read("peers/calls")
        == "openvino resnet8 infer --batch 2 --precision int8 --variant tuned --threads 1 --seconds 0.0\n")
  }

  @Test(
    "Networks of CIFAR and torchvision have counterparts",
    arguments: ["resnet20", "resnet110", "resnet1202", "resnet18", "resnet50", "resnet152", "densenet121"])
  func networks(name: String) throws {
    for peer in Peer.allCases {
      try peer.check(BenchWork(task: .inference, network: name, batch: 1, precision: .float32, threads: 1))
    }
  }

  @Test("A network that was varied is refused before anything runs")
  func varied() throws {
    let stage = try Stage(measure: Self.measure)
    let result = try stage.run(["--against", "torch", "--shortcut", "b"])
    fails(result, 64, "has no counterpart elsewhere. Leave the options of the network away")
    #expect(!FileManager.default.fileExists(atPath: stage.scripts + "/calls"))
  }

  @Test("Ctrl-C ends the peer and what it started", arguments: [SIGINT, SIGTERM])
  func interruption(number: Int32) throws {
    let stage = try Stage(
      measure: "sleep 600 & echo $$ $! > ${0%/*}/started.new; mv ${0%/*}/started.new ${0%/*}/started; wait")
    let tool = try Tool.start(
      stage.arguments(["--against", "torch", "--variants", "nhwc"]), environment: ["RESNET_PEERS_HOME": stage.home])
    try tool.wait { FileManager.default.fileExists(atPath: stage.scripts + "/started") }
    let started = try stage.read("peers/started").split(separator: " ").compactMap {
      pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    #expect(started.count == 2)
    tool.signal(number)
    let result = try tool.end()
    #expect(result.status == 128 + number, "\(result.errors)")
    #expect(result.output.isEmpty && result.errors.isEmpty)
    for identifier in started { #expect(Self.isGone(identifier), "\(identifier) still runs") }
  }

  /// Whether a process ends within a second; one that nobody has waited for yet is gone too.
  private static func isGone(_ identifier: pid_t) -> Bool {
    for _ in 0..<100 {
      let state = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
      if kill(identifier, 0) != 0 || state?.contains(") Z ") == true { return true }
      usleep(10_000)
    }
    return false
  }

  @Test("A program that is not there cannot be started, and that is told")
  func noProgram() async throws {
    let error = await #expect(throws: ResNetError.self) {
      try await ChildProcess("/nowhere/program", []).run()
    }
    #expect(error?.code == .unavailable && error?.place == "/nowhere/program")
  }

  @Test("The result of a program is its last line of JSON; its last words are the reason of its failure")
  func ended() {
    let ended = ChildProcess.Ended(status: 3, output: "x\n[1]\n[2]\ny\n", errors: "first\n last \u{1B}\n \n")
    #expect(ended.lastLine(as: [Int].self) == [2])
    #expect(ended.lastLine(as: [String].self) == nil)
    #expect(ended.reason == "status 3: last ?")
    #expect(ChildProcess.Ended(status: 1, output: "", errors: "").reason == "status 1")
  }
}
