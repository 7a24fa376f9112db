internal import TareModel

extension JSONExporter {
  /// What a machine told of itself and of its guest.
  func write(guest answer: GuestAnswer, _ json: inout JSONText, _ absent: inout [(String, String)]) {
    guard case .told(let report) = answer else {
      json.field("guest", String?.none)
      if case .missing(let reason, _) = answer { absent.append(("guest", reason.rawValue)) }
      return
    }
    var missing: [String] = []
    json.object("guest") { json in
      json.field("told_at", Timestamp.text(report.at))
      json.field("version", report.version)
      json.field("status", report.status)
      json.field("balloon_bytes", report.balloon)
      missing += [("version", report.version == nil), ("status", report.status == nil)].filter(\.1).map(\.0)
      if report.balloon == nil { missing.append("balloon_bytes") }
      write(memory: report.memory, &json, &missing)
      json.array("vcpu_threads") { json in for thread in report.vcpus { json.element(UInt64(clamping: thread)) } }
      json.array("disks") { json in for disk in report.disks { json.object { write(disk: disk, &$0) } } }
    }
    for name in missing {
      let isUntold = name == "memory" && report.hasBalloon
      absent.append(("guest.\(name)", (isUntold ? Reason.stale : .notReported).rawValue))
    }
  }

  private func write(memory: GuestMemory?, _ json: inout JSONText, _ missing: inout [String]) {
    guard let memory else {
      json.field("memory", String?.none)
      missing.append("memory")
      return
    }
    let fields: [(String, UInt64?)] = [
      ("total_bytes", memory.total), ("free_bytes", memory.free), ("available_bytes", memory.available),
      ("disk_caches_bytes", memory.caches), ("swapped_in_bytes", memory.swappedIn),
      ("swapped_out_bytes", memory.swappedOut), ("major_faults_total", memory.majorFaults),
      ("minor_faults_total", memory.minorFaults),
    ]
    json.object("memory") { json in
      json.field("told_at", Timestamp.text(memory.at))
      for (name, value) in fields { json.field(name, value) }
    }
    missing += fields.filter { $0.1 == nil }.map { "memory.\($0.0)" }
  }

  private func write(disk: GuestReport.Disk, _ json: inout JSONText) {
    json.field("device", disk.device)
    json.field("file", disk.file)
    json.field("format", disk.format)
    json.field("virtual_size_bytes", disk.virtualSize)
    json.field("actual_size_bytes", disk.actualSize)
  }
}
