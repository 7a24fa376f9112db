/// One line of what tare doctor found.
struct Check {
  enum State: String {
    case fine = "ok"
    /// Not there, which is nobody's fault.
    case absent = "–"
    /// There, but something is missing from what tare could show.
    case limited = "!"
  }

  let title: String
  let state: State
  let finding: String
  /// Where was looked.
  var places: String?
  var remedy: String?

  init(_ title: String, _ state: State, _ finding: String, places: String? = nil, remedy: String? = nil) {
    self.title = title
    self.state = state
    self.finding = finding
    self.places = places
    self.remedy = remedy
  }
}
