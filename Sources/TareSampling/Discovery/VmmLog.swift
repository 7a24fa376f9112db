internal import KernelStats
internal import TareModel

extension DiscoveryContext {
  /// The lines that are meant of a log whose path somebody named: none where it may not be trusted, and none of one that
  /// is too long. Only these lines are captured.
  func lines(of path: String, owner: UInt32, where isMeant: (Substring) -> Bool) -> [Substring] {
    guard let bytes = try? root.readTrusted(path, owner: owner) else { return [] }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter(isMeant)
    if root.isRecording { root.record(path, Array(lines.map { "\($0)\n" }.joined().utf8)) }
    return lines
  }

  /// A path as a process means it: a relative one starts in its working folder.
  func path(_ path: String, of main: Process) -> String? {
    if path.hasPrefix("/") { return path }
    return (try? root.link("/proc/\(main.pid)/cwd")).map { "\($0)/\(path)" }
  }

  /// When a process began, as exactly as it can be known.
  func beginning(of main: Process) -> BootTimeline.Mark {
    accountedStart(ofTask: main.pid, ticks: main.start) ?? startMark(main)
  }

  /// An instant that a VMM tells by its own clock, which began with it: between the fork and the clock lie the program's
  /// first steps.
  func mark(_ main: Process, after nanoseconds: UInt64, _ source: String) -> BootTimeline.Mark? {
    let start = beginning(of: main)
    guard nanoseconds < 86_400_000_000_000, let lo = start.lo, let hi = start.hi else { return nil }
    return BootTimeline.Mark(
      at: start.at + nanoseconds, lo: lo + nanoseconds, hi: hi + nanoseconds + 50_000_000, clock: start.clock,
      label: .reported, source: source)
  }
}

extension BootTimeline.Mark {
  /// From the beginning of one to the end of the other: what is between them is not told.
  func until(_ other: BootTimeline.Mark?) -> BootTimeline.Mark {
    var mark = self
    mark.hi = other?.hi
    return mark
  }
}
