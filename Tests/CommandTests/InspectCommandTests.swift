import Foundation
import TestSupport
import Testing

/// `tare inspect` over a captured host: containers web, sidecar, which shares web's network, and agent, which is nearly
/// privileged, and a QEMU, db.
@Suite struct InspectCommandTests {
  private static let host = CommandTests.tests.appending(path: "Fixtures/hosts/isolation").path

  private func inspect(_ words: String..., host: String = host) throws -> (code: Int32, child: Child) {
    let child = try Child([Tool.tare(), "inspect"] + words + ["--root", host], [:])
    return (try child.end(within: .seconds(60)), child)
  }

  private func json(_ name: String) throws -> JSONValue {
    let (code, child) = try inspect(name, "--format", "json")
    #expect(code == 0 && child.complaints.isEmpty, "\(child.complaints)")
    return try JSONValue(parsing: child.text)
  }

  private func warnings(_ value: JSONValue) -> [String] {
    value["words"]["warnings"].array.compactMap { $0["kind"].string }
  }

  @Test func `a plain container shares little`() throws {
    let web = try json("web")
    #expect(web["schema"].string == "tare.inspect/1")
    #expect(web["workload"]["name"].string == "web")
    let namespaces = web["isolation"]["namespaces"]
    #expect(namespaces["pid"]["sharing"].string == "own" && namespaces["user"]["sharing"].string == "host")
    #expect(namespaces["net"]["sharing"].string == "others")
    #expect(namespaces["net"]["others"].array.compactMap(\.string) == ["sidecar"])
    #expect(web["isolation"]["inner_pid"].number == 1)
    #expect(web["isolation"]["capabilities"]["bounding"].array.count == 14)
    #expect(web["isolation"]["capabilities"]["added"].array.isEmpty)
    #expect(web["isolation"]["seccomp"].string == "filter")
    #expect(web["isolation"]["root_files"]["layers"].number == 2)
    #expect(warnings(web) == ["root-is-root"])
  }

  @Test func `added and dropped capabilities are named, and folders of the host`() throws {
    let sidecar = try json("sidecar")["isolation"]
    #expect(sidecar["capabilities"]["added"].array.compactMap(\.string) == ["SYS_ADMIN"])
    #expect(sidecar["capabilities"]["dropped"].array.compactMap(\.string) == ["NET_RAW"])
    #expect(sidecar["no_new_privs"] == .bool(true) && sidecar["root_files"]["read_only"] == .bool(true))
    #expect(sidecar["host_folders"].array.map { $0["path"].string } == ["/srv"])
  }

  @Test func `a container that is open to the host is pointed out`() throws {
    let kinds = warnings(try json("agent"))
    #expect(
      kinds == [
        "privileged", "engine-socket", "all-devices", "host-pids", "host-network", "system-folder", "root-is-root",
      ])
  }

  @Test func `a VM's computer is described, with the sizes of its files and no secret`() throws {
    let db = try json("db")
    let hardware = db["isolation"]["hardware"]
    #expect(hardware["accelerator"].string == "tcg" && hardware["machine_type"].string == "q35")
    #expect(hardware["memory_backing"]["kind"].string == "memfd" && hardware["balloon"] == .bool(true))
    #expect(hardware["disks"].array.first?["virtual_bytes"].number == 1_073_741_824)
    #expect(hardware["disks"].array.first?["allocated_bytes"].number == 12288)
    #expect(hardware["network_cards"].array.first?["model"].string == "virtio-net-pci")
    #expect(warnings(db) == ["vmm-as-root", "emulated"])
    let grep = try Child(["grep", "-rlF", "HUSH", Self.host], [:])
    #expect(try grep.end(within: .seconds(30)) == 1, "the kernel's arguments are in the capture: \(grep.text)")
  }

  @Test func `text has all its parts`() throws {
    let (code, child) = try inspect("agent")
    #expect(code == 0)
    for title in ["MEMORY", "CPU", "ISOLATION", "WHICH OF THE FIVE IS VIRTUAL HERE", "IN WORDS"] {
      #expect(child.lines.contains { $0.hasPrefix(title) }, "\(title)")
    }
    #expect(child.lines.first == "agent, a container of docker")
    #expect(child.text.contains("! Host network: "))
  }

  @Test func `an id, or its beginning with or without the runtime, will do`() throws {
    let id = try #require(try json("web")["workload"]["id"].string)
    for name in [id, String(id.prefix(12)), String(id.dropFirst("docker:".count).prefix(6))] {
      #expect(try json(name)["workload"]["id"].string == id)
    }
  }

  @Test func `a name that is none, or more than one, ends with 2 and says which there are`() throws {
    let (code, child) = try inspect("wep")
    #expect(code == 2 && child.text.isEmpty && child.complaints.contains("did you mean web?"))
    let (several, ids) = try inspect("docker:")
    #expect(several == 2 && ids.text.isEmpty && ids.complaints.contains("3 are called so"))
    #expect(ids.complaints.contains("agent") && ids.complaints.contains("sidecar"))
    let (hostile, said) = try inspect("\u{1b}[31m")
    #expect(hostile == 2 && !said.complaints.contains("\u{1b}"))
  }

  @Test func `a host of which nobody read it is no error`() throws {
    let (code, child) = try inspect("busy", host: CommandTests.tests.appending(path: "Fixtures/hosts/hybrid").path)
    #expect(code == 0 && child.text.contains("IN WORDS"))
  }

  @Test(arguments: [["--format", "xml"], ["--interval", "soon"], ["--interval", "1ms"], ["--qmp"]])
  func `a wrong word ends with 2`(words: [String]) throws {
    let child = try Child([Tool.tare(), "inspect", "web", "--root", Self.host] + words, [:])
    #expect(try child.end(within: .seconds(60)) == 2)
    #expect(child.text.isEmpty && child.complaints.hasPrefix("tare: "))
  }
}
