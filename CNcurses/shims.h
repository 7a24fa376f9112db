// Wide ncurses for Swift. Macros, globals and variadic functions that Swift cannot import get an inline function here.
// curses is not thread safe: all of it is called from one thread.
#pragma once
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <stdint.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

/// The version of the library that was linked, such as "ncurses 6.4.20221231".
static inline const char *tare_ncurses_version(void) { return curses_version(); }

/// Takes the environment's locale for characters; another name instead of it if that is given.
/// Whether characters are UTF-8 then.
static inline int tare_use_locale(const char *name) {
  return setlocale(LC_CTYPE, name ? name : "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/// Whether a terminal of this name is described on this machine.
static inline int tare_knows_terminal(const char *name) {
  int error = 0;
  if (setupterm(name, STDOUT_FILENO, &error) != OK) return 0;
  del_curterm(cur_term);
  return 1;
}

/// Opens the screen on standard output and input; 0 where that fails.
static inline int tare_open_screen(const char *name) {
  use_env(FALSE);
  use_tioctl(TRUE);
  if (!newterm(name, stdout, stdin)) return 0;
  raw();
  noecho();
  nonl();
  intrflush(stdscr, FALSE);
  keypad(stdscr, TRUE);
  // A terminal that cannot hide its cursor keeps it in one place.
  if (curs_set(0) != ERR) leaveok(stdscr, TRUE);
  return 1;
}

/// How many colours the terminal has after colours were switched on; 0 where it has none.
static inline int tare_start_colors(void) {
  if (!has_colors() || start_color() != OK) return 0;
  use_default_colors();
  return COLORS;
}

/// A colour of -1 is the terminal's own.
static inline int tare_set_pair(int pair, int foreground, int background) {
  return init_extended_pair(pair, foreground, background);
}

/// What a capability of terminfo sends; null where there is none.
static inline const char *tare_capability(const char *name) {
  char copy[16];
  strncpy(copy, name, sizeof copy - 1);
  copy[sizeof copy - 1] = 0;
  const char *value = tigetstr(copy);
  return value == (char *)-1 ? NULL : value;
}

/// Makes one cell of one scalar and up to four marks on it.
static inline void tare_set_cell(cchar_t *cell, const uint32_t *scalars, int count, int bold, int reverse, int pair) {
  wchar_t text[CCHARW_MAX + 1];
  if (count > CCHARW_MAX) count = CCHARW_MAX;
  for (int i = 0; i < count; i++) text[i] = (wchar_t)scalars[i];
  text[count] = 0;
  attr_t attributes = (bold ? WA_BOLD : 0) | (reverse ? WA_REVERSE : 0);
  setcchar(cell, text, attributes, (short)pair, NULL);
}

/// Cells that curses takes for this scalar; -1 where it knows none.
static inline int tare_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

static inline void tare_put_row(int y, const cchar_t *cells, int count) {
  mvwadd_wchnstr(stdscr, y, 0, cells, count);
}

/// Sends what has changed.
static inline void tare_refresh(void) {
  wmove(stdscr, 0, 0);
  wnoutrefresh(stdscr);
  doupdate();
}

/// The next refresh draws everything again.
static inline void tare_clear_before_next(void) {
  clearok(curscr, TRUE);
}

static inline void tare_resize(int height, int width) {
  resize_term(height, width);
  clearok(curscr, TRUE);
}

static inline void tare_close_screen(void) { endwin(); }

/// After tare_close_screen: what the terminal was set to while the screen was open.
static inline void tare_reopen_screen(void) {
  reset_prog_mode();
  // Else it believes that the keypad is still on.
  keypad(stdscr, FALSE);
  keypad(stdscr, TRUE);
  clearok(curscr, TRUE);
}
