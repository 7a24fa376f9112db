// Standard descriptors, and files with another user's rights.
#include "CLinux.h"
#include <sys/fsuid.h>

void tare_hold_standard_descriptors(void) {
  for (int number = 0; number < 3; number++) {
    if (fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Opened the wrong way round, so that whoever uses it hears of it.
    open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY);
  }
}

int tare_open_as(uid_t user, gid_t group, const char *path, int flags) {
  enum { most = 65536 };
  int count = getgroups(0, NULL);
  if (count < 0 || count > most) return -1;
  gid_t *groups = calloc((size_t)count + 1, sizeof *groups);
  if (!groups) return -1;
  int descriptor = -1, reason = EPERM;
  count = getgroups(count, groups);
  // The C library's setgroups would change all threads.
  if (count >= 0 && syscall(SYS_setgroups, 0, NULL) == 0) {
    int own_group = setfsgid(group), own_user = setfsuid(user);
    // Only asking again tells whether that was done.
    if (setfsgid((gid_t)-1) == (int)group && setfsuid((uid_t)-1) == (int)user) {
      descriptor = open(path, flags | O_CLOEXEC);
      reason = errno;
    }
    setfsuid((uid_t)own_user);
    setfsgid((gid_t)own_group);
    syscall(SYS_setgroups, (size_t)count, groups);
  }
  free(groups);
  errno = reason;
  return descriptor;
}
