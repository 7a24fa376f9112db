/// What a key means.
public enum Action: Sendable, Hashable {
  case view(Settings.View)
  case nextView, previousView
  case enter, leave, events, isolation, explain
  case up, down, pageUp, pageDown, first, last, left, right
  case mark, unmarkAll, compare
  case nextWorkload, previousWorkload
  case freeze
  case filter, find, findNext, findPrevious
  case sort(String)
  case sortLeft, sortRight, chooseSort, invert
  case tree, columns, users
  case lensWider, lensNarrower, align, order, distribution
  case slower, faster
  case save, copy, redraw
  case settings, toggleMouse
  case watchOnly
  case help, quit, suspend
}
