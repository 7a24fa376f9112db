import CLinux
import Glibc
import LinuxSystem
import TareScreen

/// The screen as files: text for a report, SVG for a picture.
enum SavedScreen {
  private struct Failure: Error {
    let code: Int32
  }

  /// Writes both into the current folder, else into that for pictures, else into the home folder; never over anything.
  /// - Returns: one line for the person.
  static func save(_ canvas: Canvas, _ palette: Palette) -> String {
    let contents = [("svg", canvas.svg(palette)), ("txt", canvas.plainText + "\n")]
    var reason = "no folder to save in"
    for folder in folders() {
      do throws(Failure) {
        let name = try save(contents, in: folder)
        return "saved \(name).svg and .txt in \(folder)"
      } catch {
        reason = "cannot save in \(folder): \(SystemError.text(error.code))"
      }
    }
    return reason
  }

  private static func folders() -> [String] {
    var folders: [String] = []
    if let current = unsafe getcwd(nil, 0) {
      folders.append(unsafe String(cString: current))
      unsafe free(current)
    }
    return folders + ["XDG_PICTURES_DIR", "HOME"].compactMap(environment).filter { $0.hasPrefix("/") }
  }

  private static func save(_ contents: [(suffix: String, text: String)], in path: String) throws(Failure) -> String {
    let folder = unsafe tare_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard folder >= 0 else { throw Failure(code: errno) }
    defer { close(folder) }
    // Another one of the same second, or somebody else's file: the next number.
    for number in 1...99 {
      let name = "tare-\(clock())\(number == 1 ? "" : "-\(number)")"
      var made: [String] = []
      do throws(Failure) {
        for (suffix, text) in contents { try create("\(name).\(suffix)", text, in: folder, &made) }
        return name
      } catch {
        for file in made { unsafe unlinkat(folder, file, 0) }
        guard error.code == EEXIST else { throw error }
      }
    }
    throw Failure(code: EEXIST)
  }

  private static func create(_ name: String, _ text: String, in folder: Int32, _ made: inout [String]) throws(Failure) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let file = unsafe tare_openat(folder, name, flags, 0o644)
    guard file >= 0 else { throw Failure(code: errno) }
    defer { close(file) }
    made.append(name)
    do throws(WriteFailure) { try writeAll(text, to: file) } catch { throw Failure(code: error.number) }
  }

  /// `20261123-221420`, by the clock on the wall.
  private static func clock() -> String {
    var now = time(nil)
    var local = unsafe tm()
    unsafe localtime_r(&now, &local)
    func digits(_ value: Int32, _ count: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    return unsafe digits(local.tm_year + 1900, 4) + digits(local.tm_mon + 1) + digits(local.tm_mday) + "-"
      + digits(local.tm_hour) + digits(local.tm_min) + digits(local.tm_sec)
  }
}
