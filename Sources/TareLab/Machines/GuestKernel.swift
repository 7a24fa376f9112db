internal import Glibc

/// The kernel that the virtual machine boots: this machine's own, or one that is downloaded once and kept.
struct GuestKernel {
  let path: String

  enum Failure: Error, CustomStringConvertible {
    case noPackage
    case download(String)
    case empty(package: String)

    var description: String {
      let remedy = "put a Linux kernel that you can read at /boot/vmlinuz-VERSION"
      return switch self {
      case .noPackage: "apt knows no kernel package: run 'apt-get update' as root, or \(remedy)"
      case .download(let reason): "cannot download a kernel for the guest: \(reason); try again, or \(remedy)"
      case .empty(let package): "\(package) holds no /boot/vmlinuz-*: \(remedy)"
      }
    }
  }

  /// The newest readable kernel in `boot`, else the one in the cache, else a new one in the cache.
  static func find(
    boot: String = "/boot", in surroundings: LabEnvironment, say: (String) -> Void, cancelled: () -> Bool
  ) throws -> Self {
    let cached = "\(surroundings.cacheFolder)/kernel/boot"
    if let path = newest(in: boot) ?? newest(in: cached) { return Self(path: path) }
    let cache = try PrivateFolder(surroundings.cacheFolder)
    let new = "\(cache.path)/kernel-\(Record.Item.randomDigits())"
    try Files.makeFolder(new)
    do {
      let package = try download(into: new, surroundings, say: say, cancelled: cancelled)
      guard newest(in: "\(new)/boot") != nil else { throw Failure.empty(package: package) }
      // Another process may have been faster. Then its kernel is there, and ours is not needed.
      try? Files.move(new, to: "\(cache.path)/kernel")
      try Files.remove(new)
    } catch {
      try? Files.remove(new)
      throw error
    }
    guard let path = newest(in: cached) else { throw Failure.download("\(cached) is empty") }
    return Self(path: path)
  }

  /// The readable `vmlinuz-VERSION` with the highest version.
  static func newest(in folder: String) -> String? {
    let names = ((try? Files.names(in: folder)) ?? []).filter {
      $0.hasPrefix("vmlinuz-") && Files.exists("\(folder)/\($0)", mode: R_OK)
    }
    return names.max { numbers($0).lexicographicallyPrecedes(numbers($1)) }.map { "\(folder)/\($0)" }
  }

  private static func numbers(_ name: String) -> [Int] {
    name.split { !$0.isNumber }.map { Int($0) ?? .max }
  }

  /// Downloads and unpacks a kernel package without installing it. Returns the package's name.
  private static func download(
    into folder: String, _ surroundings: LabEnvironment, say: (String) -> Void, cancelled: () -> Bool
  ) throws -> String {
    guard let package = try resolve(surroundings, say: say, cancelled: cancelled) else { throw Failure.noPackage }
    say("downloading \(package) for the guest (once, not installed)")
    let shell = try Tool("sh", package: "dash", in: surroundings)
    let script = """
      set -e; cd "$1"; apt-get -q download "$2"; set -- *.deb
      dpkg-deb --fsys-tarfile "$1" | tar -x ./boot; rm -f -- "$1" boot/System.map-* boot/config-*
      """
    do {
      try shell.run(["-c", script, "sh", folder, package], limit: .seconds(600), cancelled: cancelled)
    } catch let failure as Command.Failure {
      throw Failure.download("\(failure)")
    }
    return package
  }

  /// The real package behind the first metapackage that apt knows, with `apt-get update` between two attempts.
  private static func resolve(
    _ surroundings: LabEnvironment, say: (String) -> Void, cancelled: () -> Bool
  ) throws -> String? {
    let cache = try Tool("apt-cache", package: "apt", in: surroundings)
    func attempt() throws -> String? {
      for package in metapackages {
        guard let text = try? cache.run(["depends", package], cancelled: cancelled) else { continue }
        if let real = realPackage(text) { return real }
      }
      return nil
    }
    if let package = try attempt() { return package }
    if cancelled() { throw Cancelled() }
    guard geteuid() == 0 else { return nil }
    say("updating the list of packages")
    let apt = try Tool("apt-get", package: "apt", in: surroundings)
    try apt.run(["-q", "update"], limit: .seconds(600), cancelled: cancelled)
    return try attempt()
  }

  /// Kernels for virtual machines: Debian's, then Ubuntu's.
  private static var metapackages: [String] {
    #if arch(arm64)
      ["linux-image-cloud-arm64", "linux-image-virtual"]
    #else
      ["linux-image-cloud-amd64", "linux-image-virtual"]
    #endif
  }

  /// Finds `Depends: linux-image-6.1.0-56-cloud-amd64` in the output of `apt-cache depends`.
  static func realPackage(_ text: String) -> String? {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, words[0].hasSuffix("Depends:"), words[1].hasPrefix("linux-image-") else { continue }
      if words[1].dropFirst("linux-image-".count).first?.isNumber == true { return String(words[1]) }
    }
    return nil
  }
}
