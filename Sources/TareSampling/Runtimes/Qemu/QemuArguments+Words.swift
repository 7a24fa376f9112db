/// How QEMU takes its command line apart. From its system/vl.c, qemu-options.hx and chardev/char.c.
extension QemuArguments {
  /// Each option with its value. What is no option is a disk.
  static func pairs(_ arguments: [String]) -> [(flag: String, value: String?)] {
    var pairs: [(flag: String, value: String?)] = []
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else {
        pairs.append(("hda", argument))
        continue
      }
      // One dash or two.
      let flag = String(argument.dropFirst(argument.hasPrefix("--") ? 2 : 1))
      pairs.append((flag, takesValue(flag, before: rest.first) ? rest.popFirst() : nil))
    }
    return pairs
  }

  /// Whether the next word is this option's value, whatever it begins with. Of an option that nobody here knows it is where
  /// it does not look like an option.
  private static func takesValue(_ flag: String, before next: String?) -> Bool {
    guard !bare.contains(flag), let next else { return false }
    return flags.contains(flag) || valued.contains(flag) || !next.hasPrefix("-")
  }

  /// Options without a value, of all versions since 2.0.
  private static let bare = words(
    """
    h help version S s snapshot nographic enable-kvm full-screen no-reboot no-shutdown nodefaults no-user-config
    nouserconfig daemonize preconfig only-migratable mem-prealloc usb no-acpi no-hpet no-fd-bootchk no-quit no-frame
    alt-grab ctrl-grab sdl curses portrait win2k-hack old-param singlestep one-insn-per-tb semihosting xen-attach
    xen-domid-restrict enable-sync-profile enable-fips no-kvm no-kvm-irqchip no-kvm-pit no-kvm-pit-reinjection tdf
    nodefconfig perfmap jitdump
    """)

  /// Options with a value that are not read.
  private static let valued = words(
    """
    cpu boot bios append dtb shim k audio audiodev audio-help soundhw vga vnc display rotate fda fdb mtdblock sd pflash
    fsdev virtfs virtfs_synth iscsi bt tpmdev usbdevice fw_cfg smbios acpitable overcommit rtc icount watchdog
    watchdog-action echr parallel monitor debugcon pidfile L D d dfilter seed gdb chroot runas run-with sandbox
    readconfig writeconfig trace trace-file plugin msg dump-vmstate tb-size global set prom-env option-rom clock
    virtioconsole realtime semihosting-config add-fd compat spice g qtest qtest-log
    xen-domid hdachs action qmp qmp-pretty mon
    """)

  private static func words(_ text: String) -> Set<String> {
    Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }

  /// Whether it has a socket at which QEMU waits for a client before the machine runs: one that listens does where nothing
  /// else is said.
  static func waits(_ flag: String, _ options: QemuOptions) -> Bool {
    let listens: Bool
    switch flag {
    case "chardev": listens = options.first == "socket" || options["backend"] == "socket"
    case "serial", "parallel", "monitor", "qmp", "qmp-pretty", "debugcon", "virtioconsole":
      listens = ["unix:", "tcp:", "telnet:", "tn3270:", "websocket:"].contains { options.first?.hasPrefix($0) ?? false }
    default: listens = false
    }
    guard listens, options["server"] == "on" || options.words.contains("server") else { return false }
    return options["wait"] != "off" && !options.words.contains("nowait")
  }
}
