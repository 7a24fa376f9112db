import TareModel
import TestSupport
import Testing

@Suite struct IsolationTableTests {
  private func table(
    _ isolation: Isolation, _ workload: Workload = makeWorkload("docker:1", name: "web"),
    _ readings: [Metric: Reading] = [:]
  ) -> IsolationTable {
    var inspection = Inspection(workload: workload.id)
    inspection.isolation = isolation
    return IsolationTable(Frame(previous: nil, current: makeSample([(workload, 1, readings)])), row: 0, inspection)
  }

  private func line(_ name: String, _ table: IsolationTable) -> IsolationTable.Line? {
    table.parts.flatMap(\.lines).first { $0.name == name }
  }

  @Test func `every namespace is a line with its mark`() {
    var isolation = makeIsolation()
    isolation.namespaces[.network] = .others(["sidecar", "\u{1b}[31mred"])
    isolation.namespaces[.time] = .unknown(.kernelTooOld)
    let table = table(isolation)
    let marks = Namespace.allCases.map { line($0.label, table)?.mark }
    #expect(marks == [.own, .own, .others, .own, .own, .host, .host, .unknown])
    #expect(line("network", table)?.text.hasPrefix("shared with sidecar, \u{fffd}[31mred") == true)
    #expect(line("user", table)?.isWarning == true)
  }

  @Test func `limits stand beside what a program inside would see`() {
    let table = table(
      makeIsolation(), makeWorkload("docker:1"),
      [.memoryLimit: .value(512 << 20), .cpuLimit: .value(2_000_000), .processLimit: .unlimited])
    #expect(line("memory", table)?.text.hasPrefix("512 MiB") == true)
    #expect(line("CPU", table)?.text == "2 cores; nproc inside says 4")
    #expect(line("processes", table)?.text == "no limit")
    #expect(line("processes", table)?.mark == IsolationTable.Mark.none)
  }

  @Test func `capabilities are compared with the engine's default`() {
    var isolation = makeIsolation()
    #expect(line("capabilities", table(isolation))?.text == "14 of 41, docker's default")
    let mask = Capabilities.mask(of: ["SYS_ADMIN"]) | (Capabilities.defaults(of: .docker) ?? 0)
    let less = mask & ~Capabilities.mask(of: ["NET_RAW"])
    isolation.confinement.capabilities = .known(Capabilities(bounding: less, effective: 0, known: 41))
    #expect(
      line("capabilities", table(isolation))?.text == "14 of 41, docker's default and SYS_ADMIN less NET_RAW; 0 in use")
  }

  @Test func `a VM's computer and its VMM are two parts`() {
    let table = table(makeMachineIsolation(), makeWorkload("qemu:1", kind: .vm))
    #expect(table.parts.map(\.title).prefix(2) == ["THE GUEST'S COMPUTER", "THE VMM'S PROCESS"])
    #expect(line("disk", table)?.text == "/var/lib/images/db.qcow2, qcow2, 1.5 GiB here of 10 GiB")
    #expect(line("RAM", table)?.text == "1 GiB, a memfd, shared")
    #expect(line("network", table)?.text == "virtio-net-pci over tap vnet0")
  }

  @Test func `what was not read has no lines`() {
    let workload = makeWorkload("docker:1")
    let frame = Frame(previous: nil, current: makeSample([(workload, 1, [:])]))
    #expect(IsolationTable(frame, row: 0, nil).parts.isEmpty)
    #expect(IsolationTable(frame, row: 0, Inspection(workload: "docker:1")).parts.isEmpty)
  }

  @Test(arguments: [20, 38, 57, 78, 118])
  func `no line is wider than there is room, and none loses a word that fits`(width: Int) {
    var isolation = makeIsolation()
    isolation.namespaces[.network] = .others(hostileNames)
    isolation.hostFolders = .known(
      hostileNames.map { HostFolder(path: "/srv/\($0)", point: "/\($0)", isReadOnly: true) })
    isolation.confinement.label = .known(.selinux(String(repeating: "가", count: 70)))
    for line in table(isolation).parts.flatMap(\.lines) {
      let rows = line.wrapped(to: width)
      #expect(rows.allSatisfy { $0.displayWidth <= width }, "\(line.name)")
      #expect(rows.joined().unicodeScalars.allSatisfy { !$0.isHarmful })
      for word in line.text.split(separator: " ") where String(word).displayWidth <= width - 21 {
        #expect(rows.contains { $0.contains(word) }, "\(word)")
      }
    }
  }
}
