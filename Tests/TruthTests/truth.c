// Says when its first instruction ran, and a moment later between what instants it began to listen on a socket:
// monotonic nanoseconds, a line each on standard output. Then waits for its end.
// Without the C library, which would run for a while before main.
#include <linux/in.h>
#include <linux/time_types.h>
#include <sys/syscall.h>

static long call(long number, long a, long b, long c) {
#if defined(__x86_64__)
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
#endif
}

static unsigned long now(void) {
  struct __kernel_timespec time;
  call(SYS_clock_gettime, 1, (long)&time, 0);
  return (unsigned long)time.tv_sec * 1000000000 + (unsigned long)time.tv_nsec;
}

static void say(unsigned long instant) {
  char text[24];
  int at = sizeof text;
  text[--at] = '\n';
  for (; instant; instant /= 10) text[--at] = (char)('0' + instant % 10);
  call(SYS_write, 1, (long)(text + at), (long)sizeof text - at);
}

void _start(void) {
  say(now());
  struct __kernel_timespec moment = {.tv_nsec = 30000000};
  call(SYS_nanosleep, (long)&moment, 0, 0);
  struct sockaddr_in anywhere = {.sin_family = 2};
  long socket = call(SYS_socket, 2, 1, 0);
  call(SYS_bind, socket, (long)&anywhere, sizeof anywhere);
  unsigned long before = now();
  call(SYS_listen, socket, 1, 0);
  unsigned long after = now();
  say(before);
  say(after);
  struct __kernel_timespec day = {.tv_sec = 86400};
  for (;;) call(SYS_nanosleep, (long)&day, 0, 0);
}
