import TareExport
import TareModel
import TestSupport

/// A host with one workload of each sort, in two samples.
func makeBusyFrame() throws -> Frame {
  let id = FakeHost.containerID("abcdef123456789")
  let host = try FakeHost()
  try host.docker(id, name: "web", pid: 200)
  try host.podman(FakeHost.containerID("123456"), name: "cache", pid: 300)
  try host.runc("job", pid: 400)
  try host.crun("task", pid: 500)
  try host.qemu(
    700, ["-name", "guest=lab,debug-threads=on", "-m", "512", "-drive", "file=/d.img"], cgroup: "/vm")
  try host.cgroup("/vm")
  try host.cgroup("/system.slice/docker-\(id).scope", Usage(cpu: 1_250_000), at: 1)
  return try host.frame()
}

/// A frame whose only rows are containers with these names.
func makeFrame(names: [String], kind: Workload.Kind = .container) -> Frame {
  let rows: [(workload: Workload, serial: UInt64, readings: [Metric: Reading])] = names.enumerated().map {
    (makeWorkload("docker:\($0.offset)", name: $0.element, kind: kind), UInt64($0.offset), [.memoryCurrent: .value(5)])
  }
  return Frame(previous: nil, current: makeSample(rows))
}

/// A VM whose VMM told of it: all that can be told, or as little as there may be.
func makeToldFrame(isWhole: Bool = true) -> Frame {
  var sample = makeSample([(makeWorkload("qemu:1:2", kind: .vm), 1, [:])])
  var report = GuestReport(at: sample.realtime)
  if isWhole {
    (report.version, report.status, report.balloon, report.hasBalloon) = ("7.2.22", "running", 192 << 20, true)
    var memory = GuestMemory(at: 1_700_000_009_000_000_000)
    (memory.total, memory.free, memory.available, memory.caches) = (400, 100, 300, 200)
    (memory.swappedIn, memory.swappedOut, memory.majorFaults, memory.minorFaults) = (1, 2, 3, 4)
    report.memory = memory
    report.vcpus = [711, 712]
    report.disks = hostileNames.map {
      .init(device: $0, file: $0, format: $0, virtualSize: .max, actualSize: 4096)
    }
  }
  sample.guests[0] = .told(report)
  return Frame(previous: nil, current: sample)
}
