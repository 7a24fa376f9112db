internal import KernelStats
internal import TareModel

/// User-mode Linux: a guest is a process and its children, one for each address space in it and some for its devices.
struct UmlSource: WorkloadSource {
  let name = "uml"
  let places = ["programs called linux, linux.uml and the like, with arguments of a user-mode Linux"]
  let guide = SourceGuide(
    finds: "user-mode Linux: all processes of a guest in one line",
    by: "a program called linux* with arguments such as `umid=`, `mem=`, `ubd0=`",
    names: "`umid=`, `ubd0=`",
    start: "what it says on its console, where that is a file",
    ranWith: "user-mode-linux 6.1")

  func find(in census: Census) -> [Finding] {
    let guests = census.vmms(called: "linux", "vmlinux", running: Self.isMeant).filter { process in
      census.arguments(of: process, keep: UmlArguments.keep).map(UmlArguments.init)?.isUml ?? false
    }
    let pids = Set(guests.map(\.pid))
    // Processes of one whose first was killed stay, and do nothing; one that runs has children.
    return guests.filter { !pids.contains($0.parent) && !census.processes.children(of: $0.pid).isEmpty }.map {
      census.machine($0, .uml, helpers: helpers(of: $0, census))
    }
  }

  static func isMeant(_ program: String) -> Bool {
    ["linux", "vmlinux", "linux-uml"].contains(program) || program.hasPrefix("linux.uml")
  }

  private func helpers(of main: Process, _ census: Census) -> [Int32] {
    census.processes.children(of: main.pid).map(\.pid)
  }

  func describe(_ finding: Finding, in census: Census) -> Description {
    let main = finding.main
    let arguments = UmlArguments(census.arguments(of: main, keep: UmlArguments.keep) ?? [])
    var machine = MachineDescription()
    machine.accelerator = .uml
    machine.vcpus = arguments.vcpus
    machine.memory = arguments.memory
    return finding.described(
      as: arguments.name ?? "uml-\(main.pid)", machine, disks: arguments.disks, helpers: helpers(of: main, census),
      in: census)
  }
}

/// What the command line of a user-mode Linux says: kernel parameters. From `Documentation/virt/uml/` of Linux.
struct UmlArguments: Hashable {
  private(set) var name: String?
  /// Guest RAM, bytes.
  private(set) var memory: UInt64?
  private(set) var vcpus: UInt64 = 1
  private(set) var disks: [String] = []
  /// The open file that gets what it says on its console; nil where that is none.
  private(set) var console: Int? = 1
  /// Whether a word of it is one that only a user-mode Linux has.
  private(set) var isUml = false

  static func keep(_ arguments: [String]) -> [String] {
    arguments.prefix(1) + arguments.dropFirst().filter { isRead($0) }
  }

  private static func isRead(_ word: String) -> Bool {
    ["mem=", "umid=", "ncpus=", "con=", "con0="].contains { word.hasPrefix($0) } || disk(word) != nil
  }

  init(_ arguments: [String]) {
    var consoles: [String: Substring] = [:]
    for word in arguments.dropFirst() where Self.isRead(word) {
      isUml = true
      guard let equals = word.firstIndex(of: "=") else { continue }
      let value = word[word.index(after: equals)...]
      switch word[..<equals] {
      case "mem": memory = UInt64(value) ?? QemuOptions.size(String(value))
      case "umid": name = String(value)
      case "ncpus": vcpus = UInt64(value) ?? vcpus
      case "con", "con0": consoles[String(word[..<equals])] = value
      default: disks += Self.disk(word) ?? []
      }
    }
    // `input,output`, or one for both.
    guard let output = (consoles["con0"] ?? consoles["con"])?.split(separator: ",").last else { return }
    console = output.hasPrefix("fd:") ? Int(output.dropFirst(3)) : nil
  }

  /// The files of `ubd0=cow,backing`, `ubda=file`, `ubd1r=file`.
  private static func disk(_ word: String) -> [String]? {
    guard word.hasPrefix("ubd"), let equals = word.firstIndex(of: "="),
      let unit = word[..<equals].dropFirst(3).first, unit.isNumber || unit.isLetter
    else { return nil }
    return word[word.index(after: equals)...].split { $0 == "," || $0 == ":" }.map(String.init)
  }
}
