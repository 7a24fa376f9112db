internal import KernelStats
internal import TareModel

extension Finding {
  /// The workload with what discovery itself knows.
  func named(_ name: String, in context: DiscoveryContext) -> Workload {
    let leading = own.leading ?? context.processes.cgroups(of: main).leading
    var workload = Workload(
      id: id, name: legible(name) ?? "\(runtime.rawValue)-\(main.pid)", kind: kind, runtime: runtime, mainPid: main.pid,
      cgroup: leading)
    workload.startedAt = context.started(main)
    workload.absences = ["pod": .notApplicable, "namespace": .notApplicable]
    workload.absences["labels"] = kind == .vm ? .notApplicable : .notReported
    return workload
  }
}

extension Description {
  /// The runtime made the container at this instant, and keeps its state there.
  mutating func isolated(_ mark: BootTimeline.Mark?, _ folder: StateFolder) {
    guard let mark else { return }
    signals.append(BootSignal(.isolated, .runtimeState, mark))
    stateFolder = folder
  }

  mutating func add(_ phase: BootTimeline.Phase, _ kind: BootSignal.Kind, _ mark: BootTimeline.Mark?) {
    if let mark { signals.append(BootSignal(phase, kind, mark)) }
  }
}

/// A name that shows anything; nil for one of blanks and of characters without a shape, which would be an empty line.
func legible(_ name: String) -> String? {
  let isShown = name.unicodeScalars.contains { scalar in
    !scalar.properties.isWhitespace && !scalar.properties.isDefaultIgnorableCodePoint
      && ![.control, .format, .unassigned].contains(scalar.properties.generalCategory)
  }
  return isShown ? name : nil
}

/// Runs a step that opens foreign files. That this user may not read them is no problem but the normal state of things;
/// a file that may not be trusted, or is broken, is worth a word.
func problems(of source: String, _ step: () throws(KernelError) -> Void) -> [Problem] {
  do throws(KernelError) {
    try step()
  } catch {
    switch error {
    case .notFound, .denied, .gone: break
    default: return [Problem(source: source, message: "\(error)")]
    }
  }
  return []
}

/// The value of `-flag value` or `-flag=value`.
func option(_ flag: String, in arguments: [String]) -> String? {
  for (index, argument) in arguments.enumerated().dropFirst() {
    if argument == flag { return index + 1 < arguments.count ? arguments[index + 1] : nil }
    if argument.hasPrefix(flag + "=") { return String(argument.dropFirst(flag.count + 1)) }
  }
  return nil
}

/// The program and those of its options that tare reads: what a capture keeps.
func keepOptions(_ arguments: [String], _ flags: [String]) -> [String] {
  var kept = Array(arguments.prefix(1))
  for flag in flags {
    if let value = option(flag, in: arguments) { kept += [flag, value] }
  }
  return kept
}
