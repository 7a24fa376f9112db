import TareModel
import TestSupport
import Testing

struct WrappingTests {
  @Test func `a text is parted at blanks`() {
    #expect("one two three".wrapped(to: 7) == ["one two", "three"])
    #expect("one two three".wrapped(to: 100) == ["one two three"])
    #expect("".wrapped(to: 5) == [""])
    #expect("one".wrapped(to: 0).isEmpty)
  }

  @Test func `a path that is too long is parted behind a slash, a word anywhere`() {
    #expect("/sys/fs/cgroup/memory.stat".wrapped(to: 16) == ["/sys/fs/cgroup/", "memory.stat"])
    #expect("abcdefgh".wrapped(to: 3) == ["abc", "def", "gh"])
  }

  @Test(arguments: hostileNames)
  func `no line is wider than asked for, and nothing but blanks is lost`(name: String) {
    let text = "\(name.harmless) and \(name.harmless)"
    for width in 2...40 {
      let lines = text.wrapped(to: width)
      #expect(lines.allSatisfy { $0.displayWidth <= width })
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }
  }
}
