internal import CLinux
internal import Glibc
internal import KernelStats
internal import LinuxSystem
internal import Synchronization
internal import TareModel

/// The serial lines that are followed: files, told of by inotify(7) when they grow.
final class SerialTail {
  private let watch: StartMonitor
  private let root = KernelRoot()
  private var logs: [Int32: SerialLog] = [:]
  /// inotify(7): readable when one of the files has grown.
  let descriptor = tare_inotify()

  init(_ watch: StartMonitor) { self.watch = watch }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Machines whose files are not there yet, and since when they are waited for.
  private var early: [Int32: UInt64] = [:]
  private static let startupWindow: UInt64 = 3_000_000_000
  private static let firstPause: UInt64 = 1_000_000

  /// When to look again for files that are not there yet: the longer it takes, the seldomer.
  private(set) var due: UInt64?

  /// Takes up what is wanted.
  func begin() {
    let wanted = watch.state.withLock { state in
      defer { state.wanted = [] }
      state.followed.formUnion(state.wanted)
      return state.wanted
    }
    let now = SystemClock.monotonic.now
    for process in wanted { early[process] = now }
    for (process, since) in early where follow(process) || now > since + Self.startupWindow { early[process] = nil }
    due = early.values.max().map { SystemClock.monotonic.now + max(Self.firstPause, (now - $0) / 10) }
  }

  /// - Returns: false where it may be worth to try once more.
  private func follow(_ process: Int32) -> Bool {
    guard descriptor >= 0, logs.count < 1024, let words = root.arguments(of: process, keep: { $0 }),
      let files = ProcessFiles(of: process, root)
    else { return true }
    let folder = (try? root.link("/proc/\(process)/cwd")) ?? "/"
    var buffer = [UInt8](repeating: 0, count: 1024)
    guard let count = try? root.read("/proc/\(process)/stat", into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count))
    else { return true }
    let now = root.now()
    let start = stat.start &* root.facts.tick &- (now.boottime &- now.monotonic)
    let consoles = ConsoleFiles(of: process, words, root)
    let named = consoles.paths.map { ($0.hasPrefix("/") ? $0 : "\(folder)/\($0)", files) }
    let logs = named + consoles.managed.map { ($0, ProcessFiles(owner: files.owner)) }
    var isThere = logs.isEmpty
    for (path, files) in logs {
      guard let log = SerialLog(path, of: process, files, start: start, watch.markers, root) else { continue }
      if consoles.appends { log.skip() }
      // By descriptor: the path could lead elsewhere by now.
      let place = tare_inotify_add(descriptor, log.descriptor)
      guard place >= 0 else { continue }
      self.logs[place] = log
      isThere = true
      take(place)
    }
    return isThere
  }

  /// Reads those that have grown.
  func read() {
    var changed: Set<Int32> = []
    unsafe withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
      while true {
        let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var at = 0
        while at + 16 <= count {
          unsafe changed.insert(buffer.load(fromByteOffset: at, as: Int32.self))
          at += 16 + Int(unsafe buffer.load(fromByteOffset: at + 12, as: UInt32.self))
        }
      }
    }
    for place in changed { take(place) }
  }

  private func take(_ place: Int32) {
    guard let log = logs[place] else { return }
    for (phase, instants) in log.read(now: { SystemClock.monotonic.now }) {
      watch.state.withLock { $0.told[log.process, default: [:]][phase] = instants }
    }
    if log.isOver {
      logs[place] = nil
      tare_inotify_remove(descriptor, place)
    }
  }
}
