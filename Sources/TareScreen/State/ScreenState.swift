public import TareModel

/// All that decides what is shown. Changed by ``reduce(_:_:)`` alone.
public struct ScreenState: Sendable {
  /// What is deeper than the views.
  public enum Page: Sendable, Hashable {
    /// Everything of the workload with this id.
    case details(String)
    /// What parts the workload with this id from its host and from others.
    case isolation(String)
    /// Where the figures of the workload with this id come from.
    case explain(String)
    /// What runs guests here, and of which type it is.
    case virtualizer
    /// Two workloads beside each other.
    case compare(String, String)
  }

  /// What lies over everything else.
  public enum Overlay: Sendable, Hashable {
    case help
    /// The settings, with the line that is chosen.
    case settings(Int)
    /// What happened to workloads.
    case events
  }

  public var size: Size
  public var settings: Settings
  public var view: Settings.View
  public internal(set) var page: Page?
  public internal(set) var overlay: Overlay?
  /// The first line of a page, of the help or of the events.
  public internal(set) var pageScroll = 0
  public internal(set) var list = ListState()
  public internal(set) var boot = BootViewState()
  public internal(set) var stack = StackViewState()
  public internal(set) var explain = ExplainState()
  /// What is shown; while frozen it stays.
  public internal(set) var frame: Frame?
  public internal(set) var summary: Summary?
  public internal(set) var inspection: Inspection?
  /// One line for the person, until the next key.
  public internal(set) var message: String?
  /// Samples that should have been taken and were not, because the one before took too long.
  public internal(set) var missedDeadlines = 0
  /// Where the samples come from.
  public var source = SourceTraits(.live)
  /// Seconds that the clock on the wall is ahead of UTC.
  public var utcOffset = 0
  /// What was looked for: names of runtimes and hypervisors.
  public var places: [String] = []

  var history = History()
  var log = LifeLog()
  /// How many events there were when somebody last looked at them.
  var seenEvents = 0
  /// While frozen: what came since, and the history and the log as they were.
  var latest: Frame?
  var frozenHistory: History?
  var frozenLog: LifeLog?

  public init(size: Size, settings: Settings = Settings(), filter: Filter? = nil) {
    self.size = size
    self.settings = settings
    view = settings.view
    list.sort = settings.sort
    list.columns = settings.columns
    list.filter = filter
  }

  public var isFrozen: Bool { frozenHistory != nil }
  var shownHistory: History { frozenHistory ?? history }
  var shownLog: LifeLog { frozenLog ?? log }
  /// Events that nobody has looked at.
  var newEvents: Int { max(0, shownLog.total - seenEvents) }

  /// The selected workload's row in the frame.
  var selectedRow: Int? { list.selection.flatMap { row(of: $0) } }

  /// The row of the workload with this id.
  func row(of id: String) -> Int? { frame?.current.workloads.firstIndex { $0.id == id } }
}

extension ScreenState.Page {
  /// The id of the one workload that it is about; nil of one about two.
  public var workload: String? {
    switch self {
    case .details(let id), .isolation(let id), .explain(let id): id
    case .compare, .virtualizer: nil
    }
  }
}
