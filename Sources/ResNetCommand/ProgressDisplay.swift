import Foundation
import ResNet

/// The lines that show a person where a run stands, as in
///
/// ```
/// epoch 3/30 ████▊                                             8 % · step 935/11730
/// loss 0.8321 · training error 28.91 % · test error 31.20 %
/// 466 images/s · 1:48:03 left, until 14:05
/// test error by epoch 62.10 % █▅▂▁ 31.20 %
/// ```
///
/// A function of its arguments: the terminal is somebody else's.
struct ProgressDisplay {
  /// The columns of the terminal; no line takes more than one less, nor more than 80.
  var columns: Int
  /// Whether colours are wanted.
  var hasColor: Bool
  /// Whether characters beyond ASCII can be shown.
  var isUnicode: Bool
  /// The time zone of clocks.
  var timeZone = TimeZone.current

  /// - Parameters:
  ///   - seconds: the time since the beginning that the run's own times count from.
  ///   - now: the same moment on the clock.
  func lines(_ run: RunProgress, at seconds: Double, now: Date) -> [StyledLine] {
    var lines = [bar(run)]
    if let loss = run.loss, let error = run.trainingError {
      let tested = run.testErrors.last.map { ("\(run.label) error \(fixed($0, 2)) %", StyledLine.Style.bold) }
      lines.append(
        joined([("loss \(lossText(loss))", .plain), ("training error \(fixed(error, 2)) %", .plain), tested]))
      let left = run.secondsLeft(at: seconds).map { left in
        ("\(clockTime(left)) left, until \(clock(now.addingTimeInterval(left), now: now))", StyledLine.Style.bold)
      }
      // What matters most comes first where a narrow terminal cuts the end off.
      lines.append(
        joined([
          left ?? ("the time left is not known yet", .faint), ("\(fixed(run.imagesPerSecond, 0)) images/s", .plain),
          run.isTesting ? ("testing", .faint) : nil,
        ]))
    }
    if let curve = curve(run.testErrors, label: run.label) { lines.append(curve) }
    return lines
  }

  private var width: Int { max(min(columns, 80) - 1, 0) }

  private var line: StyledLine { StyledLine(hasColor: hasColor) }

  /// Parts of a line that fit, from the first on.
  private func joined(_ parts: [(text: String, style: StyledLine.Style)?]) -> StyledLine {
    var line = line
    for part in parts.compactMap({ $0 }) {
      let separator = line.width == 0 ? "" : isUnicode ? " · " : " | "
      guard line.width + separator.count + part.text.count <= width else { break }
      line.append(separator, .faint)
      line.append(part.text, part.style)
    }
    return line
  }

  /// How much of the whole run is done.
  private func bar(_ run: RunProgress) -> StyledLine {
    let share = run.steps > 0 ? Double(run.step) / Double(run.steps) : 0
    let head = "epoch \(run.epoch)/\(run.epochs)"
    let percent = "\(Int(100 * share)) %"
    let tail = [percent, "step \(run.step)/\(run.steps)"].joined(separator: isUnicode ? " · " : " | ")
    guard let end = [tail, percent].first(where: { head.count + $0.count + 12 <= width }) else {
      return joined([(head, .bold), (percent, .plain)])
    }
    let room = width - head.count - end.count - 2
    var line = line
    line.append(head, .bold)
    line.append(" ")
    let filled = filling(share, room)
    line.append(filled, .accent)
    line.append(String(repeating: isUnicode ? "░" : ".", count: room - filled.count), .faint)
    line.append(" " + end)
    return line
  }

  private func filling(_ share: Double, _ room: Int) -> String {
    guard isUnicode else { return String(repeating: "#", count: Int(share * Double(room))) }
    let eighths = Int(share * Double(8 * room))
    let rest = eighths % 8
    return String(repeating: "█", count: eighths / 8) + (rest > 0 ? String(Array("▏▎▍▌▋▊▉")[rest - 1]) : "")
  }

  /// Errors by epoch between the first and the last one's number.
  private func curve(_ errors: [Double], label: String) -> StyledLine? {
    guard errors.count > 1, let first = errors.first, let last = errors.last else { return nil }
    let head = "\(label) error by epoch \(fixed(first, 2)) % "
    let tail = " \(fixed(last, 2)) %"
    let room = width - head.count - tail.count
    guard room >= 2 else { return nil }
    var line = line
    line.append(head)
    line.append(sparkline(errors, width: room, isUnicode: isUnicode), .accent)
    line.append(tail)
    return line
  }

  /// `14:05` today, `Thu 14:05` within a week, else `12 Nov 14:05`.
  private func clock(_ date: Date, now: Date) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let parts = calendar.dateComponents([.day, .month, .weekday, .hour, .minute], from: date)
    let time = "\(twoDigits(parts.hour ?? 0)):\(twoDigits(parts.minute ?? 0))"
    if calendar.isDate(date, inSameDayAs: now) { return time }
    if date.timeIntervalSince(now) < 6 * 86_400 {
      return "\(["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][(parts.weekday ?? 1) - 1]) \(time)"
    }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "\(parts.day ?? 1) \(months[(parts.month ?? 1) - 1]) \(time)"
  }
}
