/* Uses 2 % of a core, in bursts of 2 ms every 100 ms: a workload that does something. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(void) {
  const struct timespec pause = {0, 98000000};
  for (;;) {
    for (long end = now() + 2000000; now() < end;) {}
    nanosleep(&pause, 0);
  }
}
