internal import TareModel

/// What runs guests here, of which type it is, and why: both sides where that is debated.
struct VirtualizerView {
  let frame: Frame

  func draw(on canvas: inout Canvas, scroll: Int) {
    canvas.put("WHAT RUNS GUESTS HERE", x: 1, y: 1, .bold)
    canvas.fill("─", x: 1, y: 2, width: canvas.size.width - 2, .dim)
    for (index, line) in lines(canvas.size.width - 2).dropFirst(scroll).enumerated() {
      guard 3 + index < canvas.size.height - 2 else { return }
      canvas.put(line.text, x: 1, y: 3 + index, line.isTitle ? .bold : .text)
    }
  }

  func lastScroll(_ size: Size) -> Int { max(0, lines(size.width - 2).count - (size.height - 5)) }

  private func lines(_ width: Int) -> [(text: String, isTitle: Bool)] {
    let stack = Stack(frame)
    let used = stack.virtualizers
    var lines: [(String, Bool)] = []
    for virtualizer in used.isEmpty ? [.kvm] : used {
      lines.append((virtualizer.title, true))
      if used.isEmpty { lines.append(("No VM runs here; the usual one of Linux is", false)) }
      for sentence in virtualizer.explanation {
        lines += sentence.wrapped(to: min(width, 96)).map { ($0, false) } + [("", false)]
      }
    }
    for (title, text) in Self.others(stack) {
      lines += [(title, true)] + text.wrapped(to: min(width, 96)).map { ($0, false) } + [("", false)]
    }
    lines.append(("This machine", true))
    return lines + stack.host.ground.long.wrapped(to: min(width, 96)).map { ($0, false) }
  }

  /// What is between a container and a VM.
  private static func others(_ stack: Stack) -> [(title: String, text: String)] {
    var others: [(String, String)] = []
    if stack.userSpaceKernels > 0 {
      others.append(
        (
          "gVisor's sentry",
          "A kernel that is a program of this host: it answers the calls of its containers' programs itself, and makes few calls of the "
            + "host's kernel for them. It is no VM and not counted as a kernel that runs here; what it costs is in the container's tare."
        ))
    }
    if stack.sandboxes > 0 {
      others.append(
        (
          "Kata's containers",
          "They run in a VM, in namespaces of its guest's kernel: two boundaries. The VM's kernel is counted, and what is in it cannot be "
            + "seen from here."
        ))
    }
    return others
  }
}
