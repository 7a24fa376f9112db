internal import CLinux
internal import Glibc

/// A vsock (vsock(7)) on which one guest may tell how its start goes. Needs /dev/vhost-vsock.
public struct GuestVsock: Sendable {
  /// What the guest is called on the machine's vsocks: chosen by chance, so that it is hardly another one's.
  public let guest: UInt32
  public let port: UInt32
  public let listener: NotifyListener

  /// `struct sockaddr_vm` of linux/vm_sockets.h.
  private struct Address {
    var family = UInt16(40)  // AF_VSOCK
    var reserved = UInt16(0)
    var port: UInt32
    var context: UInt32
    var rest: UInt32 = 0
  }

  /// Nil where this machine has no vsocks for guests, or they may not be used.
  public init?() {
    // As QEMU will: that it is there does not say that it may be opened.
    let device = unsafe tare_openat(AT_FDCWD, "/dev/vhost-vsock", O_RDWR | O_NONBLOCK, 0)
    guard device >= 0 else { return nil }
    close(device)
    let guest = UInt32.random(in: 0x1_0000...0x7FFF_FFFF)
    let descriptor = socket(40, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    // Any port, any of this machine's own addresses.
    var address = Address(port: .max, context: .max)
    var size = socklen_t(MemoryLayout<Address>.size)
    let isBound = unsafe withUnsafeMutableBytes(of: &address) { bytes in
      let place = unsafe bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      return unsafe bind(descriptor, place, size) == 0 && listen(descriptor, 8) == 0
        && getsockname(descriptor, place, &size) == 0
    }
    guard isBound else {
      close(descriptor)
      return nil
    }
    self.guest = guest
    port = address.port
    listener = NotifyListener(descriptor) { Self.peer(of: $0) == guest }
  }

  private static func peer(of connection: Int32) -> UInt32? {
    var address = Address(port: 0, context: 0)
    var size = socklen_t(MemoryLayout<Address>.size)
    let code = unsafe withUnsafeMutableBytes(of: &address) { bytes in
      unsafe getpeername(connection, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
    }
    return code == 0 && address.family == 40 ? address.context : nil
  }

  /// Options of QEMU that give the guest the device and tell its service manager where to speak to: a systemd of version
  /// 254 or later (systemd.system-credentials(7)). 2 is the host.
  public var options: [String] {
    [
      "-device", "vhost-vsock-pci,guest-cid=\(guest)", "-smbios",
      "type=11,value=io.systemd.credential:vmm.notify_socket=vsock-stream:2:\(port)",
    ]
  }
}
