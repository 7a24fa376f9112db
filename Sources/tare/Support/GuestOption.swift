import ArgumentParser
import TareModel
import TareQMP

/// Whether guests are asked.
struct GuestOption: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Ask the guest agents of QEMU VMs when their user space began.",
      discussion: "Reads only. Never VMs of libvirt or Proxmox VE; tare doctor says which could be asked."))
  var qmp = false

  func check(root: String?) throws {
    if qmp, root != nil { throw ValidationError("--qmp asks VMs that run: expected no --root with it") }
  }

  /// - Parameter waits: whether there is no second sample.
  func clocks(waits: Bool) -> any GuestClocks { qmp ? GuestAgents(waits: waits) : NoGuestClocks() }
}
