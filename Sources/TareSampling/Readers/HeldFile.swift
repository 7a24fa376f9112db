internal import Glibc
internal import KernelStats

/// A file that is read again and again: held open where the budget allows, else opened each time.
final class HeldFile {
  let path: String
  private let root: KernelRoot
  private let budget: DescriptorBudget
  private var descriptor: Int32 = -1

  init(_ path: String, _ root: KernelRoot, _ budget: DescriptorBudget) {
    self.path = path
    self.root = root
    self.budget = budget
    guard root.holdsDescriptors, budget.take() else { return }
    if let fd = try? root.open(path) { descriptor = fd } else { budget.giveBack() }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    budget.giveBack()
  }

  /// - Returns: how many bytes of the buffer are the file.
  func read(into buffer: inout [UInt8]) throws(KernelError) -> Int {
    if descriptor >= 0 { return try readHeld(descriptor, into: &buffer, path: path) }
    return try root.read(path, into: &buffer)
  }

  /// Reads and parses; a malformed file names itself.
  func read<Value>(
    into buffer: inout [UInt8], _ parse: (Span<UInt8>) throws(FormatError) -> Value
  ) throws(KernelError) -> Value {
    let count = try read(into: &buffer)
    do {
      return try parse(buffer.span.extracting(first: count))
    } catch {
      throw .malformed(path: path, error)
    }
  }
}
