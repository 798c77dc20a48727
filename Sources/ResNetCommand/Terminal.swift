import Foundation
import Synchronization

/// Results go to standard output, all else to standard error.
enum Terminal {
  /// Whether somebody watches standard error on a terminal that can write over what it shows.
  static let isInteractive = isatty(2) == 1 && !["", "dumb"].contains(environment("TERM"))

  /// Whether standard error may be coloured (https://no-color.org).
  static let hasColor = isInteractive && environment("NO_COLOR").isEmpty

  /// Whether the locale says that more than ASCII can be shown.
  static let isUnicode: Bool = {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(environment).first { !$0.isEmpty } ?? ""
    return ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
  }()

  /// The columns of the terminal at standard error; 80 where it does not say.
  static var columns: Int {
    var size = winsize()
    guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The lines that are written over, and their last state, to be shown again behind what is written.
  private static let display = Mutex((region: ScreenRegion(), lines: [StyledLine]()))

  /// Writes a line of results.
  static func print(_ line: String) { write(line, to: .standardOutput) }

  /// Whether what is no result is told as lines of JSON too.
  static let tellsJSON = Mutex(false)

  /// Writes a line that is no result, for people.
  static func note(_ line: String) {
    let event = ProgressEvent(event: line.hasPrefix("error: ") ? "error" : "note", text: line)
    let json = tellsJSON.withLock { $0 } ? try? encoded(event) : nil
    write(json ?? line, to: .standardError)
  }

  /// Writes a line for programs.
  static func tell(_ event: ProgressEvent) {
    if let line = try? encoded(event) { write(line, to: .standardError) }
  }

  /// Shows lines in place of those that were shown last, below all that was written.
  static func show(_ lines: [StyledLine]) {
    display.withLock { display in
      display.lines = lines
      send(display.region.show(lines, columns: columns), to: .standardError)
    }
  }

  /// Takes the shown lines away for good: the cursor is at the beginning of a line, and nothing is left of them.
  static func finishProgress() {
    display.withLock { display in
      display.lines = []
      if !display.region.isEmpty { send(display.region.clear(columns: columns), to: .standardError) }
    }
  }

  private static func write(_ line: String, to file: FileHandle) {
    display.withLock { display in
      guard !display.region.isEmpty else { return send(line + "\n", to: file) }
      let columns = columns
      send(display.region.clear(columns: columns), to: .standardError)
      send(line + "\n", to: file)
      send(display.region.show(display.lines, columns: columns), to: .standardError)
    }
  }

  /// Why results could not be written, where that is so and somebody may still be waiting for them.
  static let lostResults = Mutex<String?>(nil)

  /// A run goes on where nobody can read what it says: its results are in its folder.
  private static func send(_ text: String, to file: FileHandle) {
    Data(text.utf8).withUnsafeBytes { bytes in
      var rest = bytes
      while !rest.isEmpty {
        let count = Foundation.write(file.fileDescriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else {
          // Who closed a pipe has read enough.
          if file.fileDescriptor == 1, errno != EPIPE {
            let reason = String(cString: strerror(errno))
            lostResults.withLock { $0 = $0 ?? reason }
          }
          return
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  private static func environment(_ name: String) -> String { ProcessInfo.processInfo.environment[name] ?? "" }
}
