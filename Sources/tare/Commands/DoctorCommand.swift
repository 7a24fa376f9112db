import ArgumentParser
import KernelStats
import TareExport
import TareModel
import TareSampling

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what tare can see on this machine, what not, why, and what helps.",
    discussion: """
      Examples:
        tare doctor
        sudo tare doctor

      Exit codes: 0 done, 1 failure, 3 nothing could be read, 4 incomplete: a source did not answer within 20 s.
      """)

  func run() throws {
    let sources = allSources()
    let session = try Session(root: nil, waits: true, sources: sources)
    guard let frame = try Frames(session.source, interval: 0, Interrupts()).next() else { return }
    let sample = frame.current
    // Sampling asks engines only when there is a container to name.
    if let sockets = session.sockets, sockets.report.isEmpty { sockets.refresh(running: []) }
    let host = sample.host
    let cpus = "\(host.cpusOnline) CPU\(host.cpusOnline == 1 ? "" : "s")"
    var lines = ["tare doctor  \(host.hostname.harmless)  Linux \(host.kernelRelease.harmless)  \(cpus)", ""]
    lines += KernelChecks.all(session.source.root, host).flatMap(Self.lines)
    lines += ["", "Containers and virtual machines"]
    lines += RuntimeChecks.all(sources, sample).flatMap(Self.lines)
    lines += RuntimeChecks.sockets(session.sockets).flatMap(Self.lines)
    lines += RuntimeChecks.guests(session.source.sampler.machines).flatMap(Self.lines)
    lines += sample.problems.map { "  !  \("\($0.source): \($0.message)".harmless)" }
    _ = try Output.write(lines.joined(separator: "\n") + "\n")
    try Session.checkWhole(session.unanswered(in: frame))
  }

  private static func lines(_ check: Check) -> [String] {
    let first = "  " + check.state.rawValue.fitted(to: 4) + check.title.fitted(to: 18)
    var lines = [first + check.finding]
    if let places = check.places { lines.append(String(repeating: " ", count: 24) + "looked at " + places) }
    if let remedy = check.remedy { lines.append(String(repeating: " ", count: 24) + "→ " + remedy) }
    return lines
  }
}
