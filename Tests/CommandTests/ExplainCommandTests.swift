import Foundation
import TestSupport
import Testing

/// `tare explain` over a captured host: containers web and files, a QEMU by emulation, db, and one under KVM, spin.
@Suite struct ExplainCommandTests {
  private static let host = CommandTests.tests.appending(path: "Fixtures/hosts/weighed").path

  private func explain(_ words: [String]) throws -> (code: Int32, child: Child) {
    let child = try Child([Tool.tare(), "explain"] + words, [:])
    return (try child.end(within: .seconds(60)), child)
  }

  /// Names of all figures, as the command lists them.
  private func names() throws -> [String] {
    let (code, child) = try explain([])
    #expect(code == 0 && child.complaints.isEmpty)
    return child.text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  @Test func `without a figure all are listed`() throws {
    let names = try names()
    #expect(names.contains("cpu.usage_percent") && names.contains("tare.memory.tare_bytes") && names.last == "boot")
    #expect(names.count > 40)
  }

  @Test func `a figure says its formula, its files and what others show`() throws {
    let (code, child) = try explain(["cpu"])
    #expect(code == 0)
    for words in ["cpu.usage_percent", "FORMULA", "docker stats", "virt-top"] {
      #expect(child.text.contains(words), "\(words)")
    }
    // The files of this machine alone: those of its own version of cgroups.
    #expect(child.text.contains("cpu.stat usage_usec") != child.text.contains("cpuacct.usage"))
  }

  @Test func `of a workload it has the raw values, the files and the shares`() throws {
    let (code, child) = try explain(["tare", "web", "--root", Self.host])
    #expect(code == 0 && child.complaints.isEmpty, "\(child.complaints)")
    for words in ["RAW VALUES", "memory.usage_in_bytes", "smaps_rollup", "SHARES", "helpers", "measured"] {
      #expect(child.text.contains(words), "\(words)")
    }
  }

  @Test func `a start is explained phase by phase`() throws {
    let (code, child) = try explain(["boot", "web", "--root", Self.host])
    #expect(code == 0 && child.text.contains("PHASES") && child.text.contains("executing"))
  }

  @Test(arguments: ["web", "files", "db", "spin"])
  func `raw values in JSON give the value again, for every figure`(name: String) throws {
    for figure in try names() where figure != "boot" {
      let (code, child) = try explain([figure, name, "--format", "json", "--root", Self.host])
      #expect(code == 0 && child.complaints.isEmpty, "\(child.complaints)")
      let json = try JSONValue(parsing: child.text)
      #expect(json["schema"].string == "tare.explain/1" && json["figure"].string == figure)
      var raw: [String: Recompute.Raw] = [:]
      for input in json["inputs"].array {
        func number(_ field: String) -> UInt64? { input[field].number.map { UInt64($0) } }
        raw[input["metric"].string ?? ""] = Recompute.Raw(
          now: number("now"), before: number("before"), nanoseconds: number("nanoseconds"),
          reason: input["now_reason"].string)
      }
      let again = Recompute(raw, isMachine: json["workload"]["kind"].string == "vm").figure(figure)
      switch (json["value"].number, again) {
      // JSON has six decimals, and its numbers here 53 bits.
      case (let shown?, .number(let number)): #expect(abs(shown - number) <= max(2e-6, abs(shown) * 1e-9), "\(figure)")
      case (nil, .none): #expect(json["value_reason"].string != nil)
      case (let shown, let again): Issue.record("\(figure) of \(name): \(String(describing: shown)), again \(again)")
      }
    }
  }

  @Test func `what is wrong is said with what to do`() throws {
    let cases: [([String], String)] = [
      (["cpu.usage_percant"], "did you mean 'cpu.usage_percent'?"), (["cpu", "--format", "json"], "a name with it"),
      (["cpu", "wob", "--root", Self.host], "did you mean web?"), (["cpu", "web", "--format", "xml"], "text or json"),
    ]
    for (words, said) in cases {
      let (code, child) = try explain(words)
      #expect(code == 2 && child.text.isEmpty && child.complaints.contains(said), "\(words): \(child.complaints)")
    }
  }
}
