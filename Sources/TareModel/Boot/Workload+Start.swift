extension Workload {
  /// When it started, realtime nanoseconds since 1970: the instant with which its boot ends, where that is known of a
  /// container, and with which the VMM of a VM began; else the start of its main process. Lists, details and JSON have no
  /// other.
  public var start: UInt64? {
    guard let mark = boot[kind == .vm ? .spawned : .executing], !mark.isDoubtful else { return startedAt }
    return mark.at
  }
}
