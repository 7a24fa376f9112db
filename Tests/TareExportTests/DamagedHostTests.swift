import FoundationEssentials
import TareExport
import TareModel
import TestSupport
import Testing

/// A capture is a stranger's folder: whatever is in its files, every output comes out and is in its form.
@Suite(.timeLimit(.minutes(10))) struct DamagedHostTests {
  private static let schema = Result { try JSONSchema(JSONValue(file: SchemaTests.path)) }

  @Test(arguments: 0..<40)
  func `a host whose files are damaged is shown all the same`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let host = try busyHost(FakeHost.Mode.allCases[Int(seed % 3)])
    for file in try host.folder.files() where Int.random(in: 0..<4, using: &random) == 0 {
      let data = try Data(contentsOf: URL(filePath: host.folder.absolute(file)))
      try host.folder.write(file, bytes: damage(Array(data), &random))
    }
    guard let frame = try? host.frame() else { return }
    let order = Array(frame.current.workloads.indices)
    for line in TableExporter().text(frame, order: order).split(separator: "\n") where !line.hasPrefix("!") {
      #expect(String(line).displayWidth <= 80)
    }
    let json = try JSONValue(parsing: JSONExporter().text(frame, order: order))
    let failures = try Self.schema.get().failures(json)
    #expect(failures.isEmpty, "\(failures.sorted().prefix(10))")
  }

  /// Sometimes only the numbers are wrong, so that the form gets past the parser.
  private func damage(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    guard Bool.random(using: &random) else { return random.damaged(bytes) }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
    let numbers = ["18446744073709551615", "9223372036854775807", "0", "-1", "4294967296", "1e9"]
    return Array(
      words.map { word in
        guard UInt64(word) != nil, Int.random(in: 0..<3, using: &random) == 0 else { return String(word) }
        return numbers.randomElement(using: &random) ?? ""
      }.joined(separator: " ").utf8)
  }

  private func busyHost(_ mode: FakeHost.Mode) throws -> FakeHost {
    let host = try FakeHost(mode)
    host.instants = 2
    try host.docker(FakeHost.containerID("abcdef"), name: "web", pid: 200)
    try host.podman(FakeHost.containerID("123456"), name: "cache", pid: 300)
    try host.runc("job", pid: 400)
    try host.crun("task", pid: 500)
    try host.qemu(700, ["-name", "guest=lab", "-m", "512", "-drive", "file=/d.img"], cgroup: "/vm", kvm: true)
    try host.cgroup("/vm")
    let (uid, sandbox) = ("0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01", FakeHost.containerID("5a"))
    try host.sandbox(sandbox, name: "pod", uid: uid, pid: 801)
    try host.container(
      FakeHost.containerID("c1"), name: "app", inPod: "pod", sandbox: sandbox, uid: uid, shim: 800, pid: 802)
    try host.crio(
      FakeHost.containerID("c2"), name: "log", inPod: "job", uid: "8f1f8de0c0d44c1fb1a0c9d1fd2b9e3a", sandbox: sandbox,
      pid: 811)
    try host.lxc("system", pid: 821)
    try host.nspawn(pid: 831, arguments: ["-M", "image"], unit: "/machine.slice/machine-image.scope")
    try host.gvisor("safe", pid: 841, cgroup: "/safe")
    try host.file("/proc/loadavg", "0.00 0.01 0.05 1/100 5001\n", at: 1)
    return host
  }
}
