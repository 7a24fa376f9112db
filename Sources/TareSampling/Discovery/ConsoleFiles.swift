internal import KernelStats

/// The files that get what a guest says on its console: claims of its VMM's, by its arguments, or what it has open where
/// its own output is the console.
struct ConsoleFiles {
  /// As a process with this working folder means them.
  private(set) var paths: [String]
  /// Those that root's libvirt keeps for its domain, as the host names them: it hands QEMU a descriptor only.
  private(set) var managed: [String] = []
  /// One of them keeps what earlier machines said.
  private(set) var appends = false

  init(of pid: Int32, _ arguments: [String], _ root: KernelRoot) {
    let program = (try? root.link("/proc/\(pid)/exe", kept: { _ in false }))?.split(separator: "/").last ?? ""
    var open: Int?
    switch String(program) {
    case let name where UmlSource.isMeant(name):
      open = UmlArguments(arguments).console
      paths = []
    case let name where FirecrackerSource.isMeant(name):
      open = 1
      paths = []
    case let name where CloudHypervisorSource.isMeant(name): paths = CloudHypervisorArguments(arguments).consoles
    case let name where CrosvmSource.isMeant(name): paths = CrosvmArguments(arguments).consoles
    default:
      let qemu = QemuArguments(arguments)
      (paths, appends) = (qemu.serialLogs, qemu.appends)
      if qemu.manager == "libvirt", let name = qemu.name {
        (managed, appends) = LibvirtStatus(of: name, pid, root).map { ($0.consoles, $0.appends) } ?? ([], appends)
      }
    }
    // A terminal or a pipe is no file to be read.
    if let open, let file = try? root.link("/proc/\(pid)/fd/\(open)", kept: { _ in false }), file.hasPrefix("/"),
      !file.hasPrefix("/dev/")
    {
      paths.append(file)
    }
  }
}
