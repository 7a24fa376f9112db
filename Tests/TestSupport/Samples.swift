public import TareModel

/// A sample made by hand: rows with what the test says, everything else not applicable.
public func makeSample(
  at seconds: UInt64 = 10, _ rows: [(workload: Workload, serial: UInt64, readings: [Metric: Reading])] = [],
  host readings: HostReadings = HostReadings()
) -> Sample {
  var sample = Sample(host: makeHost())
  sample.prepare(rows.map(\.workload), serials: rows.map(\.serial))
  for (row, entry) in rows.enumerated() {
    sample.readAt[row] = seconds * 1_000_000_000
    for (metric, reading) in entry.readings { sample[row, metric] = reading }
  }
  sample.monotonic = seconds * 1_000_000_000
  sample.realtime = 1_700_000_000_000_000_000 + seconds * 1_000_000_000
  sample.hostReadAt = sample.monotonic
  sample.hostReadings = readings
  return sample
}

public func makeHost(name: String = "host", cpus: Int = 2) -> Host {
  Host(
    hostname: name, kernelRelease: "6.8.0", cpusOnline: cpus, cgroupMode: .v2, virtualization: nil, kvmAvailable: true)
}

public func makeWorkload(_ id: String, name: String? = nil, kind: Workload.Kind = .container) -> Workload {
  Workload(
    id: id, name: name ?? id, kind: kind, runtime: kind == .vm ? .qemu : .docker, mainPid: 100, cgroup: "/\(id)")
}

/// Names that hostile strangers gave their containers and VMs, and harmless ones that are wide or joined.
public let hostileNames = [
  "\u{1b}[2J\u{1b}[31mred", "a\nb\r\nc", "nul\0nul", "\u{9b}31m", "\u{202e}gnp.exe", "\u{2066}x\u{2069}\u{200f}",
  "tab\there", "\u{7f}\u{8}\u{8}", "\u{2028}\u{2029}", "\u{feff}bom", "\u{e0041}\u{e007f}tags",
  "\u{1b}]52;c;aGk=\u{7}", "한국어 이름이 아주 길어서 넘칩니다", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦",
  "🇰🇷🇩🇪🇫🇷🇰🇷🇩🇪🇫🇷🇰🇷🇩🇪🇫🇷🇰🇷🇩🇪🇫🇷", "e\u{301}\u{301}\u{301}clair", String(repeating: "long", count: 100), "\"quoted\\\"", "",
  "\u{301}starts with a mark", "=cmd|'/c calc'!A1", "</script><b>", "ᄒ\u{1161}ᆫ글", "全角文字全角文字全角文字全角",
]
