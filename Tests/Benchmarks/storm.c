// Starts short-lived processes at an even pace: storm RATE SECONDS. Each executes a program that ends at once. Prints how
// many were started in each second, on average.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int count, char **words) {
  if (count != 3) return 2;
  long rate = atol(words[1]), seconds = atol(words[2]), total = rate * seconds;
  char *program[] = {"/bin/true", 0};
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (long number = 0; number < total; number++) {
    long long due = number * 1000000000LL / rate;
    struct timespec at = {begin.tv_sec + due / 1000000000, begin.tv_nsec + due % 1000000000};
    if (at.tv_nsec >= 1000000000) at.tv_sec++, at.tv_nsec -= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, 0);
    pid_t child;
    if (posix_spawn(&child, program[0], 0, 0, program, environ)) return 1;
    while (waitpid(-1, 0, WNOHANG) > 0) {}
  }
  while (wait(0) > 0) {}
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("%.0f\n", total / ((now.tv_sec - begin.tv_sec) + (now.tv_nsec - begin.tv_nsec) / 1e9));
}
