internal import KernelStats
internal import TareModel

/// What a hypervisor's VMM is like, beside how its machines are found. It stands in the hypervisor's own folder; whoever reads a
/// machine, or sees one begin, asks for it here.
public struct HypervisorTraits: Sendable {
  /// How the names of its processes begin, of which the kernel keeps 15 bytes: what else begins is known by its cgroup.
  let processNames: [String]
  /// Whether a program of this file name is it.
  let runs: @Sendable (String) -> Bool
  /// What it calls the threads of its virtual CPUs.
  var vcpuThreads: [VcpuThreadName] = []
  /// Whether its arguments tell RAM and virtual CPUs.
  var isSizedByArguments = true
  /// Which files get what a guest says on its console, by a process and its arguments.
  var console: @Sendable (_ pid: Int32, _ arguments: [String], _ root: KernelRoot) -> ConsoleFiles = { _, _, _ in
    ConsoleFiles()
  }
  /// What computer it shows to its guest, without the sizes of files.
  var hardware: @Sendable (_ main: Process, _ root: KernelRoot) -> VirtualHardware = { _, _ in
    VirtualHardware(nil, unknown: .notReported, why: "its VMM keeps it to itself")
  }

  init(processNames: [String], runs: @escaping @Sendable (String) -> Bool) {
    (self.processNames, self.runs) = (processNames, runs)
  }
}

/// A name of threads that run virtual CPUs.
struct VcpuThreadName: Sendable, Hashable {
  /// What stands before the number and behind it.
  let before: String
  var after = ""
  /// The whole name of one thread that runs all of them.
  var all: String?

  /// The number of the virtual CPU; nil where this is another thread.
  func number(in name: String) -> Int? {
    if name == all { return 0 }
    guard name.hasPrefix(before), name.hasSuffix(after) else { return nil }
    let number = name.dropFirst(before.count).dropLast(after.count)
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber } ? Int(number) : nil
  }
}

/// Of all hypervisors, in the order of ``allSources()``.
private let allHypervisors = allSources().compactMap(\.hypervisor)
private let allVcpuThreads = allHypervisors.flatMap(\.vcpuThreads)
private let allProcessNames = allHypervisors.flatMap(\.processNames)

extension HypervisorTraits {
  /// Of the hypervisor whose program has this file name.
  static func of(program: String) -> HypervisorTraits? { allHypervisors.first { $0.runs(program) } }

  /// Of the hypervisor whose process calls itself so.
  static func of(process name: String) -> HypervisorTraits? {
    allHypervisors.first { $0.processNames.contains { name.hasPrefix($0) } }
  }

  /// Whether a process that calls itself so may be a machine.
  static func mayBeMachine(process name: String) -> Bool { allProcessNames.contains { name.hasPrefix($0) } }

  /// The number of the virtual CPU that a thread of this name runs, under whichever hypervisor; nil where it runs none. One thread may
  /// run all.
  static func vcpu(thread name: String) -> Int? {
    for thread in allVcpuThreads { if let number = thread.number(in: name) { return number } }
    return nil
  }
}
