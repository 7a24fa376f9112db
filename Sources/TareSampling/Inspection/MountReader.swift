internal import KernelStats
internal import TareModel

/// Whose files a process sees: its root folder, and what of the host is among its own.
struct MountReader {
  let root: KernelRoot

  /// What a process sees, read once.
  struct View {
    var rootFiles: Fact<RootFiles>
    var hostFolders: Fact<[HostFolder]>
    /// Its /proc/meminfo is not the kernel's.
    var hasOwnMemoryFigures = false
  }

  /// File systems that show the kernel and hold nobody's files; whose they are, other lines say.
  private static let kernels: Set<String> = [
    "proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue", "securityfs", "bpf", "debugfs", "tracefs", "nsfs",
    "binfmt_misc", "configfs", "fusectl", "pstore", "efivarfs", "rpc_pipefs", "autofs",
  ]
  /// Files that engines lay into every container.
  private static let engines: Set<String> = [
    "/etc/resolv.conf", "/etc/hostname", "/etc/hosts", "/etc/mtab", "/etc/localtime", "/run/.containerenv",
    "/run/secrets", "/dev/termination-log", "/dev/init", "/sbin/docker-init", "/run/host",
  ]

  func view(of pid: Int32) -> View {
    let mounts: [Mount]
    do throws(KernelError) {
      mounts = try table("\(root.folder(of: pid))/mountinfo")
    } catch {
      return View(rootFiles: .unknown(error.reason), hostFolders: .unknown(error.reason))
    }
    let host = (try? table("/proc/1/mountinfo")) ?? []
    // The last one lies over those before it.
    guard let top = mounts.last(where: { $0.point == "/" }) else {
      return View(rootFiles: .unknown(.notReported), hostFolders: .unknown(.notReported))
    }
    let folders = foreign(mounts.filter { $0.point != "/" }, host)
    let figures = mounts.filter { $0.point == "/proc/meminfo" }
    keep(mounts: [top] + folders.map(\.mount) + figures, of: pid, host)
    var view = View(rootFiles: .known(files(top, host)), hostFolders: .known(folders.map(\.folder)))
    view.hasOwnMemoryFigures = figures.contains { $0.type.hasPrefix("fuse") }
    return view
  }

  private func files(_ mount: Mount, _ host: [Mount]) -> RootFiles {
    RootFiles(
      type: mount.type, layers: mount.layers, isReadOnly: mount.isReadOnly,
      hostFolder: mount.type == "overlay" ? nil : place(of: mount, host))
  }

  /// Mounts whose file system the host has mounted too. What lies in such a folder belongs to it.
  private func foreign(_ mounts: [Mount], _ host: [Mount]) -> [(mount: Mount, folder: HostFolder)] {
    var found: [(mount: Mount, folder: HostFolder)] = []
    for mount in mounts where !Self.kernels.contains(mount.type) && !Self.engines.contains(mount.point) {
      guard found.count < 64, let path = place(of: mount, host),
        !found.contains(where: { mount.point.isCgroup(inside: $0.folder.point) })
      else { continue }
      found.append((mount, HostFolder(path: path, point: mount.point, isReadOnly: mount.isReadOnly)))
    }
    return found
  }

  /// Where the host has what is mounted here; nil where it does not have it.
  private func place(of mount: Mount, _ host: [Mount]) -> String? {
    let places = host.filter { $0.device == mount.device && (($0.root == "/") || mount.root.isCgroup(inside: $0.root)) }
    // The one that shows most of it, and of those the one with the shortest path.
    let best = places.min { ($0.root.utf8.count, $0.point.utf8.count) < ($1.root.utf8.count, $1.point.utf8.count) }
    guard let best else { return nil }
    let below = best.root == "/" ? mount.root.dropFirst() : mount.root.dropFirst(best.root.count).drop { $0 == "/" }
    if below.isEmpty { return best.point }
    return best.point == "/" ? "/\(below)" : "\(best.point)/\(below)"
  }

  private func table(_ path: String) throws(KernelError) -> [Mount] {
    var buffer = [UInt8](repeating: 0, count: 16384)
    let count = try root.readPrivately(path, into: &buffer, limit: 4 << 20)
    do {
      return try Mount.table(buffer.span.extracting(first: count))
    } catch {
      throw .malformed(path: path, error)
    }
  }

  /// Sources and options may hold users and servers, and where all file systems of a host lie is nobody's business: a
  /// capture gets those lines alone that say something here, with the place on the host for the folder.
  private func keep(mounts: [Mount], of pid: Int32, _ host: [Mount]) {
    guard root.isRecording else { return }
    let kept = mounts.map { mount -> Mount in
      guard mount.type != "overlay" || mount.point != "/", let path = place(of: mount, host) else { return mount }
      var kept = mount
      (kept.device, kept.root) = (Self.captured.device, path)
      return kept
    }
    root.record("\(root.folder(of: pid))/mountinfo", Array(kept.map(\.kept).joined().utf8))
    root.record("/proc/1/mountinfo", Array(Self.captured.kept.utf8))
  }

  /// All that a captured host has mounted.
  private static let captured = Mount(device: "0:0", root: "/", point: "/", isReadOnly: false, type: "rootfs")
}
