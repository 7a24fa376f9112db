public import TareModel

/// What the boot view is set to.
public struct BootViewState: Sendable, Hashable {
  /// The phase that is 0 on the scale.
  public internal(set) var zero = BootTimeline.Phase.requested
  /// How often the lens was halved; negative where it was doubled.
  public internal(set) var zoom = 0
  /// Shows the distributions instead of the bars.
  public internal(set) var isDistribution = false

  static let zeros: [BootTimeline.Phase] = [.requested, .spawned, .executing]
  static let zooms = -6...6
  /// Names of the orders that one key goes through.
  static let orders = ["started", "boot", "ready", "name"]
}

extension ScreenState {
  /// A key that means the boot view; elsewhere it says so.
  mutating func handleBoot(_ action: Action) {
    guard page == nil else { return }
    guard view == .boot else {
      message = "that is a key of the boot view: \(Footer.Hint(.view(.boot), "").label)"
      return
    }
    switch action {
    case .lensNarrower: boot.zoom = min(boot.zoom + 1, BootViewState.zooms.upperBound)
    case .lensWider: boot.zoom = max(boot.zoom - 1, BootViewState.zooms.lowerBound)
    case .align:
      let place = BootViewState.zeros.firstIndex(of: boot.zero) ?? 0
      boot.zero = BootViewState.zeros[(place + 1) % BootViewState.zeros.count]
    case .order:
      guard let frame else { return }
      let place = BootViewState.orders.firstIndex(of: list.sort)
      let next = BootViewState.orders[place.map { ($0 + 1) % BootViewState.orders.count } ?? 0]
      list.sort(by: next, frame)
    case .distribution: boot.isDistribution.toggle()
    default: break
    }
  }
}
