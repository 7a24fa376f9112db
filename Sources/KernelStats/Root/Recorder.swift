internal import CLinux
internal import Glibc
internal import Synchronization

/// Copies what is read into a new folder, which then replays as a host. Nothing is ever overwritten or followed.
public final class Recorder: Sendable {
  private struct State {
    var instants: [Instant] = []
    var errors: [[String: Int32]] = [[:]]
    var firstFailure: KernelError?
    /// What was read since the last mark.
    var files: [String: [UInt8]] = [:]
    /// What the first instant has, to leave out of later ones what did not change.
    var first: [String: [UInt8]] = [:]
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

  /// Ends an instant: what was read since the last one belongs to it, a file that was read twice as it was last. Written
  /// only now, so that copying does not stretch the sample.
  public func mark(_ instant: Instant) {
    let (files, prefix) = state.withLock { state in
      defer { state.files = [:] }
      let prefix = state.instants.isEmpty ? "" : "/\(state.instants.count)"
      state.instants.append(instant)
      state.errors.append([:])
      if prefix.isEmpty { state.first = state.files }
      return (state.files.filter { prefix.isEmpty || state.first[$0.key] != $0.value }, prefix)
    }
    for (path, bytes) in files { write(prefix + path, bytes[...]) }
  }

  /// Writes the manifest; after it the folder is complete.
  public func finish(facts: MachineFacts, engineNames: [CaptureManifest.EngineName]) throws(KernelError) {
    let (instants, errors, failure) = state.withLock { ($0.instants, $0.errors, $0.firstFailure) }
    if let failure { throw failure }
    let manifest = CaptureManifest(
      instants: instants, errors: Array(errors.prefix(instants.count)), facts: facts, engineNames: engineNames)
    write("/\(CaptureManifest.fileName)", manifest.json()[...])
    if let failure = state.withLock({ $0.firstFailure }) { throw failure }
  }

  func file(_ path: String, _ bytes: ArraySlice<UInt8>) {
    state.withLock { $0.files[path] = Array(bytes) }
  }

  /// A folder that was looked into, with a mark: tools that store files forget folders without any.
  func folder(_ path: String) {
    file("\(path)/\(KernelRoot.emptyMark)", [])
  }

  func link(_ path: String, _ target: String) {
    guard state.withLock({ $0.instants.isEmpty }) else { return }
    makeFolders(path)
    if unsafe symlinkat(target, folder, "." + path) != 0, errno != EEXIST { failed(path, errno) }
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
    var rest = bytes
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(fd, $0.baseAddress, $0.count) }
      guard count > 0 else { return failed(path, errno) }
      rest = rest.dropFirst(count)
    }
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
