// What Swift cannot reach in glibc and the kernel: system calls without a wrapper, variadic functions, CPUID.
// Every function returns what the system call returns; errors are in errno.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "TerminalGuard.h"

/// O_PATH is hidden without _GNU_SOURCE, which Swift's own module of glibc is built without.
enum { TARE_O_PATH = 010000000 };

/// openat2(2): a descriptor, or -1 and errno.
static inline int tare_openat2(int folder, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how;
  memset(&how, 0, sizeof how);
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = resolve;
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

/// openat(2) without its variable arguments.
static inline int tare_openat(int folder, const char *path, int flags, unsigned mode) {
  return openat(folder, path, flags | O_CLOEXEC, mode);
}

/// ioctl_ns(2) with NS_GET_USERNS: a descriptor of the user namespace that a namespace belongs to, or -1 and errno.
static inline int tare_owner_of_namespace(int descriptor) { return ioctl(descriptor, 0xb701u); }

/// A descriptor that is readable while one of these signals is pending.
static inline int tare_signalfd(const sigset_t *wanted) { return signalfd(-1, wanted, SFD_CLOEXEC | SFD_NONBLOCK); }

/// The number of the next pending signal of such a descriptor; -1 when there is none.
static inline int tare_next_signal(int descriptor) {
  struct signalfd_siginfo info;
  return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : -1;
}

/// inotify_init1(2), nonblocking: a descriptor, or -1 and errno.
static inline int tare_inotify(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

/// Tells when the file behind a descriptor is written to: a number for it, or -1 and errno.
int tare_inotify_add(int descriptor, int file);

static inline void tare_inotify_remove(int descriptor, int place) { inotify_rm_watch(descriptor, place); }

/// A descriptor that is readable after somebody wrote a number to it.
static inline int tare_eventfd(void) { return eventfd(0, EFD_CLOEXEC); }

/// Columns and rows of a terminal; 0 where it does not know them, -1 where it is none.
static inline int tare_terminal_size(int descriptor, int *width, int *height) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) < 0) return -1;
  *width = size.ws_col;
  *height = size.ws_row;
  return 0;
}

/// RLIMIT_NOFILE is an enumeration here and a macro there.
static inline int tare_nofile_limit(struct rlimit *limit) { return getrlimit(RLIMIT_NOFILE, limit); }
static inline int tare_set_nofile_limit(const struct rlimit *limit) { return setrlimit(RLIMIT_NOFILE, limit); }

#if defined(__x86_64__)
static inline void tare_cpuid(unsigned leaf, unsigned *a, unsigned *b, unsigned *c, unsigned *d) {
  __asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(0));
}
#endif

/// The 12 characters in which a hypervisor names itself to its guest (CPUID leaf 0x40000000) and a NUL; empty where there is none.
static inline void tare_hypervisor_signature(char *signature) {
  memset(signature, 0, 13);
#if defined(__x86_64__)
  unsigned a, b, c, d;
  tare_cpuid(1, &a, &b, &c, &d);
  if (!(c & (1u << 31))) return;
  tare_cpuid(0x40000000, &a, &b, &c, &d);
  memcpy(signature, &b, 4);
  memcpy(signature + 4, &c, 4);
  memcpy(signature + 8, &d, 4);
#endif
}

/// A netlink socket that the kernel tells of every fork, exec and exit, or -errno.
int tare_proc_connector(void);
/// A child that ends at once: its pid, or -1 and errno. The caller waits for it.
int tare_fork_child(void);
/// Asks taskstats about a process: 0, or -errno.
int tare_probe_taskstats(int pid);

/// A netlink socket and the number of taskstats on it, or -errno.
int tare_taskstats_open(int *family);

/// Microseconds that a task has lived: 0, or -errno.
int tare_taskstats_elapsed(int fd, int family, int task, uint64_t *microseconds);

/// A nonblocking socket on which the kernel tells of processes, or -errno.
int tare_proc_events_open(void);

/// A nonblocking socket on which the kernel tells of devices, KVM's machines among them, or -errno.
int tare_uevents_open(void);

/// The next message of the kernel's own: its length, or -1 and errno.
long tare_receive_from_kernel(int fd, void *buffer, unsigned long room);

/// Gives the calling thread a name of at most 15 bytes, as `ps -L` shows it.
static inline void tare_name_thread(const char *name) {
  extern int prctl(int, ...);
  prctl(15, name); // PR_SET_NAME of <sys/prctl.h>
}

/// Messages of the kernel's own that are there, at most 64, each into a place of `slot` bytes; the length of one that is
/// somebody else's, or longer, is 0. Their number, or -1 and errno.
int tare_receive_many_from_kernel(int fd, void *buffer, int slot, int most, int *lengths);

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

/// All threads share one arena of malloc(3): each of them would keep half a megabyte of its own otherwise.
static inline void tare_share_memory(void) {
  extern int mallopt(int, int);
  mallopt(-8, 1); // M_ARENA_MAX of <malloc.h>
}

/// fcntl(2) with F_DUPFD_CLOEXEC: a copy with this number or the next free one, or -1 and errno.
static inline int tare_copy_descriptor(int descriptor, int least) { return fcntl(descriptor, F_DUPFD_CLOEXEC, least); }

/// Whether so many bytes of memory could be had: what `ulimit -v` and `ulimit -d` leave.
int tare_has_room(unsigned long size);

/// Gives back what was needed for the start only: freed memory, and the pages of the program itself that were mapped on
/// the way. They stay in the kernel's cache of files, and those still needed come back from there one by one.
void tare_forget_start(void);

/// posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34. Declared here: <spawn.h> has it only with _GNU_SOURCE, and
/// types that differ from those of Swift's Glibc module.
static inline int tare_spawn_close_from(void *actions, int first) {
  extern int posix_spawn_file_actions_addclosefrom_np(void *, int);
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/// Puts something that can be neither read nor written in the place of standard input, output and error where they are
/// closed, so that nothing else gets their numbers.
void tare_hold_standard_descriptors(void);

/// Opens a file with the rights of another user and group and no other groups, which needs root's: a descriptor, or -1 and
/// errno. Only the calling thread changes, and changes back.
int tare_open_as(uid_t user, gid_t group, const char *path, int flags);

// SIGINT, SIGTERM and SIGHUP where nobody may be able to look for them; see interrupts.c.

/// From now on such a signal ends the process at once, unless there is a time of grace. Returns a descriptor that is readable from
/// the first of them on, or -1 where none may be opened: they end the process all the same.
int tare_interrupts_begin(void);

/// The exit code from now on.
void tare_interrupts_code(int code);

/// Somebody looks for a signal and ends by himself: only if he does not within so many seconds the process is ended. 0: at once.
void tare_interrupts_grace(int seconds);

/// Whether one has come.
int tare_interrupts_came(void);

// For starting and watching other programs; see process.c.

/// prctl(2) with PR_SET_CHILD_SUBREAPER: whether orphans among our descendants become our children, and not init's.
int tare_adopt_orphans(int wanted);

/// A pipe whose reading end does not block; 0, or -1 and errno.
int tare_pipe(int *reading, int *writing);

/// wait4(2) with WNOHANG: the pid, 0 while it runs, or -1 and errno.
int tare_wait_usage(pid_t process, int *status, struct rusage *usage);

/// Whether a child has ended, without taking it: 1 and its status as from wait4(2), or 0; -1 and errno.
int tare_has_ended(pid_t process, int *status);

/// Tells what inotify(7) names by `events` in a folder: a number for it, or -1 and errno.
int tare_inotify_folder(int descriptor, const char *path, uint32_t events);

/// A nonblocking datagram socket at this path, or -1 and errno.
int tare_datagram_socket(const char *path);

/// Whether something listens on this TCP port of 127.0.0.1 or ::1. It sees a connection that is closed at once. A listener
/// whose queue is full keeps us for 20 ms at most.
int tare_loopback_listens(uint16_t port);
