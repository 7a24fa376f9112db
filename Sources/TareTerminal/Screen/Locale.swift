internal import CNcurses
internal import Glibc

/// Makes curses speak the environment's characters.
///
/// A static program loads a locale's files, too, and they may be missing, in a small container for instance; C.UTF-8 is
/// the one that is nearly always there.
/// - Parameter isForced: whether UTF-8 is wanted even if the environment does not ask for it.
/// - Returns: whether characters are UTF-8 now.
func useLocale(isForced: Bool) -> Bool {
  if tare_use_locale(nil) != 0 { return true }
  guard isForced || asksForUnicode(["LC_ALL", "LC_CTYPE", "LANG"].map(value)) else { return false }
  return ["C.UTF-8", "C.utf8", "en_US.UTF-8"].contains { (name: String) in unsafe tare_use_locale(name) != 0 }
}

/// Of the variables that decide, the first that is set does.
func asksForUnicode(_ values: [String?]) -> Bool {
  let name = values.compactMap { $0 }.first { !$0.isEmpty } ?? ""
  return name.lowercased().replacing("-", with: "").contains("utf8")
}

private func value(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}
