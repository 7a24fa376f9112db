internal import Glibc

/// Whether python3 with the module jsonschema is here, for a second opinion.
public let hasPythonValidator = runPython(["-c", "import jsonschema; jsonschema.Draft202012Validator"]) == 0

/// Runs python3 and waits.
/// - Returns: its exit code, or nil where it could not be started.
public func runPython(_ arguments: [String]) -> Int32? {
  var words: [UnsafeMutablePointer<CChar>?] = unsafe (["python3"] + arguments).map { unsafe strdup($0) } + [nil]
  defer { unsafe words.forEach { unsafe free($0) } }
  var pid: pid_t = 0
  guard unsafe posix_spawnp(&pid, "python3", nil, nil, &words, environ) == 0 else { return nil }
  var status: Int32 = 0
  guard unsafe waitpid(pid, &status, 0) == pid else { return nil }
  return status & 0x7f == 0 ? (status >> 8) & 0xff : nil
}
