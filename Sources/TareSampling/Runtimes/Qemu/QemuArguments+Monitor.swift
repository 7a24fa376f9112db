/// Where a QEMU's monitor may be asked by a client that comes and goes. From qemu(1), `-qmp` and `-mon`.
extension QemuArguments {
  /// A monitor that speaks the machine protocol, as an option says.
  enum MonitorPlace: Hashable {
    case socket(Listener)
    case device(String)
    /// Standard input, TCP, a pipe.
    case other

    /// Nil for one that is made for people.
    init?(_ flag: String, _ options: QemuOptions) {
      if flag == "mon" {
        guard options["mode"] == "control" else { return nil }
        self = (options["chardev"] ?? options.first).map { .device($0) } ?? .other
      } else if let path = options.first?.dropPrefix("unix:") {
        self = .socket(Listener(path, options))
      } else {
        self = options.first?.dropPrefix("chardev:").map { .device($0) } ?? .other
      }
    }
  }

  /// The first one that may be connected to, or why none may.
  var monitor: (path: String?, obstacle: String?) {
    let sockets = monitors.compactMap { place -> Listener? in
      switch place {
      case .socket(let listener): listener
      case .device(let id): listeners[id]
      case .other: nil
      }
    }
    if let manager = manager ?? sockets.lazy.compactMap({ Self.manager(of: $0.path) }).first {
      return (nil, "it is managed by \(manager)")
    }
    guard !monitors.isEmpty else { return (nil, "its arguments have no -qmp or -mon …,mode=control") }
    guard !sockets.isEmpty else { return (nil, "its monitor is at no unix socket") }
    // Connecting to one that waits would start the machine.
    guard let open = sockets.first(where: \.isOpen) else {
      return (nil, "its monitor's socket is without server=on,wait=off")
    }
    // Those that are not in use yet are closed when the last client leaves (monitor/fds.c, monitor_fdset_cleanup).
    guard !holdsDescriptors else { return (nil, "it would lose descriptors of -add-fd when a client leaves") }
    // Who made these keeps a client of its own at it.
    if open.path.hasPrefix("/run/vc/") || open.path.contains("/incus/") || open.path.contains("/lxd/") {
      return (nil, "it is managed by the container engine that made it")
    }
    return (open.path, nil)
  }
}

extension String {
  fileprivate func dropPrefix(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
