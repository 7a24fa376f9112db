internal import KernelStats

/// The files that get what a guest says on its console: claims of its VMM's, by its arguments, or what it has open where
/// its own output is the console.
struct ConsoleFiles {
  /// As a process with this working folder means them.
  var paths: [String] = []
  /// The number of an open file of the VMM's that is the console.
  var descriptor: Int?
  /// Those that root's libvirt keeps for its domain, as the host names them: it hands QEMU a descriptor only.
  var managed: [String] = []
  /// One of them keeps what earlier machines said.
  var appends = false

  init(paths: [String] = [], descriptor: Int? = nil) { (self.paths, self.descriptor) = (paths, descriptor) }

  init(of pid: Int32, _ arguments: [String], _ root: KernelRoot) {
    let program = (try? root.link("/proc/\(pid)/exe", kept: { _ in false }))?.split(separator: "/").last ?? ""
    self = (HypervisorTraits.of(program: String(program)) ?? .qemu).console(pid, arguments, root)
    // A terminal or a pipe is no file to be read.
    if let descriptor, let file = try? root.link("/proc/\(pid)/fd/\(descriptor)", kept: { _ in false }),
      file.hasPrefix("/"), !file.hasPrefix("/dev/")
    {
      paths.append(file)
    }
  }
}
