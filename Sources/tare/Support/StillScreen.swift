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

  init(_ format: Format, _ settings: Settings, size: Size, utcOffset: Int, filter: Filter?) {
    self.format = format
    theme = settings.theme
    state = ScreenState(size: size, settings: settings, filter: filter)
    state.places = allSources().map(\.name)
    state.utcOffset = utcOffset
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
  @Option(help: ArgumentHelp("Width of svg and text, 1 to 1000; 120 unless given.", valueName: "cells"))
  var columns: Int?

  @Option(help: ArgumentHelp("Height of svg and text, 1 to 500; 40 unless given.", valueName: "cells"))
  var rows: Int?

  @Option(help: ArgumentHelp("What svg and text show: \(Settings.View.names).", valueName: "view"))
  var view: String?

  @Option(help: ArgumentHelp("Colours of svg: dark, light, hall or mono.", valueName: "theme"))
  var theme: String?

  var size: Size { Size(columns ?? 120, rows ?? 40) }

  func check(for format: String) throws {
    if StillScreen.Format(rawValue: format) == nil {
      let given = [
        ("--columns", columns != nil), ("--rows", rows != nil), ("--view", view != nil), ("--theme", theme != nil),
      ]
      if let flag = given.first(where: { $0.1 })?.0 {
        throw ValidationError("\(flag) is for --format svg and --format text, not for \(format)")
      }
    }
    guard (1...1000).contains(size.width) else {
      throw ValidationError("--columns \(size.width): expected 1 to 1000")
    }
    guard (1...500).contains(size.height) else {
      throw ValidationError("--rows \(size.height): expected 1 to 500")
    }
    _ = try settings(sort: "memory")
  }

  /// From these options alone: a snapshot is the same whatever the configuration says.
  func settings(sort: String) throws -> Settings {
    var settings = Settings()
    settings.sort = sort
    if let view {
      guard let chosen = Settings.View(rawValue: view) else {
        throw ValidationError("--view \(view): expected \(Settings.View.names)")
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
