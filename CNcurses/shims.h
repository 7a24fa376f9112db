// Wide ncurses for Swift. Macros and globals that Swift cannot import get an inline function here.
#pragma once
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <ncurses.h>

/// The version of the library that was linked, such as "ncurses 6.4.20221231".
static inline const char *tare_ncurses_version(void) { return curses_version(); }
