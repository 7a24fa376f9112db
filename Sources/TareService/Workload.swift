internal import Glibc

/// Holds memory and uses a fixed share of one core until it is told to stop.
struct Workload {
  let settings: Settings

  /// The load is spread over periods of this length: short enough that a display of one second shows a steady value.
  static let period = Duration.milliseconds(100)

  func run(until stop: StopSignal) {
    // A page counts as used only when it has been written: each byte is set.
    let memory = [UInt8](repeating: 0xA5, count: settings.hold << 20)
    Service.announce("tare-service: ready")
    let clock = SuspendingClock()
    // The grid of periods is absolute, so that late wake-ups do not add up to a slower rhythm.
    var next = clock.now
    var periods = 0
    repeat {
      // Whoever started a machine wants to know what its kernel holds: nobody else can tell.
      if Guest.isFirstProcess, periods % 20 == 0, let line = Guest.memoryLine() { Service.announce(line) }
      periods += 1
      burn(Self.period * settings.load / 100, before: next + Self.period)
      next += Self.period
      let now = clock.now
      if next < now { next = now }  // stopped or throttled for a while: do not catch up
    } while !stop.arrives(within: next - clock.now)
    withExtendedLifetime(memory) {}
  }

  /// Uses the CPU until the process has used `share` more of it, or until `end` when the CPU is not to be had.
  private func burn(_ share: Duration, before end: SuspendingClock.Instant) {
    let begin = clock()  // CPU time of this process in µs
    let microseconds = Int(share / .microseconds(1))
    while clock() - begin < microseconds, SuspendingClock.now < end {}
  }
}
