internal import LinuxSystem
internal import TareModel

/// Asks a QEMU what it knows of its machine, and disconnects.
enum MonitorReport {
  /// What need not be asked each time.
  struct Memory: Equatable {
    var version: String?
    var balloon: MonitorLink.Balloon?
    var disks: [GuestReport.Disk] = []
  }

  /// - Parameters:
  ///   - memory: what is known from before, and what is known after.
  ///   - disks: whether to ask for them: QEMU looks at each image then, while its guest waits.
  static func ask(
    _ socket: MachineSocket, _ memory: inout Memory, disks: Bool
  ) throws(WireFailure) -> GuestReport {
    var link = try MonitorLink(socket)
    var questions: [MonitorLink.Question] = [.status, .balloon, .vcpus]
    if memory.version == nil { questions.append(.version) }
    if disks { questions.append(.disks) }
    if let balloon = memory.balloon {
      questions.append(.statistics(balloon))
    } else {
      questions += [.devices(.named), .devices(.anonymous)]
    }
    let answers = try link.ask(questions)
    var statistics: Statistics?
    if let balloon = memory.balloon {
      statistics = answers.value(Statistics.self, of: .statistics(balloon))
      // It may have been taken out.
      if statistics == nil { memory.balloon = nil }
    } else if let balloon = balloon(in: answers) {
      statistics = try link.ask([.statistics(balloon)]).value(Statistics.self, of: .statistics(balloon))
      memory.balloon = balloon
    }
    if let version = answers.value(Version.self, of: .version) { memory.version = version.text }
    if disks { memory.disks = Self.disks(answers) }
    var report = GuestReport(at: SystemClock.realtime.now)
    report.version = memory.version
    report.status = answers.value(Status.self, of: .status)?.word
    report.balloon = answers.value(Size.self, of: .balloon)?.actual
    report.hasBalloon = memory.balloon != nil
    report.memory = statistics?.memory
    report.vcpus = (answers.value([Processor].self, of: .vcpus) ?? []).prefix(4096).compactMap(\.thread)
    report.disks = memory.disks
    return report
  }

  private static func balloon(in answers: MonitorLink.Answers) -> MonitorLink.Balloon? {
    for folder in [MonitorLink.Question.Folder.named, .anonymous] {
      let objects = answers.value([Object].self, of: .devices(folder)) ?? []
      if let found = objects.first(where: { $0.type.hasPrefix("child<virtio-balloon") }) {
        return MonitorLink.Balloon(folder, found.name)
      }
    }
    return nil
  }

  private static func disks(_ answers: MonitorLink.Answers) -> [GuestReport.Disk] {
    (answers.value([Block].self, of: .disks) ?? []).prefix(64).map { block in
      let image = block.inserted?.image
      return GuestReport.Disk(
        device: cut(block.name), file: block.inserted?.file.map(cut), format: block.inserted?.drv.map(cut),
        virtualSize: image?.virtualSize, actualSize: image?.actualSize)
    }
  }

  private static func cut(_ text: String) -> String { String(text.withoutSecrets.prefix(1024)) }

  // MARK: Answers, of which only what is used is read

  private struct Object: Decodable {
    var name: String
    var type: String
  }
  private struct Size: Decodable { var actual: UInt64 }
  private struct Processor: Decodable {
    var thread: Int32?
    enum CodingKeys: String, CodingKey { case thread = "thread-id" }
  }

  private struct Status: Decodable {
    var status: String
    /// The protocol's words are of lower case letters and hyphens.
    var word: String? {
      let isWord = status.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
      }
      return isWord && !status.isEmpty && status.utf8.count <= 32 ? status : nil
    }
  }

  private struct Version: Decodable {
    struct Numbers: Decodable { var major, minor, micro: UInt16 }
    var qemu: Numbers
    var text: String { "\(qemu.major).\(qemu.minor).\(qemu.micro)" }
  }

  private struct Block: Decodable {
    struct Inserted: Decodable {
      var file: String?
      var drv: String?
      var image: Image?
    }
    struct Image: Decodable {
      var virtualSize: UInt64?
      var actualSize: UInt64?
      enum CodingKeys: String, CodingKey {
        case virtualSize = "virtual-size"
        case actualSize = "actual-size"
      }
    }
    var device: String?
    var qdev: String?
    var inserted: Inserted?

    /// One that was given as -blockdev has no name but its device's, or `/machine/peripheral/NAME/virtio-backend`.
    var name: String {
      if let device, !device.isEmpty { return device }
      guard let qdev, !qdev.isEmpty else { return "?" }
      let parts = qdev.split(separator: "/")
      return qdev.hasPrefix("/machine/") && parts.count > 2 ? String(parts[2]) : qdev
    }
  }

  private struct Statistics: Decodable {
    var stats: Stats
    /// Seconds since 1970; 0 where the guest never told anything.
    var at: UInt64
    enum CodingKeys: String, CodingKey {
      case stats
      case at = "last-update"
    }

    var memory: GuestMemory? {
      guard at > 0, at < 18_446_744_073 else { return nil }
      var memory = GuestMemory(at: at * 1_000_000_000)
      (memory.total, memory.free, memory.available) = (
        stats["total-memory"], stats["free-memory"], stats["available-memory"]
      )
      (memory.caches, memory.swappedIn) = (stats["disk-caches"], stats["swap-in"])
      (memory.swappedOut, memory.majorFaults) = (stats["swap-out"], stats["major-faults"])
      memory.minorFaults = stats["minor-faults"]
      return memory
    }
  }

  /// By name. What a guest does not tell is -1, in QEMU's older versions as a number without a sign.
  private struct Stats: Decodable {
    private var values: [String: UInt64] = [:]

    init(from decoder: any Decoder) throws {
      struct Value: Decodable {
        var number: UInt64?
        init(from decoder: any Decoder) throws { number = try? decoder.singleValueContainer().decode(UInt64.self) }
      }
      values = try decoder.singleValueContainer().decode([String: Value].self).compactMapValues(\.number)
    }

    subscript(name: String) -> UInt64? {
      guard let value = values["stat-\(name)"], value < UInt64(Int64.max) else { return nil }
      return value
    }
  }
}
