// What a signal that asks to end does. Async-signal-safe: signal-safety(7).
#include "CLinux.h"
#include <stdlib.h>

static volatile sig_atomic_t code = 130, grace, came;
static int descriptor = -1;

static void on_signal(int signal) {
  int before = errno;
  came = 1;
  if (signal == SIGALRM || !grace) _exit(code);
  uint64_t one = 1;
  if (descriptor >= 0 && write(descriptor, &one, sizeof one) < 0) {}
  alarm((unsigned)grace);
  errno = before;
}

int tare_interrupts_begin(void) {
  if (descriptor < 0) descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action = {.sa_handler = on_signal};
  sigset_t open;
  sigemptyset(&open);
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaddset(&open, signals[i]);
  action.sa_mask = open;
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
  // Whoever started this process may have had them blocked.
  pthread_sigmask(SIG_UNBLOCK, &open, NULL);
  return descriptor;
}

void tare_interrupts_code(int with) { code = with; }
void tare_interrupts_grace(int seconds) { grace = seconds; }
int tare_interrupts_came(void) { return came; }
