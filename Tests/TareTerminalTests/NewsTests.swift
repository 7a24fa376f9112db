import Glibc
import Testing

@testable import TareTerminal

@Suite struct NewsTests {
  private let millisecond: UInt64 = 1_000_000

  /// News that came at this time.
  private func come(_ news: inout News, at now: UInt64) {
    var ends: [Int32] = [0, 0]
    unsafe pipe(&ends)
    defer { for end in ends { close(end) } }
    var one: UInt64 = 1
    _ = unsafe write(ends[1], &one, 8)
    news.came(ends[0], now: now)
  }

  @Test func `what came is looked for soon, and again`() {
    var news = News()
    #expect(news.due == nil)
    come(&news, at: 1000 * millisecond)
    var looks: [UInt64] = []
    while let due = news.due {
      looks.append(due / millisecond - 1000)
      news.wasLooked(found: false)
    }
    #expect(looks == [12, 40, 80, 160, 320])
  }

  @Test func `what is found need not be what the news was of`() {
    var news = News()
    come(&news, at: 1000 * millisecond)
    news.wasLooked(found: true)
    #expect(news.due == 1040 * millisecond)
    news.wasLooked(found: false)
    #expect(news.due == 1080 * millisecond)
    news.wasLooked(found: false)
    #expect(news.due == nil)
  }

  @Test func `what comes while the first look is waited for is seen with it, later it begins anew`() {
    var news = News()
    come(&news, at: 1000 * millisecond)
    come(&news, at: 1010 * millisecond)
    #expect(news.due == 1012 * millisecond)
    news.wasLooked(found: false)
    come(&news, at: 1020 * millisecond)
    #expect(news.due == 1032 * millisecond)
  }
}
