internal import CLinux
internal import Glibc
internal import KernelStats
internal import LinuxSystem

/// A process that cannot be mistaken for a later one with the same number: pid and start time, within one boot.
struct ProcessIdentity: Equatable, Hashable {
  let pid: Int32
  /// Clock ticks after boot. Field 22 of /proc/PID/stat (proc(5)).
  let startTime: UInt64

  /// The living process with this number, or nil if there is none.
  init?(of pid: Int32) {
    guard pid > 0, let bytes = try? Files.read("/proc/\(pid)/stat"), let stat = try? ProcessStat(bytes.span) else {
      return nil
    }
    self.init(pid: pid, startTime: stat.start)
  }

  init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  /// This boot's random name. From /proc/sys/kernel/random/boot_id.
  static func bootID() throws(SystemError) -> String {
    String(try Files.text("/proc/sys/kernel/random/boot_id").prefix { !$0.isWhitespace })
  }

  var isAlive: Bool { Self(of: pid) == self }

  /// Ends the process: SIGTERM, and SIGKILL when it has not ended after `grace`. Returns whether it has ended.
  ///
  /// The descriptor is opened first and the start time compared afterwards: from then on the descriptor means the right
  /// process, whatever happens to the number.
  func end(grace: Duration) throws(SystemError) -> Bool {
    let number = tare_pidfd_open(pid)
    if number < 0 && errno == ESRCH { return true }
    let descriptor = try Descriptor(number, "open process", "\(pid)")
    guard isAlive else { return true }
    for (signal, time) in [(SIGTERM, grace), (SIGKILL, .seconds(5))] {
      if tare_pidfd_send_signal(descriptor.number, signal) != 0 {
        if errno == ESRCH { return true }
        throw SystemError("signal process", "\(pid)")
      }
      if Self.hasEnded(descriptor, within: time) { return true }
    }
    return false
  }

  /// A descriptor of a process becomes readable when the process ends. A signal to us does not cut the wait short.
  private static func hasEnded(_ descriptor: Descriptor, within time: Duration) -> Bool {
    let end = ContinuousClock.now + time
    var waiting = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    repeat {
      let left = max(end - .now, .zero) / .milliseconds(1)
      if unsafe poll(&waiting, 1, Int32(left.rounded(.up))) > 0 { return true }
    } while .now < end
    return false
  }
}
