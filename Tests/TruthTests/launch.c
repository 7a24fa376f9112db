// launch FILE PROGRAM WORDS…: starts a program as a child and writes to FILE between what instants that was, and the
// child's number: monotonic nanoseconds. Ends as the child does; a signal to its process group ends both.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (unsigned long)time.tv_sec * 1000000000 + (unsigned long)time.tv_nsec;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  FILE *file = fopen(words[1], "w");
  unsigned long *born = mmap(0, sizeof *born, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (!file || born == MAP_FAILED) return 2;
  fcntl(fileno(file), F_SETFD, FD_CLOEXEC);
  now(); // the pages that are needed are there from now on
  *born = 0;
  unsigned long before = now();
  pid_t child = vfork(); // the parent stands still, so that the child gets its turn
  if (child == 0) {
    *born = now();
    execvp(words[2], words + 2);
    _exit(127);
  }
  if (child < 0) return 2;
  fprintf(file, "%lu %lu %d\n", before, *born, child);
  fclose(file);
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
