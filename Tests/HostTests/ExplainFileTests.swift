import TareModel
import TareSampling
import TestSupport
import Testing

/// Which files explanations name of what runs on captured machines.
extension HostTests {
  @Test(arguments: hosts)
  func `what has a value was read from a file of this machine, or its place is told in words`(host: String) throws {
    let (frame, sampler) = try sampled(host)
    for row in frame.current.workloads.indices {
      let workload = frame.current.workloads[row]
      let inspection = try #require(sampler.inspect(workload.id))
      for metric in Metric.allCases {
        let files = inspection.files.filter { $0.metric == metric }
        #expect(files.allSatisfy { $0.path.hasPrefix("/") })
        if frame.current.host.cgroupMode == .v2 {
          #expect(files.allSatisfy { !($0.key ?? "").hasPrefix("total_") }, "a key of cgroup v1: \(files)")
        }
        #expect(Set(files).count == files.count, "\(metric)")
        guard frame.current[row, metric].number != nil, !Self.isElsewhere(metric, workload) else { continue }
        #expect(!files.isEmpty, "\(metric) of \(workload.name)")
      }
      for figure in Figure.catalogue where frame.value(figure, row: row).number != nil {
        let explanation = Explanation(figure, frame, row: row)
        #expect(explanation.inputs.allSatisfy { $0.now.number == nil || $0.words != nil }, "\(figure.name)")
      }
    }
  }

  /// Without helpers their sum is 0, of no file; and VMMs are configured in many ways.
  private static func isElsewhere(_ metric: Metric, _ workload: Workload) -> Bool {
    switch metric {
    case .memoryHelpers, .memoryHelpersInside, .memoryHelpersResident, .cpuHelpers, .cpuHelpersInside,
      .memoryHugetlb:
      true
    case .memoryConfigured, .cpuCount, .cpuLimit: workload.kind == .vm
    default: false
    }
  }
}
