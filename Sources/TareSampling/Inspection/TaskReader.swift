internal import KernelStats
internal import TareModel

/// Reads processes and threads one by one, and compares them with the pass before.
struct TaskReader {
  /// The most that one pass looks at, and hands on.
  static let mostProcesses = 512
  static let mostThreads = 2048
  static let mostShown = 64

  /// A number that is used again has another start.
  private struct Key: Hashable {
    let tid: Int32
    let start: UInt64
  }

  private struct Times {
    var running: UInt64
    /// Nil where the kernel does not count it.
    var waiting: UInt64?
    var at: UInt64
  }

  private let root: KernelRoot
  private var before: [Key: Times] = [:]
  private var now: [Key: Times] = [:]
  private var found: [Inspection.Task] = []
  private var waited: Double?
  private var (processes, threads) = (0, 0)

  init(_ root: KernelRoot) { self.root = root }

  mutating func beginPass() {
    (before, now) = (now, [:])
    found.removeAll()
    waited = nil
    (processes, threads) = (0, 0)
  }

  /// The busiest first.
  func endPass() -> (tasks: [Inspection.Task], count: Int, wait: FigureValue) {
    let sorted = found.sorted { one, other in
      let (first, second) = (one.cpu.number ?? -1, other.cpu.number ?? -1)
      return first == second ? one.tid < other.tid : first > second
    }
    return (Array(sorted.prefix(Self.mostShown)), found.count, waited.map { .number($0) } ?? .missing(.firstSample))
  }

  /// A process with all its threads: their times are added up by the nanosecond, unless there are many.
  mutating func readProcess(
    _ pid: Int32, role: Inspection.Task.Role, _ buffer: inout [UInt8], _ problems: inout Problems
  ) {
    guard processes < Self.mostProcesses else {
      return problems.add("It has more than \(Self.mostProcesses) processes: the rest is left out.")
    }
    processes += 1
    // One that ended between two reads is no error.
    guard let stat = stat("/proc/\(pid)/stat", &buffer) else { return }
    var running: UInt64?
    var share: Double?
    if stat.threads <= 32, let tids = try? root.list("/proc/\(pid)/task").compactMap({ Int32($0) }) {
      for tid in tids {
        guard let times = times("/proc/\(pid)/task/\(tid)/schedstat", &buffer) else { continue }
        running = (running ?? 0).saturating(plus: times.running)
        if let wait = takeWait(Key(tid: tid, start: stat.start), times) { share = (share ?? 0) + wait }
      }
    }
    let ticks = stat.userTicks.saturating(plus: stat.systemTicks).saturating(times: root.facts.tick)
    let times = Times(running: running ?? ticks, waiting: nil, at: root.monotonic())
    let status = root.text("/proc/\(pid)/status")
    found.append(
      Inspection.Task(
        pid: pid, tid: pid, role: role, name: name(pid, stat.comm),
        cpu: usage(Key(tid: -pid, start: stat.start), times), wait: percent(share),
        resident: resident(pid, &buffer), innerPid: status.flatMap(Self.innerPid)))
  }

  /// The threads of a VMM, each a task.
  mutating func readThreads(
    of main: Process, accelerator: Workload.Accelerator?, vcpus: [Int32], _ buffer: inout [UInt8],
    _ problems: inout Problems
  ) {
    guard let tids = try? root.list("/proc/\(main.pid)/task").compactMap({ Int32($0) }).sorted() else {
      return problems.add("/proc/\(main.pid)/task cannot be read.")
    }
    for tid in tids {
      guard threads < Self.mostThreads else {
        return problems.add("It has more than \(Self.mostThreads) threads: the rest is left out.")
      }
      threads += 1
      let folder = "/proc/\(main.pid)/task/\(tid)"
      guard let stat = stat("\(folder)/stat", &buffer) else { continue }
      let isVcpu =
        vcpus.contains(tid) || HypervisorTraits.vcpu(thread: stat.comm) != nil
        || accelerator == .kvm && stat.guestTicks > 0
      var cpu = FigureValue.missing(.kernelTooOld)
      var wait = FigureValue.missing(.kernelTooOld)
      if let times = times("\(folder)/schedstat", &buffer) {
        let key = Key(tid: tid, start: stat.start)
        // Before the next line takes it into this pass.
        let before = before[key]
        wait = percent(takeWait(key, times))
        cpu = rate(before?.running, before?.at, times.running, times.at)
      }
      found.append(
        Inspection.Task(
          pid: main.pid, tid: tid, role: isVcpu ? .vcpu : .emulator, name: stat.comm, cpu: cpu, wait: wait,
          resident: .missing(.notApplicable)))
    }
  }

  // MARK: Rates

  /// Percent of the time that a task waited since the pass before; counts into the workload's.
  private mutating func takeWait(_ key: Key, _ times: Times) -> Double? {
    now[key] = times
    guard let before = before[key], let then = before.waiting, let waiting = times.waiting, times.at > before.at,
      waiting >= then
    else { return nil }
    let share = Double(waiting - then) * 100 / Double(times.at - before.at)
    waited = (waited ?? 0) + share
    return share
  }

  private mutating func usage(_ key: Key, _ times: Times) -> FigureValue {
    defer { now[key] = times }
    return rate(before[key]?.running, before[key]?.at, times.running, times.at)
  }

  private func rate(_ then: UInt64?, _ thenAt: UInt64?, _ running: UInt64, _ at: UInt64) -> FigureValue {
    guard let then, let thenAt, at > thenAt else { return .missing(.firstSample) }
    // The sum of a process loses what a thread that ended had run.
    return running >= then ? .number(Double(running - then) * 100 / Double(at - thenAt)) : .missing(.counterReset)
  }

  private func percent(_ share: Double?) -> FigureValue { share.map { .number($0) } ?? .missing(.firstSample) }

  // MARK: Files

  private func stat(_ path: String, _ buffer: inout [UInt8]) -> ProcessStat? {
    guard let count = try? root.read(path, into: &buffer) else { return nil }
    return try? ProcessStat(buffer.span.extracting(first: count))
  }

  private func times(_ path: String, _ buffer: inout [UInt8]) -> Times? {
    guard let count = try? root.read(path, into: &buffer),
      let stat = try? SchedStat(buffer.span.extracting(first: count))
    else { return nil }
    return Times(running: stat.running, waiting: stat.waiting, at: root.monotonic())
  }

  private func resident(_ pid: Int32, _ buffer: inout [UInt8]) -> FigureValue {
    do throws(KernelError) {
      let count = try root.read("\(root.folder(of: pid))/statm", into: &buffer)
      guard let pages = try? residentPages(statm: buffer.span.extracting(first: count)) else {
        return .missing(.malformed)
      }
      return .integer(pages.saturating(times: root.facts.pageSize))
    } catch {
      return .missing(error.reason)
    }
  }

  /// The command line, which may hold anything: it is shown without the secrets that can be told, and never kept in a capture.
  private func name(_ pid: Int32, _ comm: String) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    guard let count = try? root.readPrivately("\(root.folder(of: pid))/cmdline", into: &bytes, limit: 1 << 20),
      count > 0
    else {
      return "[\(comm)]"
    }
    var line = bytes[..<min(count, 4096)]
    while line.last == 0 { line.removeLast() }
    let words = line.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    return String(decoding: words.withoutSecrets.joined(separator: " ").utf8.prefix(256), as: UTF8.self)
  }

  /// The last number of `NSpid:`, where there is more than one.
  private static func innerPid(_ status: String) -> Int32? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("NSpid:") }) else { return nil }
    let numbers = line.dropFirst(6).split { $0 == "\t" || $0 == " " }.compactMap { Int32($0) }
    return numbers.count > 1 ? numbers.last : nil
  }
}
