import Glibc
import TareScreen
import TestSupport
import Testing

extension LiveTests {
  /// However it ends, the shell has its terminal again.
  @Suite(.serialized) struct EndingTests {
    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT, SIGTRAP, SIGQUIT])
    func `a signal gives the terminal back`(signal: Int32) throws {
      // Swift's own report of a crash takes its time, and is not what is tested.
      let screen = try LiveScreen(variables: "SWIFT_BACKTRACE=enable=no")
      try screen.open()
      #expect(kill(try screen.pid, signal) == 0)
      #expect(try screen.end() == 128 + Int(signal))
    }

    @Test(arguments: ["linux", "vt100"])
    func `a terminal without a second screen is cleared`(term: String) throws {
      let screen = try LiveScreen(term: term, isASCII: term == "linux", variables: "SWIFT_BACKTRACE=enable=no")
      try screen.open()
      #expect(kill(try screen.pid, SIGSEGV) == 0)
      _ = try screen.end()
      #expect(try !screen.pane.text().contains("MEMORY"))
    }

    @Test func `Ctrl-C ends it, as q does`() throws {
      let screen = try LiveScreen()
      try screen.open()
      try screen.pane.press("C-c")
      #expect(try screen.end() == 0)
    }

    @Test func `Ctrl-Z gives the terminal back, and fg takes it again`() throws {
      let screen = try LiveScreen()
      try screen.open()
      try screen.pane.press("C-z")
      #expect(try screen.end() == 128 + Int(SIGTSTP))
      // In the meantime the window may change, and the shell writes.
      try screen.pane.tmux("resize-window", "-x", "90", "-y", "20")
      _ = reduce(&screen.state, .resize(Size(90, 20)))
      try screen.pane.type("rm after code; clear; fg; echo $? > code; stty -g > after")
      try screen.waitForScreen()
      #expect(try screen.pane.flag("alternate_on"))
      try screen.pane.press("Down")
      _ = reduce(&screen.state, .key(.down))
      try screen.waitForScreen()
      try screen.pane.press("q")
      #expect(try screen.end() == 0)
    }

    @Test func `stopped from outside, it draws everything again when it goes on`() throws {
      let screen = try LiveScreen()
      try screen.open()
      let pid = try screen.pid
      #expect(kill(pid, SIGSTOP) == 0)
      try screen.pane.wait("the shell") { screen.pane.file("after") != nil }
      try screen.pane.type("rm after code; clear; fg; echo $? > code; stty -g > after")
      try screen.waitForScreen()
      try screen.pane.press("q")
      #expect(try screen.end() == 0)
    }

    @Test func `a terminal that goes away ends it`() throws {
      let screen = try LiveScreen()
      try screen.open()
      let pid = try screen.pid
      try screen.pane.tmux("kill-pane")
      let isGone = until(within: Tmux.timeout) { kill(pid, 0) != 0 && errno == ESRCH ? true : nil }
      #expect(isGone == true)
    }

    @Test func `a terminal that goes away without a signal ends it, too`() throws {
      // As under nohup: the hangup is ignored, so reading says it.
      let screen = try LiveScreen()
      try screen.pane.type("trap '' HUP")
      try screen.open()
      let pid = try screen.pid
      try screen.pane.tmux("kill-pane")
      let isGone = until(within: Tmux.timeout) { kill(pid, 0) != 0 && errno == ESRCH ? true : nil }
      #expect(isGone == true)
    }
  }
}
