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
