import ArgumentParser
import TareGuests
import TareModel

/// Whether guests and their VMMs are asked.
struct GuestOption: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Ask the monitors of QEMU VMs for memory and state, and their guest agents when user space began.",
      discussion: "Reads only. Never VMs of libvirt or Proxmox VE; tare doctor says which could be asked."))
  var qmp = false

  func check(root: String?) throws {
    if qmp, root != nil { throw ValidationError("--qmp asks VMs that run: expected no --root with it") }
  }

  /// - Parameter samples: how many there will be; 0 is no end of them. Where there is one only, all answers are waited
  ///   for; where there are two, those of monitors, so that there are rates between them.
  func asked(samples: UInt) -> AskedGuests {
    guard qmp else { return AskedGuests() }
    return AskedGuests(
      clocks: GuestAgents(waits: samples == 1), figures: GuestMonitors(waits: (1...2).contains(samples)))
  }
}

/// Who asks machines about their own start, and about their guests.
struct AskedGuests {
  var clocks: any GuestClocks = NoGuestClocks()
  var figures: any GuestFigures = NoGuestFigures()

  /// Whether ``GuestOption/qmp`` was given.
  var isAsked: Bool { clocks is GuestAgents }
}
