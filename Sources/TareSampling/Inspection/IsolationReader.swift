internal import KernelStats
internal import TareModel

/// Another workload, with whom one may share a namespace.
struct Neighbour {
  let name: String
  let pid: Int32
}

/// Reads what parts a workload from its host and from others, of its first process.
struct IsolationReader {
  let root: KernelRoot
  let layout: CgroupLayout

  /// More neighbours than these are not asked.
  private static let mostNeighbours = 512

  func read(_ row: Discovery.Row, among neighbours: [Neighbour]) -> Isolation {
    let main = row.finding.main
    if let reason = absence(of: main) { return Isolation(unknown: reason) }
    var isolation = Isolation(unknown: .notReported)
    isolation.namespaces = namespaces(of: main.pid, neighbours)
    read(status: main.pid, into: &isolation)
    isolation.users = users(of: main.pid)
    if row.finding.kind == .vm {
      isolation.rootFiles = .unknown(.notApplicable)
      isolation.hostFolders = .unknown(.notApplicable)
      isolation.devices = .unknown(.notApplicable)
      isolation.hardware = HardwareReader(root: root).read(row)
    } else {
      let view = MountReader(root: root).view(of: main.pid)
      (isolation.rootFiles, isolation.hostFolders) = (view.rootFiles, view.hostFolders)
      isolation.hasOwnMemoryFigures = view.hasOwnMemoryFigures
      isolation.devices = devices(row.finding.own)
    }
    // Whoever has its number now was read instead of it.
    return absence(of: main).map { Isolation(unknown: $0) } ?? isolation
  }

  private func absence(of main: Process) -> Reason? {
    var buffer = [UInt8](repeating: 0, count: 1024)
    guard let count = try? root.read("/proc/\(main.pid)/stat", into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count)), stat.start == main.start
    else { return .ended }
    return nil
  }

  // MARK: Namespaces

  private func namespaces(of pid: Int32, _ neighbours: [Neighbour]) -> [Namespace: Namespace.Sharing] {
    Dictionary(
      uniqueKeysWithValues: Namespace.allCases.map { namespace in
        (namespace, sharing(namespace, pid, neighbours))
      })
  }

  private func sharing(_ namespace: Namespace, _ pid: Int32, _ neighbours: [Neighbour]) -> Namespace.Sharing {
    let own: String
    do throws(KernelError) {
      own = try root.link("\(root.folder(of: pid))/ns/\(namespace.rawValue)")
    } catch {
      // Namespaces of time came with Linux 5.6, those of cgroups with 4.6.
      return .unknown(error.reason == .notReported ? .kernelTooOld : error.reason)
    }
    // The machine's first process may not be asked by everybody, and tare may be in a container itself.
    let hosts = ["self", "1"].compactMap { try? link(namespace, $0) }
    if hosts.contains(own) { return .host }
    let others = neighbours.prefix(Self.mostNeighbours).filter {
      (try? root.link("\(root.folder(of: $0.pid))/ns/\(namespace.rawValue)")) == own
    }
    if !others.isEmpty { return .others(others.map(\.name)) }
    return hosts.isEmpty ? .unknown(.noPermission) : .own
  }

  private func link(_ namespace: Namespace, _ pid: String) throws(KernelError) -> String {
    try root.link("/proc/\(pid)/ns/\(namespace.rawValue)")
  }

  // MARK: Rights

  private func read(status pid: Int32, into isolation: inout Isolation) {
    guard let lines = root.text("\(root.folder(of: pid))/status").map(StatusLines.init) else {
      isolation.confinement = Confinement(unknown: .noPermission)
      return
    }
    let known = root.line("/proc/sys/kernel/cap_last_cap").flatMap { Int($0) }.map { min(max($0, 0), 63) + 1 }
    let host = root.text("/proc/1/status").map(StatusLines.init)?.hexadecimal("CapBnd")
    isolation.confinement = lines.confinement(known: known ?? 41, host: host)
    isolation.confinement.label = label(of: pid)
    isolation.innerPid = lines.innerPid
    isolation.cpus = lines.cpus.map { .known($0) } ?? .unknown(.notReported)
  }

  private func label(of pid: Int32) -> Fact<Confinement.SecurityLabel> {
    var buffer = [UInt8](repeating: 0, count: 1024)
    let path = "\(root.folder(of: pid))/attr/current"
    do throws(KernelError) {
      let count = try root.read(path, into: &buffer)
      return .known(Confinement.SecurityLabel(String(decoding: buffer[..<count], as: UTF8.self)))
    } catch {
      switch error {
      // Where no module labels processes, the file has no content that could be read.
      case .failed, .notFound, .unsupported: return .known(.none)
      default: return .unknown(error.reason)
      }
    }
  }

  private func users(of pid: Int32) -> Fact<[UserRange]> {
    guard let text = root.text("/proc/\(pid)/uid_map") else { return .unknown(.noPermission) }
    let ranges = text.split(separator: "\n").prefix(340).compactMap { line -> UserRange? in
      let numbers = line.split { $0 == " " || $0 == "\t" }.map { UInt64($0) }
      guard numbers.count == 3, let inside = numbers[0], let outside = numbers[1], let count = numbers[2] else {
        return nil
      }
      return UserRange(inside: inside, outside: outside, count: count)
    }
    return .known(ranges)
  }

  // MARK: Devices

  /// In the documented form of Documentation/admin-guide/cgroup-v1/devices.rst: `c 1:3 rwm`.
  private func devices(_ own: OwnCgroups) -> Fact<DeviceAccess> {
    guard layout.isV1("devices") else {
      return .unknown(.notReported, why: "with cgroup v2 a BPF program decides, which cannot be read")
    }
    let folder: String
    switch own.place("devices", layout) {
    case .folder(let path): folder = path
    case .missing(let reason): return .unknown(reason)
    }
    guard let text = root.text("\(folder)/devices.list") else { return .unknown(.noPermission) }
    let lines = text.split(separator: "\n").prefix(256)
    if lines.contains(where: { $0.hasPrefix("a ") }) { return .known(.all) }
    var more: [String] = []
    for line in lines {
      let words = line.split(separator: " ")
      guard words.count == 3, words[2] != "m", !Self.usual.contains("\(words[0]) \(words[1])") else { continue }
      more.append(name(kind: words[0], number: words[1]))
    }
    return .known(.usual(more: more))
  }

  /// null, zero, full, random, urandom, tty, console, ptmx, pts, and tun, which runc lets through.
  private static let usual: Set<String> = [
    "c 1:3", "c 1:5", "c 1:7", "c 1:8", "c 1:9", "c 5:0", "c 5:1", "c 5:2", "c 136:*", "c 10:200",
  ]

  private func name(kind: Substring, number: Substring) -> String {
    let folder = kind == "b" ? "block" : "char"
    guard !number.contains("*"), let link = try? root.link("/sys/dev/\(folder)/\(number)"),
      let name = link.split(separator: "/").last
    else { return "\(kind) \(number)" }
    return String(name)
  }
}
