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
    let descriptor = unsafe open("/proc/cmdline", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
      .split { $0 == " " || $0 == "\n" }
      .map(String.init)
  }

  /// Turns the machine off. Returns only where that is not permitted.
  static func powerOff() {
    sync()
    _ = tare_power_off()
  }
}
