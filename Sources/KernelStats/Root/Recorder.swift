internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Copies what is read into a new folder, which then replays as a host. Nothing is ever overwritten or followed.
public final class Recorder: Sendable {
  private struct State {
    var instants: [Instant] = []
    var errors: [[String: Int32]] = [[:]]
    var firstFailure: KernelError?
    /// What was read since the last mark.
    var files: [String: [UInt8]] = [:]
    /// The same of each instant that has ended.
    var marked: [[String: [UInt8]]] = []
    var links: [String: String] = [:]
  }

  private let folder: Int32
  private let path: String
  private let state = Mutex(State())

  /// Makes the folder, which must not exist, with mode 0700.
  public init(making path: String) throws(KernelError) {
    guard unsafe mkdir(path, 0o700) == 0 else {
      if errno == EEXIST { throw .untrusted(path: path, why: "it exists: give the name of a new folder") }
      throw KernelError(path: path, code: errno)
    }
    folder = unsafe tare_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
    guard folder >= 0 else { throw KernelError(path: path, code: errno) }
    self.path = path
  }

  deinit { close(folder) }

  /// Ends an instant: what was read since the last one belongs to it, a file that was read twice as it was last.
  public func mark(_ instant: Instant) {
    state.withLock { state in
      state.marked.append(state.files)
      state.files = [:]
      state.instants.append(instant)
      state.errors.append([:])
    }
  }

  /// Writes the folder; only now, so that copying does not stretch the samples.
  public func finish(facts: MachineFacts, engineNames: [CaptureManifest.EngineName]) throws(KernelError) {
    let state = state.withLock { $0 }
    let first = state.marked.first ?? [:]
    for (place, files) in state.marked.enumerated() {
      for (path, bytes) in files where place == 0 || first[path] != bytes {
        write(place == 0 ? path : "/\(place)\(path)", bytes[...])
      }
    }
    for (path, target) in state.links {
      makeFolders(path)
      if unsafe symlinkat(target, folder, "." + path) != 0 { failed(path, errno) }
    }
    let manifest = CaptureManifest(
      instants: state.instants, errors: Array(state.errors.prefix(state.instants.count)), facts: facts,
      engineNames: engineNames)
    write("/\(CaptureManifest.fileName)", manifest.json()[...])
    if let failure = self.state.withLock({ $0.firstFailure }) { throw failure }
  }

  func file(_ path: String, _ bytes: ArraySlice<UInt8>) {
    state.withLock { $0.files[path] = Array(bytes) }
  }

  /// A folder that was looked into, with a mark: tools that store files forget folders without any.
  func folder(_ path: String) {
    file("\(path)/\(KernelRoot.emptyMark)", [])
  }

  /// Links do not change in a process's life: those of the first instant are enough.
  func link(_ path: String, _ target: String) {
    state.withLock { if $0.instants.isEmpty { $0.links[path] = target } }
  }

  func failure(_ path: String, _ error: KernelError) {
    state.withLock { state in
      let first = state.instants.isEmpty
      switch error {
      case .notFound: if !first { state.errors[state.errors.count - 1][path] = ENOENT }
      case .denied: state.errors[state.errors.count - 1][path] = EACCES
      case .gone: state.errors[state.errors.count - 1][path] = ESRCH
      case .unsupported: state.errors[state.errors.count - 1][path] = EOPNOTSUPP
      default: break
      }
    }
  }

  private func write(_ path: String, _ bytes: ArraySlice<UInt8>) {
    makeFolders(path)
    let flags = UInt64(O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    let fd = unsafe tare_openat2(folder, "." + path, flags, 0o600, beneath)
    guard fd >= 0 else {
      return failed(path, errno)
    }
    defer { close(fd) }
    do throws(WriteFailure) { try writeAll(bytes, to: fd) } catch { failed(path, error.number) }
  }

  /// All folders above a file.
  private func makeFolders(_ path: String) {
    var made = "."
    for part in path.split(separator: "/").dropLast() {
      made += "/" + part
      if unsafe mkdirat(folder, made, 0o700) != 0, errno != EEXIST { return failed(path, errno) }
    }
  }

  private func failed(_ path: String, _ code: Int32) {
    let error = KernelError(path: self.path + path, code: code)
    state.withLock { if $0.firstFailure == nil { $0.firstFailure = error } }
  }
}

private let beneath = UInt64(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)
