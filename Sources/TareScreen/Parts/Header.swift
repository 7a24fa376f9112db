internal import TareModel

/// The first row: which machine, and when.
enum Header {
  static func draw(_ state: ScreenState, _ frame: Frame, on canvas: inout Canvas) {
    let width = canvas.size.width
    let clock = Clock.text(frame.current.realtime, offset: state.utcOffset)
    let interval = Clock.interval(state.settings.interval)
    var right = width >= 110 ? "every \(interval)    \(clock)" : "\(interval)   \(clock)"
    if width < 60 { right = clock }
    var end = width - 1 - right.displayWidth
    canvas.put(right, x: end, y: 0)
    if state.isFrozen {
      end -= 8
      canvas.put(" FROZEN ", x: end - 2, y: 0, Style(.warning))
      end -= 2
    }
    var x = canvas.put("tare", x: 1, y: 0, .bold) + 2
    for (index, fact) in facts(frame).enumerated() {
      guard x + fact.displayWidth + 1 < end else { return }
      x = canvas.put(fact, x: x, y: 0, index == 0 ? .bold : .text) + (width >= 110 ? 4 : 3)
    }
  }

  private static func facts(_ frame: Frame) -> [String] {
    let host = frame.current.host
    var facts = [
      host.hostname.harmless.fittedAtMost(24), "Linux \(host.kernelRelease.harmless.fittedAtMost(20))",
      "\(host.cpusOnline) CPU\(host.cpusOnline == 1 ? "" : "s")",
    ]
    if let total = frame.hostMemoryTotal.number { facts.append(Amount.text(Double(total), .iec)) }
    let place = host.virtualization.map { "in \($0)" } ?? "bare metal"
    facts.append(host.kvmAvailable ? "KVM host, \(place)" : place)
    facts.append("cgroup \(host.cgroupMode?.rawValue ?? "none")")
    return facts
  }
}
