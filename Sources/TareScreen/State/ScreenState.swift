public import TareModel

/// All that decides what is shown. Changed by ``reduce(_:_:)`` alone.
public struct ScreenState: Sendable {
  /// What lies over the view.
  public enum Page: Sendable, Hashable {
    case details(String)
    case compare(String, String)
  }

  public var size: Size
  public var settings: Settings
  public var view: Settings.View
  /// Deeper than the view: details, head to head.
  public var page: Page?
  public var isHelpOpen = false
  public var list = ListState()
  /// What is shown; while frozen it stays.
  public internal(set) var frame: Frame?
  public internal(set) var isFrozen = false
  public internal(set) var history = History()
  public internal(set) var inspection: Inspection?
  /// One line for the person, until the next key.
  public internal(set) var message: String?
  public internal(set) var isMouseOn = true

  public init(size: Size, settings: Settings = Settings()) {
    self.size = size
    self.settings = settings
    view = settings.view
    list.sort = settings.sort
    isMouseOn = settings.mouse
  }
}
