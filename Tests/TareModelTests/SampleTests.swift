import TareModel
import TestSupport
import Testing

struct SampleTests {
  @Test func `going over to other rows keeps the readings of those that stay`() {
    var sample = Sample(host: makeHost())
    let all = (1...4).map { makeWorkload("docker:\($0)") }
    sample.prepare(Array(all[0...2]), serials: [1, 2, 3])
    for row in 0...2 {
      sample.readAt[row] = UInt64(row + 1) * 100
      sample.carriedAt[row] = UInt64(row + 1) * 10
      for metric in Metric.allCases { sample[row, metric] = .value(UInt64(row + 1)) }
    }
    sample.problems = [Problem(source: "docker", message: "x")]
    sample.rearrange([all[2], all[3], all[0]], serials: [3, 4, 1])
    #expect(sample.workloads.map(\.id) == ["docker:3", "docker:4", "docker:1"])
    #expect(sample.readAt == [300, 0, 100])
    #expect(sample.carriedAt == [30, 0, 10])
    #expect(sample[0, .memoryCurrent] == .value(3))
    #expect(sample[1, .memoryCurrent] == .missing(.firstSample))
    #expect(sample[2, .cpuUsage] == .value(1))
    #expect(sample.readings.count == 3 * Metric.count)
    #expect(sample.problems.count == 1)
  }
}
