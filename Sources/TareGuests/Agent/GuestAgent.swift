internal import Glibc
internal import LinuxSystem
internal import TareModel

/// Asks a guest's agent which kernel it runs and when its user space began, and disconnects. Reads four files of /proc and
/// the kernel's log there; changes nothing.
enum GuestAgent {
  /// All that came of it.
  struct Answer: Equatable {
    var outcome: Outcome
    /// Of the guest's kernel: `6.1.0-18-amd64`. Foreign text; nil where the agent does not say it.
    var kernelRelease: String?
  }

  /// What came of it.
  enum Outcome: Equatable {
    case told(BootTimeline.Mark)
    /// Nobody answers, yet or at all.
    case silent
    /// It answered the greeting, and then not in time.
    case slow
    /// It is worth a word, and not worth to ask again.
    case failed(String)
  }

  static func ask(_ socket: MachineSocket) -> Answer {
    let agent: AgentLink
    do throws(WireFailure) { agent = try AgentLink(socket) } catch {
      switch error {
      case .absent, .late, .ended: return Answer(outcome: .silent)
      default: return Answer(outcome: .failed("\(error)"))
      }
    }
    let outcome: Outcome
    do throws(WireFailure) { outcome = try told(agent) } catch {
      switch error {
      case .late: return Answer(outcome: .slow)
      case .refused(let command):
        outcome = .failed(
          "its guest agent refuses \(command): allow guest-file-open, -read and -close in the guest's qemu-ga")
      default: return Answer(outcome: .failed("\(error)"))
      }
    }
    // Last, so that one that is slow to say it has said the rest; an agent that may open no file may say this.
    return Answer(outcome: outcome, kernelRelease: (try? release(agent)) ?? nil)
  }

  /// Linux's own field for it has room for 64 (uname(2)).
  private static let longestRelease = 64

  private static func release(_ agent: AgentLink) throws(WireFailure) -> String? {
    guard case .release(let text) = try agent.ask([.system]).first ?? nil, !text.isEmpty else { return nil }
    return String(text.prefix(longestRelease))
  }

  /// What was read in a guest, and between which instants of the host.
  struct Findings {
    var start: GuestStart
    /// Nanoseconds since the guest's kernel started.
    var uptime: UInt64
    /// Realtime nanoseconds of the host, before and after the uptime was read.
    var asked: ClosedRange<UInt64>
    /// Realtime nanoseconds by the guest's clock, asked between the same two.
    var guestTime: UInt64?

    /// The instant by the host's clock. The guest's clock may run faster or slower than the host's by some 100 ppm.
    var mark: BootTimeline.Mark {
      let drift = uptime / 10_000
      let late = asked.upperBound &- uptime &+ start.hi &+ drift
      let early = asked.lowerBound &- (uptime &+ GuestStart.tick) &+ start.lo &- drift
      // A guest that stood still for a while counts too little, and its clock is behind by as much. Of a clock that was set
      // by the machine's own at the start, up to a second is the rounding of that.
      let isBehind = guestTime.map { $0 < asked.lowerBound &- 2_000_000_000 || $0 > asked.upperBound &+ 2_000_000_000 }
      let isSure = start.isExact && isBehind == false
      return BootTimeline.Mark(
        at: early &+ (late &- early) / 2, lo: early, hi: late, clock: .boottime, label: isSure ? .reported : .inferred,
        source: start.isExact ? "guest agent: the guest's kernel log" : "guest agent: processes of the guest")
    }
  }

  private static func told(_ agent: AgentLink) throws(WireFailure) -> Outcome {
    let paths = ["/proc/1/stat", "/proc/uptime", "/proc/1/task/1/children", "/dev/kmsg"]
    let files = try agent.open(paths)
    defer { agent.close(files) }
    guard let stat = files[0], let uptimeFile = files[1] else {
      return .failed("its guest agent opens no /proc: expected a Linux guest whose agent may read files")
    }
    let before = SystemClock.realtime.now
    let first = try agent.ask([.read(handle: uptimeFile, count: 64), .time, .read(handle: stat, count: 4096)])
    let asked = before...max(before, SystemClock.realtime.now)
    guard let uptime = first[0]?.bytes.flatMap(GuestStart.uptime), let own = first[2]?.bytes else {
      return .failed("its guest agent reads no /proc: expected a Linux guest")
    }
    var guestTime: UInt64?
    if case .number(let time) = first[1] { guestTime = time }
    var start = try logged(agent, files[3])
    if start == nil { start = try bracketed(agent, own, files[2]) }
    guard let start, start.lo <= uptime + GuestStart.tick else {
      return .failed("neither the guest's kernel log nor its processes tell when its user space began")
    }
    return .told(Findings(start: start, uptime: uptime, asked: asked, guestTime: guestTime).mark)
  }

  // MARK: The kernel's log

  private static let chunk = 1024
  private static let chunks = 64
  /// A kernel's log is seldom longer before the first program runs.
  private static let rounds = 4

  /// The log is read in pieces. At its end a read of the agent's fails and what it had is lost, so the end is read again
  /// in small ones.
  private static func logged(_ agent: AgentLink, _ file: UInt64?) throws(WireFailure) -> GuestStart? {
    guard let file else { return nil }
    var log: [UInt8] = []
    var good = 0
    for _ in 0..<rounds {
      let answers = try agent.ask(Array(repeating: .read(handle: file, count: chunk), count: chunks))
      let whole = answers.prefix { $0?.bytes?.count == chunk }
      for answer in whole { log += answer?.bytes ?? [] }
      good += whole.count
      if let start = GuestStart(log: log) { return start }
      if whole.count < chunks { return try end(agent, after: good) }
    }
    return nil
  }

  private static func end(_ agent: AgentLink, after good: Int) throws(WireFailure) -> GuestStart? {
    guard let file = try agent.open(["/dev/kmsg"])[0] else { return nil }
    let small = 16
    var rest = good
    var tail: [UInt8] = []
    while rest > 0 {
      let count = min(rest, chunks)
      tail = try agent.ask(Array(repeating: .read(handle: file, count: chunk), count: count)).last??.bytes ?? []
      rest -= count
    }
    let answers = try agent.ask(
      Array(repeating: .read(handle: file, count: small), count: chunk / small) + [.close(file)])
    for answer in answers.dropLast() { tail += answer?.bytes ?? [] }
    return GuestStart(log: tail)
  }

  // MARK: Processes

  private static func bracketed(
    _ agent: AgentLink, _ own: [UInt8], _ children: UInt64?
  ) throws(WireFailure) -> GuestStart? {
    guard let children, let list = try agent.ask([.read(handle: children, count: 4096)])[0]?.bytes,
      let pid = list.split(separator: UInt8(ascii: " ")).first.flatMap({ UInt32(String(decoding: $0, as: UTF8.self)) }),
      let file = try agent.open(["/proc/\(pid)/stat"])[0]
    else { return nil }
    let answers = try agent.ask([.read(handle: file, count: 4096), .close(file)])
    return answers[0]?.bytes.flatMap { GuestStart(first: own, child: $0) }
  }
}
