// What Swift cannot reach in glibc and the kernel: system calls without a wrapper, variadic functions, CPUID.
// Header only. Every function returns what the system call returns; errors are in errno.
#pragma once
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/// openat2(2): a descriptor, or -1 and errno.
static inline int tare_openat2(int folder, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how;
  memset(&how, 0, sizeof how);
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve;
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}
