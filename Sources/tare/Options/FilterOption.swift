import ArgumentParser
import TareModel

/// `--filter`, in every command that shows workloads.
struct FilterOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these workloads: kind=vm, runtime=docker, name~web, cpu>50, memory>1GiB, joined by commas.",
      valueName: "terms"))
  var filter: String?

  func check() throws { _ = try parsed() }

  /// Nil where none was given.
  func parsed() throws -> Filter? {
    guard let filter else { return nil }
    do throws(FilterError) {
      return try Filter(filter)
    } catch {
      throw ValidationError("--filter: \(error)".harmless)
    }
  }
}
