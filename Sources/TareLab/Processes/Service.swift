internal import Glibc
internal import LinuxSystem

/// The static executable that runs in the containers and virtual machines: the product `tare-service`.
struct Service {
  let path: String

  /// What it prints when it holds its memory.
  static let readyLine = "tare-service: ready"
  /// How it begins to say what the guest's kernel holds.
  static let guestLine = "tare-service: guest "
  /// What it says first as the init of a machine.
  static let startedLine = "tare-service: started"

  enum Failure: Error, CustomStringConvertible, Equatable {
    case missing(String)
    case notStatic(String)

    var description: String {
      let build = "swift build -c release --product tare-service -Xswiftc -static-executable"
      return switch self {
      case .missing(let path): "no executable file \(path): build it with '\(build)'"
      case .notStatic(let path): "\(path) needs shared libraries, but will be alone: build it with '\(build)'"
      }
    }
  }

  init(path: String) throws {
    guard path.hasPrefix("/"), Files.exists(path, mode: X_OK) else { throw Failure.missing(path) }
    let file = try Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), "open", path)
    guard Self.isStatic(try Files.read(file, path)) else { throw Failure.notStatic(path) }
    self.path = path
  }

  /// Whether a 64-bit little-endian ELF file has no program header that asks for a dynamic loader (PT_INTERP, elf(5)).
  static func isStatic(_ file: [UInt8]) -> Bool {
    func number(at offset: Int, bytes: Int) -> Int {
      (0..<bytes).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
    }
    guard file.count >= 64, file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return false }
    let table = number(at: 32, bytes: 8)
    let size = number(at: 54, bytes: 2)
    let count = number(at: 56, bytes: 2)
    guard size >= 56, table >= 64, table <= file.count, table + size * count <= file.count else { return false }
    return !(0..<count).contains { number(at: table + $0 * size, bytes: 4) == 3 }
  }

  /// All of the executable's bytes.
  func content() throws -> [UInt8] {
    try Files.read(Descriptor(unsafe open(path, O_RDONLY | O_CLOEXEC), "open", path), path, limit: 256 << 20)
  }
}

/// How much the service in a workload uses.
public struct ServiceLoad: Sendable, Equatable {
  /// Memory that it holds, in MiB.
  public var memory: Int
  /// CPU time that it uses, in percent of one core.
  public var cpu: Int

  public init(memory: Int = 24, cpu: Int = 5) {
    self.memory = memory
    self.cpu = cpu
  }

  var arguments: [String] { ["--hold", "\(memory)", "--load", "\(cpu)"] }
  var kernelWords: [String] { ["tare.hold=\(memory)", "tare.load=\(cpu)"] }
}
