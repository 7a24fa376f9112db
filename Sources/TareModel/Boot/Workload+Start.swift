extension Workload {
  /// When it started, realtime nanoseconds since 1970: the instant with which its boot ends, where that is known of a
  /// container, and with which the VMM of a VM began; else the start of its main process. Lists, details and JSON have no
  /// other. An end that was only concluded, from the time of a file for instance, is less sure than the kernel's own start of
  /// that process.
  public var start: UInt64? {
    guard let mark = boot[kind == .vm ? .spawned : .executing], !mark.isDoubtful,
      mark.label != .inferred || startedAt == nil
    else { return startedAt }
    return mark.at
  }
}
