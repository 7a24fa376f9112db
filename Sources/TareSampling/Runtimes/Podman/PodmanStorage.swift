internal import FoundationEssentials
internal import Glibc
internal import KernelStats
internal import TareModel

/// Where Podman keeps what it knows of containers and pods: `/var/lib/containers/storage`, a user's
/// `~/.local/share/containers/storage`, or elsewhere.
struct PodmanStorage: Hashable {
  /// `STORAGE/overlay-containers`, after the storage driver.
  let containers: String
  /// The same below the folder that is emptied at boot; nil where it is not known.
  let run: String?

  /// The largest database that is read.
  private static let limit = 16 << 20
  private static let drivers = ["overlay", "vfs", "btrfs", "zfs"]

  /// Where it is for this user where nothing else was set.
  static func usual(of owner: UInt32, _ root: KernelRoot) -> [PodmanStorage] {
    let storage: String
    let run: String
    if owner == 0 {
      (storage, run) = ("/var/lib/containers/storage", "/run/containers/storage")
    } else {
      guard let home = AccountNames.home(of: owner, root), home.hasPrefix("/") else { return [] }
      (storage, run) = ("\(home)/.local/share/containers/storage", "/run/user/\(owner)/containers")
    }
    return drivers.map { PodmanStorage(containers: "\(storage)/\($0)-containers", run: "\(run)/\($0)-containers") }
  }

  /// What it says of one container. One that is removed when it ends is in a file of its own, since Podman 4.4.
  func container(_ id: String, owner: UInt32, _ root: KernelRoot) throws(KernelError) -> PodmanContainer? {
    let paths =
      [
        "\(containers)/containers.json", "\(containers)/volatile-containers.json",
      ] + [run].compactMap { $0.map { "\($0)/volatile-containers.json" } }
    var failure: KernelError?
    var wasRead = false
    for path in paths {
      do throws(KernelError) {
        let all = try root.state(path, owner: owner, as: [PodmanContainer].self)
        wasRead = true
        if let own = all.first(where: { $0.id == id }) { return own }
      } catch {
        if case .notFound = error { continue }
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    if !wasRead { throw .notFound(path: paths[0]) }
    return nil
  }

  /// What a pod is called: only its database says so. Its configuration is JSON there, which begins with id and name.
  func pod(_ id: String, owner: UInt32, _ root: KernelRoot) -> String? {
    guard let slash = containers.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    let storage = containers[..<slash]
    let folders =
      ["\(storage)"] + [run].compactMap { $0?.split(separator: "/").dropLast().joined(separator: "/") }.map { "/\($0)" }
    let paths =
      folders.flatMap { ["\($0)/db.sql", "\($0)/db.sql-wal", "\($0)/libpod/db.sql", "\($0)/libpod/db.sql-wal"] }
      + ["\(storage)/libpod/bolt_state.db"]
    let mark = #"{"id":"\#(id)","name":""#
    for path in paths {
      guard let bytes = try? root.readTrusted(path, owner: owner, limit: Self.limit),
        let name = Self.text(after: Array(mark.utf8), in: bytes)
      else { continue }
      // The rest of it may hold secrets.
      if root.isRecording { root.record(path, Array(mark.utf8) + name + [UInt8(ascii: "\"")]) }
      return String(decoding: name, as: UTF8.self)
    }
    return nil
  }

  /// Up to the next quotation mark. Podman allows names of letters, digits and `_.-` only.
  private static func text(after mark: [UInt8], in bytes: [UInt8]) -> [UInt8]? {
    guard let place = place(of: mark, in: bytes) else { return nil }
    let name = bytes[(place + mark.count)...].prefix(256).prefix { $0 != UInt8(ascii: "\"") }
    return name.isEmpty || name.count == 256 ? nil : Array(name)
  }

  private static func place(of mark: [UInt8], in bytes: [UInt8]) -> Int? {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe mark.withUnsafeBytes { mark in
        guard let begin = bytes.baseAddress, let wanted = mark.baseAddress else { return nil }
        var at = 0
        while at + mark.count < bytes.count,
          let next = unsafe memchr(begin + at, Int32(mark[0]), bytes.count - mark.count - at)
        {
          if unsafe memcmp(next, wanted, mark.count) == 0 { return unsafe UnsafeRawPointer(next) - begin }
          at = unsafe UnsafeRawPointer(next) - begin + 1
        }
        return nil
      }
    }
  }
}
