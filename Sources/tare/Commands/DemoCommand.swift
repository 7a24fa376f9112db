import ArgumentParser
import Glibc
import TareExport
import TareLab
import TareModel

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Start the same small service in a container and in a Linux VM, show what each costs, and remove both.",
    discussion: """
      The service holds 24 MiB and uses 5 % of a core. As root the container runs by runc or crun, else by Podman; the VM \
      by QEMU, with this machine's kernel where it may be read, else with one of the distribution's, downloaded and not \
      installed. Everything is removed at the end, on errors and on Ctrl-C; after a crash by the next demo.

      On a terminal both are shown live until q. --headless, --seconds, or a pipe, print tables.

      Examples:
        tare demo
        tare demo --headless
        tare demo --headless --accel tcg --seconds 30

      TARE_ACCEL is the default of --accel. TARE_SERVICE is the path of tare-service where it is not beside tare.
      """)

  @Flag(help: "Print tables instead of the live screen.")
  var headless = false

  @Option(
    help: ArgumentHelp(
      "auto, kvm or tcg. auto takes KVM if the guest's init speaks within 5 s, else emulation.", valueName: "how"))
  var accel = environment("TARE_ACCEL") ?? "auto"

  @Option(help: ArgumentHelp("How many tables, one a second. (default: 10)", valueName: "n"))
  var seconds: UInt?

  mutating func validate() throws {
    guard Accelerator(rawValue: accel) != nil else {
      throw ValidationError("--accel \(accel.harmless): expected auto, kvm or tcg")
    }
    if let seconds, seconds == 0 { throw ValidationError("--seconds 0: expected at least 1") }
  }

  func run() throws {
    let interrupts = Interrupts(grace: 120)
    do {
      let surroundings = try LabEnvironment(environment: allEnvironment())
      let swept = try Laboratory.sweep(in: surroundings, say: Output.note)
      if swept > 0 { Output.note("removed what \(swept) earlier demo\(swept == 1 ? "" : "s") left") }
      let laboratory = try Laboratory(service: try Self.servicePath(), in: surroundings, say: Output.note)
      do {
        try show(laboratory, interrupts)
      } catch {
        try laboratory.removeAll()
        throw error
      }
      try laboratory.removeAll()
      Output.note("removed both")
    } catch is Cancelled {
      Output.note("stopped; removed everything")
      throw Exit.interrupted
    } catch let code as ExitCode {
      throw code
    } catch {
      Output.note("\(error)".harmless)
      throw Exit.failure
    }
  }

  private func show(_ laboratory: Laboratory, _ interrupts: Interrupts) throws {
    let container = try laboratory.startContainer(name: "web", cancelled: { interrupts.arePending })
    Output.note(
      "container \(container.id) by \(container.runtime), ready after \(Self.seconds(container.readyAfter)) s")
    let machine = try laboratory.startVirtualMachine(
      name: "web-vm", accelerator: Accelerator(rawValue: accel)!, cancelled: { interrupts.arePending })
    Output.note(
      "VM \(machine.name) by \(machine.accelerator.rawValue), ready after \(Self.seconds(machine.readyAfter)) s")
    let guests = AskedGuests(clocks: laboratory.starts, figures: laboratory.starts)
    if !headless, Screen.isThere, seconds == nil {
      return try Screen(EffectiveSettings.settings(), root: nil, guests: guests).run()
    }
    let session = try Session(root: nil, waits: false, watches: true, guests: guests)
    let table = TableExporter(room: Output.columns)
    let order = RowOrder(named: "memory")!
    try session.run(interval: 1_000_000_000, count: seconds ?? 10, interrupts: interrupts) { frame in
      table.text(frame, order: order.rows(frame)) + "\n"
    }
  }

  private static func seconds(_ duration: Duration) -> String {
    let tenths = duration.components.seconds * 100 + duration.components.attoseconds / 10_000_000_000_000_000
    return "\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100)"
  }

  /// Beside tare, or where `make install` puts it.
  static func servicePath() throws -> String {
    if let path = environment("TARE_SERVICE") { return path }
    guard let own = unsafe realpath("/proc/self/exe", nil) else { throw ValidationError("cannot find tare itself") }
    defer { unsafe free(own) }
    let path = unsafe String(cString: own)
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    for place in ["\(folder)/tare-service", "\(folder)/../libexec/tare/tare-service"]
    where unsafe access(place, X_OK) == 0 {
      return place
    }
    throw ServiceNotFound(folder: folder)
  }
}

struct ServiceNotFound: Error, CustomStringConvertible {
  let folder: String
  var description: String {
    "tare-service is neither in \(folder) nor in ../libexec/tare: build it with make release, or set TARE_SERVICE"
  }
}
