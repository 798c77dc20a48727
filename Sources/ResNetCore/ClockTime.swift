/// A length of time as `45 s`, `2:05` or `1:02:05`.
package func clockTime(_ seconds: Double) -> String {
  // A file may say that a run took no number of seconds.
  let whole = seconds.isNaN ? 0 : Int(min(max(seconds.rounded(), 0), 1e9))
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  if hours > 0 { return "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" }
  return minutes > 0 ? "\(minutes):\(twoDigits(rest))" : "\(rest) s"
}

/// A number from 0 to 99 as a clock shows it.
package func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
