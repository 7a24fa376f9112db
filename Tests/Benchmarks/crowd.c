// crowd N T: N processes of T threads each that sleep until their parent ends; says "ready" when all are there.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *sleeper(void *unused) {
  for (;;) pause();
  return unused;
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: crowd PROCESSES THREADS\n"), 2;
  int processes = atoi(arguments[1]), threads = atoi(arguments[2]);
  int ready[2];
  if (pipe(ready)) return perror("pipe"), 1;
  for (int i = 0; i < processes; i++) {
    pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    if (child > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 16384);
    pthread_t thread;
    for (int j = 1; j < threads; j++)
      if (pthread_create(&thread, &small, sleeper, NULL)) perror("thread");
    if (write(ready[1], "", 1) != 1) return 1;
    for (;;) pause();
  }
  char byte;
  for (int i = 0; i < processes; i++)
    if (read(ready[0], &byte, 1) != 1) return 1;
  printf("ready\n");
  fflush(stdout);
  for (;;) pause();
}
