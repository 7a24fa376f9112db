// Other programs' processes, and the signs that they give.
#include "CLinux.h"
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

int tare_adopt_orphans(int wanted) { return prctl(PR_SET_CHILD_SUBREAPER, wanted, 0, 0, 0); }

int tare_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe(ends) < 0) return -1;
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  *reading = ends[0];
  *writing = ends[1];
  return 0;
}

int tare_wait_usage(pid_t process, int *status, struct rusage *usage) {
  return wait4(process, status, WNOHANG, usage);
}

int tare_has_ended(pid_t process, int *status) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (waitid(P_PID, process, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return -1;
  if (info.si_pid != process) return 0;
  *status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
  return 1;
}

int tare_inotify_folder(int descriptor, const char *path, uint32_t events) {
  return inotify_add_watch(descriptor, path, events | IN_ONLYDIR);
}

int tare_datagram_socket(const char *path) {
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
    int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
  }
  return descriptor;
}

int tare_loopback_listens(uint16_t port) {
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  memset(&four, 0, sizeof four);
  memset(&six, 0, sizeof six);
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  six.sin6_addr.s6_addr[15] = 1;
  struct timeval patience = {0, 20000};
  for (int i = 0; i < 2; i++) {
    int descriptor = socket(i ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) continue;
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int result =
        i ? connect(descriptor, (struct sockaddr *)&six, sizeof six) : connect(descriptor, (struct sockaddr *)&four, sizeof four);
    // A socket whose own port was chosen to be the one that it asks for is connected with itself.
    struct sockaddr_in6 own;
    socklen_t length = sizeof own;
    memset(&own, 0, sizeof own);
    getsockname(descriptor, (struct sockaddr *)&own, &length);
    close(descriptor);
    if (result == 0 && own.sin6_port != htons(port)) return 1;
  }
  return 0;
}
