import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// Command lines, logs and maps of strangers: whatever is in them, nothing crashes, and a capture says the same.
struct VmmFuzzTests {
  private func damaged(_ line: String, _ body: ([String]) -> Void) {
    var random = SplitMix(seed: 11)
    let bytes = Array(line.utf8)
    for _ in 0..<1000 {
      body(
        ["x"] + String(decoding: random.damaged(bytes), as: UTF8.self).split(separator: " ").map(String.init))
    }
  }

  @Test func `Cloud Hypervisor's`() {
    damaged("--cpus boot=2,max=4 --memory size=1G --disk path=/a path=/b,x --net=tap=t --serial file=/s --kernel /k") {
      #expect(CloudHypervisorArguments(CloudHypervisorArguments.keep($0)).vcpus == CloudHypervisorArguments($0).vcpus)
    }
  }

  @Test func `crosvm's`() {
    damaged("run --cpus num-cores=2 --mem=1024 --block path=/a,ro -m size=5 --serial type=file,path=/s --restore /x") {
      #expect(CrosvmArguments(CrosvmArguments.keep($0)).memory == CrosvmArguments($0).memory)
    }
  }

  @Test func `user-mode Linux's`() {
    damaged("mem=96M umid=x ubd0=/a,/b ubdbr=/c con0=null,fd:1 con=fd:99999999999999999999 ncpus=2") {
      #expect(UmlArguments(UmlArguments.keep($0)) == UmlArguments($0))
    }
  }

  @Test func `Firecracker's`() {
    damaged("--id a --config-file=/c --log-path /l --start-time-us 5 --api-sock /s") {
      #expect(FirecrackerArguments(FirecrackerArguments.keep($0)).jailed == FirecrackerArguments($0).jailed)
    }
  }

  @Test func `logs, events and maps`() throws {
    var random = SplitMix(seed: 5)
    let log = Array("cloud-hypervisor: 310.5ms: <vcpu0> WARN:x -- [Debug I/O port: Kernel code 0x41] 0.2 seconds".utf8)
    let events = Array(
      "{\n \"timestamp\": {\"secs\": 4294967296, \"nanos\": 5},\n\"source\":\"vm\",\"event\":\"b\"\n}\n".utf8)
    let maps = Array("7f0000000000-7fffffffffff rw-p 00000000 00:00 0\n".utf8)
    let timer = Array("2023-11-14T22:21:40.25 [a:b] Guest-boot-time = 200000 us 200 ms, 90 CPU us 0 CPU ms\n".utf8)
    for _ in 0..<300 {
      let line = String(decoding: random.damaged(log), as: UTF8.self)
      if CloudHypervisorSource.tellsOfUserspace(line[...]) { _ = CloudHypervisorSource.time(line[...]) }
      for event in CloudHypervisorEvent.parse(String(decoding: random.damaged(events), as: UTF8.self)) {
        _ = event.time
      }
    }
    let host = try FakeHost()
    try host.process(700, name: "firecracker", arguments: ["firecracker", "--log-path", "/l"])
    for _ in 0..<60 {
      try host.file("/proc/700/maps", String(decoding: random.damaged(maps), as: UTF8.self))
      try host.file("/l", String(decoding: random.damaged(timer), as: UTF8.self))
      #expect(try host.samples().first?.workloads.count == 1)
    }
  }
}
