import ArgumentParser
import TareExport
import TareModel

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print all about one container or VM: what it weighs, and what parts it from its host.",
    discussion: """
      NAME is a name, an id, or the beginning of one id: tare snapshot --format json has them. Two samples, an interval apart, \
      give the rates; --interval 0 takes one.

      Examples:
        tare inspect web
        tare inspect docker:9f31                              the beginning of an id
        tare inspect web --format json | jq '.words.warnings'
        tare inspect web --format json | jq -r '.isolation.namespaces | map_values(.sharing)'
        tare inspect db --qmp                                 with what the VM's monitor says of its disks
        tare inspect web --root capture                       of a host that tare capture copied

      Exit codes: 0 done, 1 failure, 2 usage, and no or more than one workload of this name, 3 nothing could be read, \
      4 not found where a source did not answer within 20 s, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("Name or id, or the beginning of an id.", valueName: "name"))
  var name: String

  @OptionGroup var options: WorkloadOptions

  mutating func validate() throws { try options.check() }

  func run() throws {
    try options.show(name) { frame, row, inspection, sockets in
      let workload = frame.current.workloads[row]
      var inspection = inspection
      if let sockets, workload.kind == .container, let id = workload.id.split(separator: ":").last {
        inspection.imageSize = sockets.imageSize(of: String(id))
      }
      return options.format == "json"
        ? InspectJSON().text(frame, row: row, inspection)
        : InspectText(width: Output.columns ?? 100).text(frame, row: row, inspection)
    }
  }
}
