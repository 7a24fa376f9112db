#define _GNU_SOURCE 1
#include "CTestSockets.h"

#include <errno.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int tare_test_listen(const char *path, int queue) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (bind(descriptor, (const struct sockaddr *)&address, sizeof address) == 0 && listen(descriptor, queue) == 0)
    return descriptor;
  close(descriptor);
  return -1;
}

uint32_t tare_test_open_files_as(uint32_t user) { return (uint32_t)setfsuid(user); }
