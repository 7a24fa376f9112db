internal import Glibc

/// How large a file is. Bytes.
public struct FileExtent: Sendable, Hashable {
  /// On the disk; a file with holes takes less than it is long.
  public var allocated: UInt64
  /// The disk that a guest sees in it: from the header of a qcow2 image, else the file's length.
  public var virtual: UInt64

  public init(allocated: UInt64, virtual: UInt64) {
    self.allocated = allocated
    self.virtual = virtual
  }
}

extension KernelRoot {
  /// Of an image that a process named, trusted as in ``openTrusted(_:_:)``. Nothing of its content is read but the
  /// header's size.
  /// - Parameter kept: where a capture keeps the two numbers, because it must not keep the image.
  public func extent(of path: String, _ files: ProcessFiles, kept: String) throws(KernelError) -> FileExtent {
    guard isLive else { return try captured(kept) }
    let fd = try openTrusted(path, files)
    defer { close(fd) }
    var status = stat()
    guard unsafe fstat(fd, &status) == 0 else { throw KernelError(path: path, code: errno) }
    var header = [UInt8](repeating: 0, count: 32)
    let got = unsafe header.withUnsafeMutableBytes { unsafe pread(fd, $0.baseAddress, $0.count, 0) }
    let length = UInt64(max(0, status.st_size))
    let extent = FileExtent(
      allocated: UInt64(max(0, status.st_blocks)) &* 512,
      virtual: (got == header.count ? Self.qcow2Size(header) : nil) ?? length)
    record(kept, Array("\(extent.allocated) \(extent.virtual)\n".utf8))
    return extent
  }

  private func captured(_ path: String) throws(KernelError) -> FileExtent {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = try readPrivately(path, into: &buffer, limit: 64)
    let words = String(decoding: buffer[..<count], as: UTF8.self).split { $0 == " " || $0 == "\n" }.map { UInt64($0) }
    guard words.count == 2, let allocated = words[0], let virtual = words[1] else {
      throw .untrusted(path: path, why: "not two numbers")
    }
    return FileExtent(allocated: allocated, virtual: virtual)
  }

  /// `QFI\xfb`, a version, and in bytes 24 to 31 the size, all of them the greatest first. From docs/interop/qcow2.txt of QEMU.
  static func qcow2Size(_ header: [UInt8]) -> UInt64? {
    guard header.count >= 32, header[..<4].elementsEqual([0x51, 0x46, 0x49, 0xfb]) else { return nil }
    return header[24..<32].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
