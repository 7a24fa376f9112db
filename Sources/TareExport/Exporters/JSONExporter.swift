public import TareModel

/// One line of JSON, schema `tare.snapshot/1`: every field is always there, and what is null has its reason in `unavailable`.
public struct JSONExporter: Exporter {
  public static let schema = "tare.snapshot/1"
  public let name = "json"

  public init() {}

  public func text(_ frame: Frame, order: [Int]) -> String {
    var json = JSONText()
    json.object { json in
      json.field("schema", Self.schema)
      json.field("taken_at", Timestamp.text(frame.current.realtime))
      json.field("interval_seconds", frame.elapsed.map { .number(Double($0) / 1e9) } ?? .number(0))
      write(host: frame, &json)
      json.array("workloads") { json in
        for row in order { json.object { write(row: row, frame, &$0) } }
      }
      json.array("problems") { json in
        let unheard = frame.current.startsUnheard.map { [Problem(source: "starts", message: $0)] } ?? []
        for problem in frame.current.problems + unheard {
          json.object { json in
            json.field("source", problem.source)
            json.field("message", problem.message)
          }
        }
      }
      write(own: frame, &json)
    }
    json.lineEnd()
    return json.text
  }

  private func write(host frame: Frame, _ json: inout JSONText) {
    let host = frame.current.host
    let totals = frame.hostTotals
    json.object("host") { json in
      var absent: [(String, String)] = []
      func figure(_ name: String, _ value: FigureValue) {
        json.field(name, value)
        if let reason = value.reason { absent.append((name, reason)) }
      }
      json.field("hostname", host.hostname)
      json.field("kernel_release", host.kernelRelease)
      json.field("cpus_online", UInt64(host.cpusOnline))
      figure("cpu_percent", totals.cpu)
      figure("rest_cpu_percent", totals.restCpuBound == .exact ? totals.restCpu : totals.restCpuAbsence)
      figure("rest_cpu_at_most_percent", totals.restCpu)
      figure("cpu_steal_percent", totals.steal)
      figure("cpu_guest_percent", totals.guest)
      figure("memory_total_bytes", FigureValue(frame.hostMemoryTotal))
      figure("memory_available_bytes", FigureValue(frame.hostMemoryAvailable))
      json.object("pressure") { json in
        for (name, value) in [
          ("cpu_some_percent", totals.pressureCpu), ("memory_some_percent", totals.pressureMemory),
          ("memory_full_percent", totals.pressureMemoryFull), ("io_some_percent", totals.pressureIo),
        ] {
          json.field(name, value)
          if let reason = value.reason { absent.append(("pressure.\(name)", reason)) }
        }
      }
      write(boxes: frame, &json, &absent)
      json.field("cgroup_mode", host.cgroupMode?.rawValue)
      json.field("virtualization", host.virtualization)
      json.field("kvm_available", host.kvmAvailable)
      json.object("kernels") { json in
        json.field("host", UInt64(1))
        json.field("guests", UInt64(frame.current.workloads.count { $0.kind == .vm }))
      }
      if host.cgroupMode == nil { absent.append(("cgroup_mode", Reason.noController.rawValue)) }
      write(absent, &json)
    }
  }

  func write(row: Int, _ frame: Frame, _ json: inout JSONText) {
    let workload = frame.current.workloads[row]
    var absent: [(String, String)] = []
    func text(_ name: String, _ value: String?) {
      json.field(name, value)
      if value == nil { absent.append((name, (workload.absences[name] ?? .notReported).rawValue)) }
    }
    json.field("id", workload.id)
    json.field("name", workload.name)
    json.field("kind", workload.kind.rawValue)
    json.field("runtime", workload.runtime.rawValue)
    text("image", workload.image)
    if let labels = workload.labels {
      json.object("labels") { json in
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) { json.field(key, value) }
      }
    } else {
      text("labels", nil)
    }
    json.array("boundaries") { json in for kind in workload.boundaries { json.element(kind.rawValue) } }
    text("pod", workload.pod)
    text("namespace", workload.namespace)
    text("parent", workload.parent)
    json.field("main_pid", workload.mainPid.map { UInt64($0) })
    text("cgroup", workload.cgroup)
    text("started_at", workload.start.map(Timestamp.text))
    let state = frame.runState(row: row)
    json.field("state", state.word)
    if let reason = state.reason { absent.append(("state", reason.rawValue)) }
    write(machine: workload, &json, &absent)
    if workload.mainPid == nil { absent.append(("main_pid", Reason.notReported.rawValue)) }
    for (group, figures) in Self.groups {
      json.object(group) { json in
        for figure in figures {
          let value = frame.value(figure, row: row)
          json.field(String(figure.field), value)
          if let reason = value.reason { absent.append((figure.name, reason)) }
        }
      }
    }
    json.object("bounds") { json in
      for (name, bound) in frame.bounds(row: row) { json.field(name, bound.rawValue) }
    }
    write(tare: row, frame, &json, &absent)
    write(guest: frame.current.guests[row], &json, &absent)
    write(boot: workload.boot, &json, &absent)
    write(absent, &json)
  }

  private func write(machine workload: Workload, _ json: inout JSONText, _ absent: inout [(String, String)]) {
    guard let machine = workload.machine else {
      json.field("machine", String?.none)
      absent.append(("machine", Reason.notApplicable.rawValue))
      return
    }
    json.object("machine") { json in
      json.field("accelerator", machine.accelerator?.rawValue)
      json.array("disks") { json in for disk in machine.disks { json.element(disk) } }
      json.field("guest_kernel", machine.guestKernel)
    }
    if machine.guestKernel == nil { absent.append(("machine.guest_kernel", Reason.noGuestAgent.rawValue)) }
    if machine.accelerator == nil { absent.append(("machine.accelerator", Reason.noPermission.rawValue)) }
  }

  private func write(boot: BootTimeline, _ json: inout JSONText, _ absent: inout [(String, String)]) {
    json.object("boot") { json in
      for (name, phase) in [("boot", BootTimeline.Phase.userspace), ("ready", .ready)] {
        let span = boot.span(to: phase)
        json.field("\(name)_seconds", span.seconds.map { .number($0) } ?? .missing(.notReported))
        json.field("\(name)_bound", span.bound)
        json.field("\(name)_label", boot.label(to: phase).rawValue)
        let reason = boot.kind == .boot ? Reason.notReported : .notApplicable
        if span.seconds == nil { absent.append(("boot.\(name)_seconds", reason.rawValue)) }
      }
      json.field("kind", boot.kind.rawValue)
      json.array("phases") { json in
        for phase in BootTimeline.Phase.allCases {
          let mark = boot[phase]
          json.object { json in
            json.field("phase", phase.rawValue)
            json.field("at", mark.map { Timestamp.text($0.at) })
            json.field("lo", mark?.lo.map(Timestamp.text))
            json.field("hi", mark?.hi.map(Timestamp.text))
            json.field("clock", mark?.clock.rawValue)
            json.field("label", (mark?.label ?? .unknown).rawValue)
            json.field("source", mark?.source)
            json.field("doubtful", mark?.isDoubtful ?? false)
          }
        }
      }
    }
  }

  private func write(own frame: Frame, _ json: inout JSONText) {
    let own = frame.current.own
    json.object("self") { json in
      let cpu: FigureValue =
        if let now = own.cpu, let then = frame.previous?.own.cpu, let elapsed = frame.elapsed, now >= then {
          .number(Double(now - then) * 100 / Double(elapsed))
        } else {
          .missing(own.cpu == nil ? .notApplicable : .firstSample)
        }
      let sampling: FigureValue = own.sampling.map { .number(Double($0) / 1e6) } ?? .missing(.notApplicable)
      json.field("cpu_percent", cpu)
      json.field("resident_bytes", own.resident)
      json.field("sample_ms", sampling)
      let looking: FigureValue = own.looking.map { .number(Double($0) / 1e6) } ?? .missing(.notApplicable)
      json.field("smaps_ms_total", looking)
      var absent: [(String, String)] = []
      if let reason = cpu.reason { absent.append(("cpu_percent", reason)) }
      if own.resident == nil { absent.append(("resident_bytes", Reason.notApplicable.rawValue)) }
      if let reason = sampling.reason { absent.append(("sample_ms", reason)) }
      if let reason = looking.reason { absent.append(("smaps_ms_total", reason)) }
      write(absent, &json)
    }
  }

  func write(_ absent: [(String, String)], _ json: inout JSONText) {
    json.object("unavailable") { json in
      for (name, reason) in absent { json.field(name, reason) }
    }
  }

  /// Figures by their group, both in the order of the catalogue; what is weighed has groups in it.
  private static let groups: [(String, [Figure])] = Figure.catalogue.filter { $0.group != "tare" }.reduce(into: []) {
    groups, figure in
    if groups.last?.0 == String(figure.group) {
      groups[groups.count - 1].1.append(figure)
    } else {
      groups.append((String(figure.group), [figure]))
    }
  }
}
