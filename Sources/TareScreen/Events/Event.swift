public import TareModel

/// Something that happened: all that can change what is shown.
public enum Event: Sendable {
  case key(Key)
  case mouse(Mouse)
  case resize(Size)
  /// A new sample, beside the one before it.
  case frame(Frame)
  /// The last one once more, with workloads that have begun since and without those that have ended.
  case announcement(Frame)
  /// What was asked for by ``Effect/inspect(_:)``.
  case inspection(Inspection)
  /// One line for the person: where the screen was saved, what failed.
  case message(String)
}

/// What the screen wants done outside of it.
public enum Effect: Sendable, Hashable {
  case quit
  /// Give the terminal back and stop, as Ctrl-Z does.
  case suspend
  /// Draw all of it again, whatever the terminal shows.
  case redraw
  /// From now on a sample every so many nanoseconds.
  case interval(UInt64)
  /// Save the screen as text and SVG, and say where.
  case save
  /// To the clipboard, by the terminal's OSC 52.
  case copy(String)
  /// Whether the terminal hands mouse events over.
  case mouse(Bool)
  /// From the next sample on, Unix users are rows, or are none.
  case users(Bool)
  /// From the next sample on, look into the workload with this id; nil ends that.
  case inspect(String?)
}
