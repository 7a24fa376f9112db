internal import Glibc
public import TareModel

/// Why a file of the kernel, a runtime or an engine could not be read. It never quotes what a stranger's file contains.
public enum KernelError: Error, Hashable, Sendable, CustomStringConvertible {
  case notFound(path: String)
  case denied(path: String)
  /// What the file was about ended: its process, its cgroup.
  case gone(path: String)
  /// The kernel knows the file, but the facility behind it is off.
  case unsupported(path: String)
  case tooLarge(path: String, limit: Int)
  /// The file is not one that may be trusted.
  case untrusted(path: String, why: String)
  case malformed(path: String, FormatError)
  case failed(path: String, code: Int32)

  init(path: String, code: Int32) {
    self =
      switch code {
      case ENOENT, ENOTDIR: .notFound(path: path)
      case EACCES, EPERM: .denied(path: path)
      case ESRCH, ENODEV: .gone(path: path)
      case EOPNOTSUPP: .unsupported(path: path)
      case ELOOP, EXDEV: .untrusted(path: path, why: "a symbolic link is in the way")
      default: .failed(path: path, code: code)
      }
  }

  public var description: String {
    switch self {
    case .notFound(let path): "\(path): no such file"
    case .denied(let path): "\(path): permission denied"
    case .gone(let path): "\(path): what it was about has ended"
    case .unsupported(let path): "\(path): switched off in this kernel"
    case .tooLarge(let path, let limit): "\(path): larger than \(limit) bytes"
    case .untrusted(let path, let why): "\(path): not trusted: \(why)"
    case .malformed(let path, let error): "\(path):\(error)"
    case .failed(let path, let code): "\(path): \(systemMessage(code))"
    }
  }

  /// What to say of a number that this error took away.
  public var reason: Reason {
    switch self {
    case .notFound: .notReported
    case .denied, .untrusted: .noPermission
    case .gone: .ended
    case .unsupported: .noPressure
    case .tooLarge, .malformed, .failed: .malformed
    }
  }
}

func systemMessage(_ code: Int32) -> String {
  unsafe String(cString: strerror(code))
}
