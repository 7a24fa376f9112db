import Testing

@testable import TareModel

@Suite struct DiscoveryDebounceTests {
  private let millisecond: UInt64 = 1_000_000

  @Test func `what came is looked for soon, and again`() {
    var debounce = DiscoveryDebounce()
    #expect(debounce.due == nil)
    debounce.came(now: 1000 * millisecond)
    var looks: [UInt64] = []
    while let due = debounce.due {
      looks.append(due / millisecond - 1000)
      debounce.wasLooked(found: false)
    }
    #expect(looks == [12, 40, 80, 160, 320])
  }

  @Test func `what is found need not be what the news was of`() {
    var debounce = DiscoveryDebounce()
    debounce.came(now: 1000 * millisecond)
    debounce.wasLooked(found: true)
    #expect(debounce.due == 1040 * millisecond)
    debounce.wasLooked(found: false)
    #expect(debounce.due == 1080 * millisecond)
    debounce.wasLooked(found: false)
    #expect(debounce.due == nil)
  }

  @Test func `what comes while the first look is waited for is seen with it, later it begins anew`() {
    var debounce = DiscoveryDebounce()
    debounce.came(now: 1000 * millisecond)
    debounce.came(now: 1010 * millisecond)
    #expect(debounce.due == 1012 * millisecond)
    debounce.wasLooked(found: false)
    debounce.came(now: 1020 * millisecond)
    #expect(debounce.due == 1032 * millisecond)
  }
}
