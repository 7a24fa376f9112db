import TareModel
import Testing

struct ReadingTests {
  @Test(arguments: [
    (Reading.value(7), Reading.value(5), Reading.value(2)),
    (.value(5), .value(5), .value(0)),
    (.value(UInt64.max), .value(0), .value(.max)),
    (.value(4), .value(5), .missing(.counterReset)),
    (.missing(.ended), .value(5), .missing(.ended)),
    (.missing(.ended), .missing(.noPermission), .missing(.ended)),
    (.value(5), .missing(.noPermission), .missing(.firstSample)),
    (.value(5), .unlimited, .missing(.firstSample)),
    (.unlimited, .value(5), .unlimited),
  ])
  func `growth is what was added, and says why where there is none`(now: Reading, then: Reading, growth: Reading) {
    #expect(now.growth(since: then) == growth)
  }

  @Test(arguments: Reason.allCases)
  func `a reason has one sentence that ends with a full stop`(reason: Reason) {
    #expect(reason.explanation.hasSuffix("."))
    #expect(reason.explanation.first?.isUppercase == true)
    #expect(!reason.explanation.dropLast().contains("."))
  }

  @Test(arguments: Reason.allCases)
  func `a reason is written in small letters and hyphens`(reason: Reason) {
    #expect(reason.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
  }

  @Test(arguments: [
    "first-sample", "no-permission", "no-controller", "no-psi", "not-applicable", "no-guest-agent", "kernel-too-old",
    "software-emulation", "host-network", "shared-network", "shared-cgroup", "unnamed-threads", "counter-reset",
    "inconsistent", "ended",
    "on-demand",
  ])
  func `every reason of the schema is there`(name: String) {
    #expect(Reason(rawValue: name) != nil)
  }
}
