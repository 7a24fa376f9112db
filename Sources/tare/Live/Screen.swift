import ArgumentParser
import Glibc
import KernelStats
import LinuxSystem
import TareGuests
import TareModel
import TareSampling
import TareScreen
import TareTerminal

/// The live screen over this machine or a captured one.
struct Screen {
  /// Whether there is a person on both sides.
  static var isThere: Bool { isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 }

  private let settings: Settings
  private let root: String?
  private let filter: Filter?
  private let readyMarker: Pattern?
  private let guests: AskedGuests

  init(
    _ settings: Settings, root: String?, filter: Filter? = nil, readyMarker: Pattern? = nil,
    guests: AskedGuests = AskedGuests()
  ) {
    self.readyMarker = readyMarker
    self.settings = settings
    self.root = root
    self.filter = filter
    self.guests = guests
  }

  func run() throws {
    let name = environment("TERM")
    if TerminalKind.isDumb(name) { return try printOnce(TerminalError.dumb(name)) }
    let session = try Session(root: root, waits: false, watches: true, readyMarker: readyMarker, guests: guests)
    // Until here a signal ends the process by itself.
    let signals: TerminalSignals
    do throws(NoDescriptor) {
      signals = try TerminalSignals()
    } catch {
      Output.note("\(error)")
      throw Exit.failure
    }
    let terminal: Terminal
    do throws(TerminalError) {
      terminal = try Terminal(name, colors: settings.colors, wantsUnicode: settings.ascii == false)
    } catch {
      return try printOnce(error)
    }
    let ending: LiveLoop.Ending
    do {
      defer { terminal.close() }
      if let complaint = terminal.complaint { Output.note(complaint) }
      let appearance = Appearance(
        settings, terminal.kind, colorVariable: environment("COLORFGBG"), isUnicode: terminal.isUnicode)
      var state = ScreenState(size: terminal.size, settings: settings, filter: filter)
      state.places = allSources().map(\.name)
      if session.source.traits.kind == .live { state.utcOffset = Self.utcOffset }
      let loop = LiveLoop(terminal, signals, state, appearance, session.source) {
        effect, _, canvas, palette in
        effect == .save ? .message(SavedScreen.save(canvas, palette)) : nil
      }
      ending = try loop.run()
    } catch let error as KernelError {
      Output.note("nothing can be read: \(error)")
      throw Exit.nothingRead
    } catch let error as SystemThread.Failure {
      Output.note("\(error)")
      throw Exit.failure
    } catch let error as NoDescriptor {
      Output.note("\(error)")
      throw Exit.failure
    }
    if case .signal(let number) = ending { throw ExitCode(128 + number) }
  }

  /// Seconds that this machine's clock on the wall is ahead of UTC.
  static var utcOffset: Int {
    var now = time(nil)
    var local = unsafe tm()
    unsafe localtime_r(&now, &local)
    return unsafe local.tm_gmtoff
  }

  /// Where there is no screen, a snapshot is better than nothing.
  private func printOnce(_ error: TerminalError) throws {
    Output.note("\(error): printing one snapshot")
    var words = ["--interval", "1s"]
    if let root { words += ["--root", root] }
    if let filter { words += ["--filter", filter.text] }
    if guests.isAsked { words.append("--qmp") }
    if settings.users { words.append("--users") }
    var command = try SnapshotCommand.parse(words)
    try command.validate()
    try command.run()
  }
}
