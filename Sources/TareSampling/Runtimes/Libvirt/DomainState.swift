internal import KernelStats
internal import TareModel

/// The file in which libvirt keeps what a domain of it does: `/run/libvirt/qemu/NAME.xml`. Only its owner may read it. Its
/// folder is that of QEMU's user, who could put another in its place: it counts as that user's word.
struct DomainState: Sendable {
  let path: String
  /// QEMU's user.
  let owner: UInt32
  /// Of its QEMU.
  let pid: Int32

  /// - Parameters:
  ///   - domain: its name, which is a claim.
  ///   - pid: of its QEMU.
  ///   - user: whose session it runs in; nil of the system's.
  init?(of domain: String, _ pid: Int32, owner: UInt32, user: UInt32?) {
    guard !domain.isEmpty, !domain.contains("/"), domain != "..", domain != "." else { return nil }
    path = user.map { "/run/user/\($0)/libvirt/qemu/run/\(domain).xml" } ?? "/run/libvirt/qemu/\(domain).xml"
    (self.owner, self.pid) = (owner, pid)
  }

  /// Nothing of the file but the state is kept: the domain's configuration is in it, passwords too.
  func read(_ root: KernelRoot) -> RunState {
    let bytes: [UInt8]
    do throws(KernelError) { bytes = try root.readTrusted(path, owner: owner) } catch {
      return .missing(error.reason)
    }
    // A comment stands before it.
    let line = String(decoding: bytes.prefix(4096), as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("<domstatus state='") }
    guard let line, let word = line.split(separator: "'").dropFirst().first else { return .missing(.malformed) }
    guard line.contains(" pid='\(pid)'") else { return .missing(.notReported) }
    if root.isRecording { root.record(path, Array("<domstatus state='\(word)' pid='\(pid)'>\n".utf8)) }
    return word == "paused" || word == "pmsuspended" ? .paused : .running
  }
}
