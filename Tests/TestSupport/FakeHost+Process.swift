extension FakeHost {
  /// A process with all the files of /proc that tare reads.
  ///
  /// - Parameters:
  ///   - cgroup: its path in every hierarchy, or the whole text of `/proc/PID/cgroup` where it does not begin with a slash.
  ///   - sharesFiles: whether its mounts, users and processes are the host's.
  public func process(
    _ pid: Int32, parent: Int32 = 1, name: String = "sh", start: UInt64 = 50_000, cgroup: String = "/",
    user: UInt32 = 0, program: String? = nil, arguments: [String] = ["sh"], sharesNetwork: Bool = true,
    sharesFiles: Bool = true, ticks: Ticks = Ticks(), at instant: Int = 0
  ) throws {
    let folder = "/proc/\(pid)"
    try stat("\(folder)/stat", pid, parent, name, start, ticks, at: instant)
    try file("\(folder)/cgroup", membership(cgroup), at: instant)
    try file("\(folder)/cmdline", arguments.map { $0 + "\0" }.joined(), at: instant)
    try file(
      "\(folder)/status",
      "Name:\t\(name)\nUid:\t\(user)\t\(user)\t\(user)\t\(user)\nRssAnon:\t 2000 kB\nRssFile:\t 300 kB\nRssShmem:\t 4 kB\n"
        + "HugetlbPages:\t 2048 kB\n", at: instant)
    try file("\(folder)/statm", "10000 1000 100 1 0 500 0\n", at: instant)
    try file("\(folder)/io", "rchar: 9\nwchar: 9\nread_bytes: 4096\nwrite_bytes: 8192\n", at: instant)
    try file("\(folder)/smaps_rollup", "0-1 ---p 0 00:00 0 [rollup]\nRss: 4000 kB\nPss: 3000 kB\n", at: instant)
    guard instant == 0 else { return }
    try self.folder.makeFolder("\(folder)/fd")
    try self.folder.makeFolder("\(folder)/task")
    try self.folder.link("\(folder)/exe", to: program ?? "/usr/bin/\(name)")
    try self.folder.link("\(folder)/cwd", to: "/")
    try self.folder.link("\(folder)/ns/net", to: sharesNetwork ? "net:[1]" : "net:[\(pid)]")
    try self.folder.link("\(folder)/ns/mnt", to: sharesFiles ? "mnt:[1]" : "mnt:[\(pid)]")
    try self.folder.link("\(folder)/ns/user", to: sharesFiles ? "user:[1]" : "user:[\(pid)]")
    try self.folder.link("\(folder)/ns/pid", to: sharesFiles ? "pid:[1]" : "pid:[\(pid)]")
    try network(of: pid, received: 1000, sent: 500)
  }

  /// What a process used, clock ticks of 10 ms.
  public struct Ticks {
    public var user: UInt64
    public var system: UInt64
    public var guest: UInt64
    public var threads: Int
    /// Of the first thread: `Z` where it has ended.
    public var state = "S"

    public init(user: UInt64 = 100, system: UInt64 = 50, guest: UInt64 = 0, threads: Int = 1) {
      self.user = user
      self.system = system
      self.guest = guest
      self.threads = threads
    }
  }

  /// A thread of a VMM; nanoseconds.
  public func thread(
    _ tid: Int32, of pid: Int32, name: String, running: UInt64, waiting: UInt64 = 0, guestTicks: UInt64 = 0,
    at instant: Int = 0
  ) throws {
    let ticks = Ticks(user: running / 10_000_000, system: 0, guest: guestTicks)
    try stat("/proc/\(pid)/task/\(tid)/stat", tid, 1, name, 50_000, ticks, at: instant)
    try file("/proc/\(pid)/task/\(tid)/schedstat", "\(running) \(waiting) 10\n", at: instant)
  }

  public func network(of pid: Int32, received: UInt64, sent: UInt64, at instant: Int = 0) throws {
    let text = """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
          lo:   77777      10    0    0    0     0          0         0    77777      10    0    0    0     0       0          0
        eth0: \(received)      10    0    0    0     0          0         0  \(sent)      10    0    0    0     0       0          0

      """
    try file("/proc/\(pid)/net/dev", text, at: instant)
  }

  /// An open file of a process.
  public func descriptor(_ number: Int, of pid: Int32, _ target: String, info: String? = nil) throws {
    try folder.link("/proc/\(pid)/fd/\(number)", to: target)
    if let info { try file("/proc/\(pid)/fdinfo/\(number)", info) }
  }

  /// The process is gone at this instant: every file of it that was there says so.
  public func end(_ pid: Int32, at instant: Int) {
    for name in ["stat", "cgroup", "cmdline", "status", "statm", "io", "smaps_rollup", "net/dev"] {
      fail("/proc/\(pid)/\(name)", 2, at: instant)
    }
  }

  private func stat(
    _ path: String, _ pid: Int32, _ parent: Int32, _ name: String, _ start: UInt64, _ ticks: Ticks, at instant: Int
  ) throws {
    var fields = Array(repeating: "0", count: 52)
    fields[0] = "\(pid)"
    fields[1] = "(\(name))"
    fields[2] = ticks.state
    fields[3] = "\(parent)"
    fields[7] = "-1"
    fields[8] = "4194304"
    fields[13] = "\(ticks.user)"
    fields[14] = "\(ticks.system)"
    fields[19] = "\(ticks.threads)"
    fields[21] = "\(start)"
    fields[42] = "\(ticks.guest)"
    try file(path, fields.joined(separator: " ") + "\n", at: instant)
  }

  private func membership(_ cgroup: String) -> String {
    if !cgroup.hasPrefix("/") { return cgroup }
    var lines: [String] = []
    if mode != .v2 {
      for (index, controller) in Self.v1Controllers.enumerated() {
        lines.append("\(index + 1):\(controller):\(cgroup)")
      }
    }
    if mode != .v1 { lines.append("0::\(cgroup)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
