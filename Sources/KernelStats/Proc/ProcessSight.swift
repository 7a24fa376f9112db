internal import CLinux
internal import Glibc
public import TareModel

/// Which processes of the machine /proc shows to tare. From pid_namespaces(7) and proc(5).
public struct ProcessSight: Sendable, Hashable {
  /// What can be done with a process of another user.
  public enum Access: Sendable, Hashable { case read, seen, none }

  /// tare is in the pid namespace that the machine itself has.
  public var isMachines = true
  /// /proc is that of tare's own pid namespace.
  public var isOwnProc = true
  /// Kernel threads are there, which only the machine's own pid namespace has.
  public var hasKernelThreads = true
  /// The value of `hidepid=`, as the kernel writes it; nil where it is not set.
  public var hidepid: String?
  /// The value of `gid=`, which `hidepid=` does not hinder.
  public var gid: String?
  /// /proc has nothing but processes.
  public var isSubset = false
  /// The first process of the namespace.
  public var first = Access.read
  /// Effective user.
  public var uid: UInt32 = 0

  public init() {}

  /// As it is now.
  public static func live() -> ProcessSight {
    var sight = ProcessSight()
    // PROC_PID_INIT_INO of the kernel's proc_ns.h.
    sight.isMachines = target("/proc/self/ns/pid").map { $0 == "pid:[4026531836]" } ?? true
    sight.isOwnProc = target("/proc/self") == "\(getpid())"
    sight.hasKernelThreads = start("/proc/2/comm") == "kthreadd"
    sight.uid = geteuid()
    sight.readOptions()
    if start("/proc/1/stat") == nil { sight.first = errno == ENOENT ? .none : .seen }
    return sight
  }

  /// Of the mount that lies over all others at /proc.
  private mutating func readOptions() {
    let path = "/proc/self/mountinfo"
    let file = unsafe tare_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)
    guard file >= 0 else { return }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 16384)
    guard let count = try? readAll(file, into: &buffer, path: path, limit: 4 << 20) else { return }
    let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
    let line = lines.last { $0.split(separator: " ", maxSplits: 5).dropFirst(4).first == "/proc" }
    guard let options = line?.split(separator: " ").last?.split(separator: ",") else { return }
    func value(_ key: String) -> String? {
      options.first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) }
    }
    hidepid = value("hidepid=").flatMap { ["0", "off"].contains($0) ? nil : $0 }
    gid = value("gid=")
    isSubset = options.contains("subset=pid")
  }

  /// Nil where all of the machine's processes are to be seen, as far as /proc tells.
  public var hidden: HiddenProcesses? {
    if !isOwnProc, !hasKernelThreads {
      return HiddenProcesses(
        "/proc shows the processes of another pid namespace than tare's own",
        remedy: "run tare on the host, or in a container with --pid=host")
    }
    if !isMachines, !hasKernelThreads {
      return HiddenProcesses(
        "tare is in a pid namespace of its own: processes outside of it cannot be seen",
        remedy: "run tare on the host, or in a container with --pid=host")
    }
    guard first != .read else { return nil }
    let what = first == .seen ? "may not be read" : "cannot be seen"
    guard let hidepid else {
      return HiddenProcesses(
        "processes of other users \(what): a security module or sandbox hides them",
        remedy: "run tare outside of the sandbox; the audit log names the rule")
    }
    return HiddenProcesses(
      "/proc is mounted with hidepid=\(hidepid): processes of other users \(what)", remedy: remedy(hidepid))
  }

  private func remedy(_ hidepid: String) -> String {
    if uid == 0 { return "the capability CAP_SYS_PTRACE" }
    // Only who may trace a process sees it then, whatever the group.
    if ["4", "ptraceable"].contains(hidepid) { return "sudo, or the capability CAP_SYS_PTRACE" }
    guard let gid, gid != "0" else { return "sudo, or mount /proc with gid= and a group that this user is in" }
    return "sudo, or join the group \(gid), the gid= of /proc"
  }

  private static func target(_ link: String) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { target in
      let count = unsafe readlink(link, target.baseAddress!, target.count)
      return count < 0 ? nil : unsafe String(decoding: UnsafeRawBufferPointer(target)[..<count], as: UTF8.self)
    }
  }

  /// The first line of a small file; nil and errno where it cannot be read.
  private static func start(_ path: String) -> String? {
    let file = unsafe tare_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
      let count = unsafe read(file, buffer.baseAddress, buffer.count)
      guard count > 0 else { return nil }
      let line = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count]).prefix { $0 != UInt8(ascii: "\n") }
      return unsafe String(decoding: line, as: UTF8.self)
    }
  }
}
