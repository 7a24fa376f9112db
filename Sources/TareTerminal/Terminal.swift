/// The terminal as a place to show a canvas.
public final class Terminal {
  public init() {}
}
