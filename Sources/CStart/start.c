// Runs before anything else of the program does. Swift's runtime looks for its own file as it begins, and aborts where it
// cannot read /proc: a person gets a sentence instead.
#include "CStart.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void refuse_without_proc(void) {
  char path[16];
  if (readlink("/proc/self/exe", path, sizeof path) >= 0) return;
  static const char gone[] = "tare: nothing can be read: /proc/self/exe: no such file; mount -t proc proc /proc\n";
  static const char closed[] = "tare: nothing can be read: /proc/self/exe: permission denied\n";
  int is_gone = errno == ENOENT || errno == ENOTDIR;
  if (write(STDERR_FILENO, is_gone ? gone : closed, is_gone ? sizeof gone - 1 : sizeof closed - 1) < 0) {}
  _exit(3);
}

__attribute__((section(".preinit_array"), used)) static void (*const before_all)(void) = refuse_without_proc;
