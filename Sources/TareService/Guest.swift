internal import CLinux
internal import Glibc

/// The duties of the first process of a virtual machine.
enum Guest {
  /// Whether this is the first process of a machine. A container's first process has the number 1 as well,
  /// but its runtime has mounted /proc.
  static let isFirstProcess = unsafe getpid() == 1 && access("/proc/self/stat", F_OK) != 0

  /// Mounts /proc, /sys and /dev as far as that is possible: only the kernel's command line is needed from them.
  static func mountKernelFileSystems() {
    for (type, folder) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev")] {
      unsafe mkdir(folder, 0o755)
      unsafe mount(type, folder, type, UInt(MS_NOSUID), nil)
    }
  }

  /// The words of the kernel's command line, or none when it cannot be read.
  static func kernelCommandLine() -> [String] {
    (text("/proc/cmdline") ?? "").split { $0 == " " || $0 == "\n" }.map(String.init)
  }

  /// The kernel's release, and what it holds, KiB:
  /// `tare-service: guest kernel=6.1.0 total=164460 free=120000 available=130000 caches=9000`
  static func memoryLine() -> String? {
    guard let memory = text("/proc/meminfo") else { return nil }
    var values: [Substring: UInt64] = [:]
    for line in memory.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == ":" }
      if words.count > 1 { values[words[0]] = UInt64(words[1]) }
    }
    guard let total = values["MemTotal"], let free = values["MemFree"], let available = values["MemAvailable"] else {
      return nil
    }
    let caches = (values["Cached"] ?? 0) + (values["Buffers"] ?? 0)
    let release = text("/proc/sys/kernel/osrelease").map { String($0.prefix { $0 != "\n" && $0 != " " }) } ?? "?"
    return "tare-service: guest kernel=\(release) total=\(total) free=\(free) available=\(available) caches=\(caches)"
  }

  private static func text(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// Turns the machine off. Returns only where that is not permitted.
  static func powerOff() {
    sync()
    _ = tare_power_off()
  }
}
