import ArgumentParser
import TareModel
import TareSampling
import TareScreen

/// The live screen as it would stand after some samples, for `--format svg` and `text`. The screen and the exporters do not
/// know each other: whoever prints decides.
final class StillScreen {
  enum Format: String, CaseIterable { case svg, text }

  private let format: Format
  private let theme: Settings.Theme
  private var state: ScreenState

  init(_ format: Format, _ settings: Settings, size: Size, _ source: SourceTraits, filter: Filter?) {
    self.format = format
    theme = settings.theme
    state = ScreenState(size: size, settings: settings, filter: filter)
    state.places = allSources().map(\.name)
    state.source = source
    // Where a file is read later nobody knows in which zone its host was.
    if source.kind == .live { state.utcOffset = Screen.utcOffset }
  }

  func take(_ frame: TareModel.Frame) { _ = reduce(&state, .frame(frame)) }

  func text() -> String {
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    let host = state.frame?.current.host.hostname.harmless ?? ""
    return switch format {
    case .svg: canvas.svg(palette, title: "tare on \(host)")
    case .text: canvas.plainText + "\n"
    }
  }

  /// A file has no terminal to ask: it is dark unless somebody says otherwise.
  private var palette: Palette {
    switch theme {
    case .auto, .dark: Palette(ground: .dark, depth: .many)
    case .light: Palette(ground: .light, depth: .many)
    case .hall: Palette(ground: .hall, depth: .many)
    case .mono: Palette(ground: .unknown, depth: .none)
    }
  }
}

/// The options that only a drawn screen has.
struct StillOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Cells of svg and text, at most 1000x500; 120x40 unless given.", valueName: "cells"))
  var size: CellSize?

  @Option(help: ArgumentHelp("What svg and text show: \(Settings.View.names).", valueName: "view"))
  var view: String?

  @Option(help: ArgumentHelp("Colours of svg: dark, light, hall or mono.", valueName: "theme"))
  var theme: String?

  var cells: Size { size?.cells ?? Size(120, 40) }

  func check(for format: String) throws {
    if StillScreen.Format(rawValue: format) == nil {
      let given = [("--size", size != nil), ("--view", view != nil), ("--theme", theme != nil)]
      if let flag = given.first(where: { $0.1 })?.0 {
        throw ValidationError("\(flag) is for --format svg and --format text, not for \(format)")
      }
    }
    _ = try settings(sort: "memory")
  }

  /// From these options alone: a snapshot is the same whatever the configuration says.
  /// - Parameter columns: of the table view, which is then the one to show.
  func settings(sort: String, columns: [RowKey]? = nil, users: Bool = false) throws -> Settings {
    var settings = Settings()
    settings.sort = sort
    settings.users = users
    if let columns {
      settings.columns = columns.map(\.name)
      settings.view = .table
    }
    if let view {
      guard let chosen = Settings.View(rawValue: view) else {
        throw ValidationError("--view \(view): expected \(Settings.View.names)")
      }
      if columns != nil, chosen != .table {
        throw ValidationError("--columns are those of --view table, not of \(view)")
      }
      settings.view = chosen
    }
    if let theme {
      guard let chosen = Settings.Theme(rawValue: theme) else {
        throw ValidationError("--theme \(theme): expected dark, light, hall or mono")
      }
      settings.theme = chosen
    }
    return settings
  }
}

/// `120x40`: cells of a drawn screen.
struct CellSize: ExpressibleByArgument {
  let cells: Size

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1], (1...1000).contains(width),
      (1...500).contains(height)
    else { return nil }
    cells = Size(width, height)
  }
}
