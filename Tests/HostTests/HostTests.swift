import Foundation
import KernelStats
import TareExport
import TareModel
import TareSampling
import TestSupport
import Testing

/// Captured machines, sampled again: what tare says of them is compared word for word with what it said before.
/// `TARE_RECORD=1 swift test --filter HostTests` writes the golden files anew and fails, so that it cannot pass by recording.
@Suite struct HostTests {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "Fixtures/hosts")
  static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "Golden/hosts")
  static let hosts = ((try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []).filter {
    !$0.hasSuffix(".md")
  }.sorted()

  @Test func `there are captured hosts of both kinds of cgroup`() throws {
    let modes = try Set(Self.hosts.map { try frame(of: $0).current.host.cgroupMode })
    #expect(modes.isSuperset(of: [.hybrid, .v2]))
  }

  @Test(arguments: hosts, ["json", "table", "csv"])
  func `a captured host is shown as it was`(host: String, format: String) throws {
    let frame = try frame(of: host)
    let exporter = try #require(allExporters.first { $0.name == format })
    let order = try #require(RowOrder(named: "memory"))
    var text = exporter.head + exporter.text(frame, order: order.rows(frame))
    // One value a line, so that a difference can be read.
    if format == "json" { text = text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",\n") }
    let file = Self.golden.appending(path: "\(host).\(format == "table" ? "txt" : format)")
    if ProcessInfo.processInfo.environment["TARE_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: Self.golden, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(file.lastPathComponent): look at it, then run again without TARE_RECORD")
      return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "\(file.lastPathComponent) differs: if the change is meant, TARE_RECORD=1")
  }

  @Test(arguments: hosts)
  func `every value of a captured host that is null has its reason`(host: String) throws {
    let frame = try frame(of: host)
    for row in frame.current.workloads.indices {
      for figure in Figure.catalogue where frame.value(figure, row: row).number == nil {
        #expect(frame.value(figure, row: row).reason != nil)
        #expect(frame.value(figure, row: row) != .missing(.malformed), "\(figure.name)")
      }
    }
  }

  func frame(of host: String) throws -> Frame { try sampled(host).frame }

  /// With the sampler, which can look into its workloads.
  func sampled(_ host: String) throws -> (frame: Frame, sampler: Sampler) {
    let root = try KernelRoot(replaying: Self.fixtures.appending(path: host).path)
    let names = Dictionary(
      (root.manifest?.engineNames ?? []).map { ($0.id, EngineName(name: $0.name, image: $0.image)) },
      uniquingKeysWith: { first, _ in first })
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(names), budget: DescriptorBudget(0))
    let frame = try #require(try allFrames(of: LocalSource(root, sampler)).last)
    return (frame, sampler)
  }
}
