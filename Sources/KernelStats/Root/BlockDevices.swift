internal import Glibc
internal import Synchronization

/// Which block devices are made over others: device mapper, md, bcache, loop over a file. A cgroup's io.stat lists the same bytes at
/// such a device and at what it is made over.
public final class BlockDevices: Sendable {
  public struct Number: Hashable, Sendable {
    public let major: UInt64
    public let minor: UInt64

    public init(_ major: UInt64, _ minor: UInt64) { (self.major, self.minor) = (major, minor) }

    /// `8:0`
    init?(_ text: Substring) {
      let parts = text.split(separator: ":").map { UInt64($0) }
      guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
      self.init(major, minor)
    }

    var text: String { "\(major):\(minor)" }
  }

  private let root: KernelRoot
  /// The whole disks that a device is made over, directly or not; empty for a disk.
  private let below: Mutex<[Number: Set<Number>]> = Mutex([:])

  public init(_ root: KernelRoot) { self.root = root }

  /// Numbers are given again: what is known is looked at anew now and then.
  public func forget() { below.withLock { $0.removeAll(keepingCapacity: true) } }

  /// Whether what this device moved is counted at another device of the list, too.
  /// - Parameter isListed: whether a device is in the list.
  func isOver(_ number: Number, oneThat isListed: (Number) -> Bool) -> Bool {
    (below.withLock { $0[number] } ?? find(number)).contains(where: isListed)
  }

  private func find(_ number: Number) -> Set<Number> {
    var disks: Set<Number> = []
    collect("/sys/dev/block/\(number.text)", into: &disks, depth: 0)
    disks.remove(number)
    below.withLock { $0[number] = disks }
    return disks
  }

  /// From `/sys/dev/block/MAJ:MIN/slaves` and `loop/backing_file`.
  private func collect(_ folder: String, into disks: inout Set<Number>, depth: Int) {
    guard depth < 8 else { return }
    for name in (try? root.list("\(folder)/slaves")) ?? [] {
      guard let disk = whole("/sys/class/block/\(name)") else { continue }
      add(disk, to: &disks, depth)
    }
    guard let file = root.line("\(folder)/loop/backing_file"), let device = root.device(of: file),
      let disk = whole("/sys/dev/block/\(device.text)")
    else { return }
    add(disk, to: &disks, depth)
  }

  private func add(_ disk: Number, to disks: inout Set<Number>, _ depth: Int) {
    if disks.insert(disk).inserted { collect("/sys/dev/block/\(disk.text)", into: &disks, depth: depth + 1) }
  }

  /// The disk of a partition, or the device itself: only whole disks stand in io.stat.
  private func whole(_ path: String) -> Number? {
    if root.line("\(path)/partition") != nil, let target = try? root.link(path) {
      // ../../devices/pci0000:00/…/block/sda/sda2
      let parts = target.split(separator: "/")
      if parts.count > 1 {
        return root.line("/sys/class/block/\(parts[parts.count - 2])/dev").flatMap { Number($0[...]) }
      }
    }
    return root.line("\(path)/dev").flatMap { Number($0[...]) }
  }
}

extension KernelRoot {
  /// The device that a file lies on; nil of one on no device of its own, such as tmpfs, and in a capture.
  fileprivate func device(of path: String) -> BlockDevices.Number? {
    var status = stat()
    guard isLive, unsafe stat(path, &status) == 0 else { return nil }
    // makedev(3).
    let device = UInt64(status.st_dev)
    let (major, minor) = (device >> 8 & 0xfff | device >> 32 & ~0xfff, device & 0xff | device >> 12 & 0xff_ff00)
    return major > 0 ? BlockDevices.Number(major, minor) : nil
  }
}
