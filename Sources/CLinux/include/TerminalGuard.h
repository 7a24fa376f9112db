// Gives the terminal back when the process ends in a way that runs no Swift any more.
#pragma once
#include <stddef.h>

/// From now on a crash, and a signal to end while it is not blocked, first sends these bytes to the terminal on this
/// descriptor and gives it these settings (a struct termios). What the process writes to standard error is kept back until then, where
/// that is a terminal: it would stand in the middle of the screen and go with it.
void tare_guard_terminal(int descriptor, const void *settings, const void *reset, size_t length);

/// The screen is open (1) or the terminal was given back for a while (0).
void tare_guard_holds(int is_open);

/// Gives back what the guard has taken: the settings of the terminal, the handlers, standard error.
void tare_guard_end(void);

/// Lets SIGINT, SIGTERM and SIGHUP end the process (1) while it may hang writing to a terminal that does not read, or
/// keeps them for the signal descriptor (0).
void tare_guard_unblocks(int may_end);

/// Stops this process, or its whole group as Ctrl-Z does, and comes back when it goes on.
void tare_stop(int whole_group);
