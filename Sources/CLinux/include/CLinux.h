// What Swift cannot reach in glibc and the kernel: system calls without a wrapper, variadic functions, CPUID.
// Header only. Every function returns what the system call returns; errors are in errno.
#pragma once
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

/// pidfd_open(2): a descriptor that stays with this process even when its number is used again, or -1 and errno.
static inline int tare_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

/// pidfd_send_signal(2): 0, or -1 and errno.
static inline int tare_pidfd_send_signal(int descriptor, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, (void *)0, 0);
}

/// reboot(2) with LINUX_REBOOT_CMD_POWER_OFF: does not return to the first process of a machine.
static inline int tare_power_off(void) { return (int)syscall(SYS_reboot, 0xfee1dead, 0x28121969, 0x4321fedc, (void *)0); }

/// memfd_create(2) with MFD_CLOEXEC: a descriptor of a file that exists in memory only, or -1 and errno.
static inline int tare_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1u); }

/// posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34. Declared here: <spawn.h> has it only with _GNU_SOURCE, and
/// types that differ from those of Swift's Glibc module.
static inline int tare_spawn_close_from(void *actions, int first) {
  extern int posix_spawn_file_actions_addclosefrom_np(void *, int);
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
