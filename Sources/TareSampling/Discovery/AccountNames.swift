internal import KernelStats
internal import TareModel

/// What users are called, from /etc/passwd. Foreign text.
struct AccountNames {
  private static let path = "/etc/passwd"
  private let root: KernelRoot
  private var names: [UInt32: String] = [:]
  /// Asked for so far: a capture gets the lines of these.
  private var wanted: Set<UInt32> = []
  /// The file could not be read, and why.
  private(set) var problem: Problem?

  init(_ root: KernelRoot) { self.root = root }

  mutating func name(of uid: UInt32) -> String {
    // A user that is new here may have been made just now.
    if wanted.insert(uid).inserted, names[uid] == nil || root.isRecording { load() }
    return names[uid] ?? "uid \(uid)"
  }

  /// The folder of a user's own files; nil where nobody may say.
  static func home(of uid: UInt32, _ root: KernelRoot) -> String? {
    guard let bytes = try? root.readTrusted(path, owner: 0) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count > 5, UInt32(fields[2]) == uid { return String(fields[5]) }
    }
    return nil
  }

  private mutating func load() {
    do throws(KernelError) {
      let text = String(decoding: try root.readTrusted(Self.path, owner: 0), as: UTF8.self)
      let lines = text.split(separator: "\n").compactMap { line -> (UInt32, String)? in
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count > 2, !fields[0].isEmpty, let uid = UInt32(fields[2]) else { return nil }
        return (uid, String(fields[0]))
      }
      names = Dictionary(lines) { first, _ in first }
      problem = nil
      guard root.isRecording else { return }
      // Neither homes nor what else stands there of people.
      let kept = wanted.sorted().compactMap { uid in names[uid].map { "\($0):x:\(uid):\n" } }
      root.record(Self.path, Array(kept.joined().utf8))
    } catch {
      if case .notFound = error { return }
      problem = Problem(source: "users", message: "\(error): users have numbers for names")
    }
  }
}
