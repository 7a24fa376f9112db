internal import Glibc
internal import TareGuests

/// How a virtual machine's processor is made.
public enum Accelerator: String, Sendable, CaseIterable {
  /// KVM if it can be had and the guest's init speaks within five seconds, else software emulation.
  case auto
  /// The processor's own virtualisation, by way of /dev/kvm.
  case kvm
  /// Software emulation by QEMU's Tiny Code Generator. Works everywhere, ten times slower.
  case tcg
}

/// QEMU with the machine of our choice.
struct Hypervisor {
  private let tool: Tool
  private let setpriv: Tool

  #if arch(arm64)
    private static let program = (name: "qemu-system-aarch64", package: "qemu-system-arm")
    private static let machine = "virt"
    private static let console = "ttyAMA0"
    private static let ownProcessor = "host"
  #else
    private static let program = (name: "qemu-system-x86_64", package: "qemu-system-x86")
    private static let machine = "pc"
    private static let console = "ttyS0"
    /// Without ARCH_CAPABILITIES: where KVM is itself virtualised, that register may be refused, and QEMU aborts.
    private static let ownProcessor = "host,-arch-capabilities"
  #endif

  /// The guest's memory in MiB. The cloud kernel with the service in its initramfs runs in 96; a distribution's kernel for
  /// all machines is larger.
  static let memory = 192

  init(in surroundings: LabEnvironment) throws {
    tool = try Tool(Self.program.name, package: Self.program.package, in: surroundings)
    setpriv = try Tool("setpriv", package: "util-linux", in: surroundings)
  }

  /// Starts a machine in the background. Its serial console is `folder/serial`, QEMU's own messages are in `folder/log`.
  ///
  /// - Parameters:
  ///   - monitor: where QEMU listens for its own machine protocol; the machine then waits for its word to run.
  ///   - vsock: where the guest may tell how its start goes.
  func start(
    name: String, accelerator: Accelerator, folder: String, kernel: GuestKernel, initramfs: String, load: ServiceLoad,
    monitor: String? = nil, vsock: GuestVsock? = nil
  ) throws -> ChildSupervisor {
    let words =
      [
        "console=\(Self.console)", "quiet", "tsc=unstable", "reboot=t", "panic=-1",
        // A word that the kernel does not know becomes a variable of init's environment. Without it, the Swift runtime
        // looks for its crash reporter by way of /proc, which is not mounted yet, and gives up.
        "SWIFT_BACKTRACE=enable=no,swift-backtrace=/init",
      ] + load.kernelWords
    let options: [(String, String)] = [
      ("name", "\(name),debug-threads=on"), ("M", Self.machine), ("accel", accelerator.rawValue),
      ("cpu", accelerator == .kvm ? Self.ownProcessor : "max"), ("m", "\(Self.memory)"), ("display", "none"),
      ("serial", "file:\(folder)/serial"), ("kernel", kernel.path), ("initrd", initramfs),
      ("append", words.joined(separator: " ")),
    ]
    var flags = ["-nodefaults", "-no-user-config", "-no-reboot"]
    if let monitor {
      let place = monitor.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
      flags += [
        "-S", "-chardev", "socket,id=tare-monitor,path=\(place),server=on,wait=off", "-mon",
        "chardev=tare-monitor,mode=control",
      ]
    }
    flags += vsock?.options ?? []
    return try ChildSupervisor(
      arguments: [tool.path] + options.flatMap { ["-\($0.0)", $0.1] } + flags, log: "\(folder)/log", setpriv: setpriv)
  }

  /// The service as the first and only program of a machine.
  static func initramfs(_ service: Service) throws -> [UInt8] {
    var archive = CpioArchive()
    archive.addFolder("dev")
    archive.addCharacterDevice("dev/console", major: 5, minor: 1)
    archive.addExecutable("init", try service.content())
    return archive.finished()
  }

  static var canUseKVM: Bool { Files.exists("/dev/kvm", mode: R_OK | W_OK) }
}
