internal import CLinux
internal import Glibc
internal import LinuxSystem
public import TareModel
public import TareScreen

/// The live screen: waits for keys, signals and samples, and for nothing else; brings them to the state, and draws it.
public final class LiveLoop {
  /// How the screen ended.
  public enum Ending: Sendable, Hashable {
    case quit
    /// By this signal; SIGHUP also where the terminal went away without one.
    case signal(Int32)
  }

  /// What the loop cannot do itself: saving, with all that is needed for that.
  public typealias Outside = (_ effect: Effect, _ state: ScreenState, _ canvas: Canvas, _ palette: Palette) -> Event?

  private let terminal: Terminal
  private let signals: TerminalSignals
  private let sampling: SamplingThread
  private let outside: Outside
  private var state: ScreenState
  private var appearance: Appearance
  private var questions: Questions
  private let driver: FrameDriver
  private var decoder = KeyDecoder()
  /// Monotonic nanoseconds at which what has come so far is all of a key.
  private var keyDeadline: UInt64?
  private var inspected: String?
  /// Drawn in turn: the terminal keeps the one before, to compare.
  private var canvases: [Canvas]
  private var isStale = true
  /// After how many samples what only the start needed is given back: at once, when engines have answered, and now and
  /// then, because a full pass over all processes needs more than a tick does.
  private var givingBack = 3
  private var ending: Ending?
  private let begun = SystemClock.monotonic.now

  public init(
    _ terminal: Terminal, _ signals: TerminalSignals, _ state: ScreenState, _ appearance: Appearance,
    _ source: any FrameSource, outside: @escaping Outside
  ) {
    self.terminal = terminal
    self.signals = signals
    self.state = state
    self.state.size = terminal.size
    self.state.source = source.traits
    self.appearance = appearance
    self.outside = outside
    sampling = SamplingThread(source)
    driver = FrameDriver(source, interval: state.settings.interval, pace: .screen, clock: { SystemClock.monotonic.now })
    driver.request = SampleRequest(users: state.settings.users, slices: true)
    questions = Questions(appearance, size: terminal.size)
    canvases = []
    applyAppearance()
  }

  /// Runs until the person or a signal ends it. The terminal stays open; the caller closes it.
  public func run() throws -> Ending {
    try sampling.start()
    defer { sampling.end() }
    order()
    terminal.send(questions.text)
    // A question leaves something on the screen.
    terminal.redraw()
    terminal.setMouse(state.settings.mouse)
    while ending == nil {
      if isStale, mayDraw { show() }
      try wait()
    }
    return ending!
  }

  // MARK: Waiting

  private func wait() throws {
    let wakeup = driver.source.wakeup
    var entries = [STDIN_FILENO, signals.descriptor, sampling.descriptor, wakeup ?? -1].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let count = unsafe poll(&entries, nfds_t(entries.count), timeout)
    if count > 0 {
      if entries[1].revents != 0 { takeSignals() }
      if entries[2].revents != 0 { try takeSample() }
      if entries[3].revents != 0, let wakeup { takeWakeup(wakeup) }
      if entries[0].revents != 0 { takeInput(entries[0].revents) }
    }
    let now = SystemClock.monotonic.now
    if let deadline = keyDeadline, now >= deadline { handle(decoder.giveUp(), now) }
    if let due = driver.due, now >= due { order() }
  }

  /// Milliseconds for poll(2), rounded up so that it does not come back too early.
  private var timeout: Int32 {
    let deadlines = [keyDeadline, driver.due, isStale && !mayDraw ? drawDeadline : nil].compactMap(\.self)
    guard let next = deadlines.min() else { return -1 }
    let now = SystemClock.monotonic.now
    return next > now ? Int32(clamping: (next - now + 999_999) / 1_000_000) : 0
  }

  private func takeSignals() {
    while let signal = signals.next() {
      switch signal {
      case SIGWINCH: resize()
      case SIGTSTP: suspend(wholeGroup: false)
      case SIGCONT:
        terminal.enter()
        resize()
      default: ending = .signal(signal)
      }
    }
  }

  private func takeInput(_ events: Int16) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    guard count > 0 else {
      ending = .signal(SIGHUP)
      return
    }
    let now = SystemClock.monotonic.now
    handle(decoder.decode(buffer[..<count], at: now), now)
  }

  private func handle(_ inputs: [Input], _ now: UInt64) {
    keyDeadline = decoder.timeout.map { now + $0 }
    for input in inputs {
      switch input {
      case .key(let key): take(.key(key))
      case .mouse(let mouse): take(.mouse(mouse))
      case .answer(let answer):
        if questions.take(answer, &appearance) { applyAppearance() }
      }
    }
  }

  // MARK: Sampling

  private func order() {
    guard let order = driver.order(now: SystemClock.monotonic.now) else { return }
    sampling.order(order, inspected: inspected)
  }

  private func takeWakeup(_ descriptor: Int32) {
    EventCounter.drain(descriptor)
    driver.wasWoken(now: SystemClock.monotonic.now)
  }

  private func takeSample() throws {
    guard let done = try sampling.collect() else { return }
    switch driver.take(done.answer, now: SystemClock.monotonic.now) {
    case .frame(let frame): take(.frame(frame))
    case .update(let frame): take(.announcement(frame))
    case nil: break
    }
    if let inspection = done.inspection, inspection.workload == inspected { take(.inspection(inspection)) }
  }

  // MARK: Events and effects

  private func take(_ event: Event) {
    isStale = true
    for effect in reduce(&state, event) { apply(effect) }
    if appearance.settings != state.settings {
      let before = appearance
      appearance.settings = state.settings
      if appearance.palette != before.palette || appearance.isASCII != before.isASCII { applyAppearance() }
    }
  }

  private func apply(_ effect: Effect) {
    switch effect {
    case .quit: ending = .quit
    case .suspend: suspend(wholeGroup: true)
    case .redraw: terminal.redraw()
    case .interval(let nanoseconds):
      driver.change(interval: max(nanoseconds, 1_000_000))
    case .copy(let text): terminal.copy(text)
    case .mouse(let isOn): terminal.setMouse(isOn)
    case .inspect(let id): inspected = id
    case .users(let areShown): driver.request.users = areShown
    case .save:
      var canvas = canvases[0]
      draw(state, on: &canvas)
      if let event = terminal.mayHang({ outside(effect, state, canvas, appearance.palette) }) { take(event) }
    }
  }

  private func suspend(wholeGroup: Bool) {
    terminal.suspend(wholeGroup: wholeGroup)
    take(.resize(terminal.size))
  }

  private func resize() {
    terminal.updateSize()
    take(.resize(terminal.size))
  }

  // MARK: Drawing

  /// The first picture waits for a first sample and a moment for the terminal's answers; later ones for nothing.
  private var mayDraw: Bool {
    if state.frame != nil, !questions.isWaiting { return true }
    return SystemClock.monotonic.now >= drawDeadline
  }

  /// An answer takes the time of a way there and back, and most terminals are near.
  private var drawDeadline: UInt64 { begun + (state.frame == nil ? 90_000_000 : 40_000_000) }

  private func applyAppearance() {
    terminal.palette = appearance.palette
    let canvas = Canvas(state.size, isASCII: appearance.isASCII)
    if canvases.first?.isASCII != canvas.isASCII { canvases = [canvas, canvas] }
    isStale = true
  }

  private func show() {
    draw(state, on: &canvases[0])
    terminal.show(canvases[0])
    canvases.swapAt(0, 1)
    isStale = false
    if driver.count >= givingBack {
      givingBack = givingBack == 3 ? 8 : givingBack + 16
      tare_forget_start()
    }
  }
}
