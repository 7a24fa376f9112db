// Facilities of the kernel that are spoken to over netlink.
#define _GNU_SOURCE // recvmmsg; in no header, because Swift's own module of glibc is built without it
#include "CLinux.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

static int bound_netlink(int protocol, unsigned groups) {
  int fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
  if (fd < 0) return -errno;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  struct timeval limit = {.tv_usec = 300000};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

int tare_proc_connector(void) {
  int fd = bound_netlink(NETLINK_CONNECTOR, CN_IDX_PROC);
  if (fd < 0) return fd;
  enum proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;
  struct cn_msg message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof operation};
  struct nlmsghdr header = {.nlmsg_len = NLMSG_LENGTH(sizeof message + sizeof operation), .nlmsg_type = NLMSG_DONE};
  char request[NLMSG_LENGTH(sizeof message + sizeof operation)];
  memcpy(request, &header, sizeof header);
  memcpy(request + NLMSG_HDRLEN, &message, sizeof message);
  memcpy(request + NLMSG_HDRLEN + sizeof message, &operation, sizeof operation);
  if (send(fd, request, sizeof request, 0) < 0) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

int tare_fork_child(void) {
  int pid = fork();
  if (pid == 0) _exit(0);
  return pid;
}

// One generic netlink request with a single attribute; the answer goes to `answer`. Its length, or -errno.
static int ask(int fd, int family, int command, int attribute, const void *value, int size, char *answer, int room) {
  char request[256];
  memset(request, 0, sizeof request);
  struct nlmsghdr *header = (struct nlmsghdr *)request;
  struct genlmsghdr *generic = NLMSG_DATA(header);
  struct nlattr *item = (struct nlattr *)((char *)generic + GENL_HDRLEN);
  if (size > 200) return -EINVAL;
  generic->cmd = (uint8_t)command;
  generic->version = 1;
  item->nla_type = (uint16_t)attribute;
  item->nla_len = (uint16_t)(NLA_HDRLEN + size);
  memcpy((char *)item + NLA_HDRLEN, value, (size_t)size);
  header->nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN + NLA_ALIGN(item->nla_len));
  header->nlmsg_type = (uint16_t)family;
  header->nlmsg_flags = NLM_F_REQUEST;
  if (send(fd, request, header->nlmsg_len, 0) < 0) return -errno;
  int length = (int)recv(fd, answer, (size_t)room, 0);
  if (length < 0) return -errno;
  struct nlmsghdr *reply = (struct nlmsghdr *)answer;
  if (length < (int)NLMSG_LENGTH(GENL_HDRLEN)) return -EPROTO;
  if (reply->nlmsg_type == NLMSG_ERROR) {
    int code = ((struct nlmsgerr *)NLMSG_DATA(reply))->error;
    return code ? code : -EPROTO;
  }
  return length;
}

static const void *find(const char *from, int length, int type, int *size) {
  for (int at = 0; at + NLA_HDRLEN <= length;) {
    const struct nlattr *item = (const struct nlattr *)(from + at);
    if (item->nla_len < NLA_HDRLEN || at + item->nla_len > length) return 0;
    if ((item->nla_type & NLA_TYPE_MASK) == type) {
      *size = item->nla_len - NLA_HDRLEN;
      return from + at + NLA_HDRLEN;
    }
    at += NLA_ALIGN(item->nla_len);
  }
  return 0;
}

int tare_taskstats_open(int *family) {
  int fd = bound_netlink(NETLINK_GENERIC, 0);
  if (fd < 0) return fd;
  char answer[8192];
  int size, head = (int)NLMSG_LENGTH(GENL_HDRLEN);
  int result = ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, TASKSTATS_GENL_NAME,
                   sizeof TASKSTATS_GENL_NAME, answer, sizeof answer);
  const void *id = result > 0 ? find(answer + head, result - head, CTRL_ATTR_FAMILY_ID, &size) : 0;
  if (!id || size < 2) {
    close(fd);
    return result < 0 ? result : -ENOENT;
  }
  uint16_t number;
  memcpy(&number, id, sizeof number);
  *family = number;
  return fd;
}

int tare_taskstats_elapsed(int fd, int family, int task, uint64_t *microseconds) {
  char answer[8192];
  uint32_t who = (uint32_t)task;
  int size, head = (int)NLMSG_LENGTH(GENL_HDRLEN);
  int result =
      ask(fd, family, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_PID, &who, sizeof who, answer, sizeof answer);
  if (result < 0) return result;
  const char *group = find(answer + head, result - head, TASKSTATS_TYPE_AGGR_PID, &size);
  const char *stats = group ? find(group, size, TASKSTATS_TYPE_STATS, &size) : 0;
  if (!stats || size < (int)(offsetof(struct taskstats, ac_etime) + sizeof *microseconds)) return -EPROTO;
  memcpy(microseconds, stats + offsetof(struct taskstats, ac_etime), sizeof *microseconds);
  return 0;
}

int tare_probe_taskstats(int pid) {
  int family;
  int fd = tare_taskstats_open(&family);
  if (fd < 0) return fd;
  uint64_t elapsed;
  int result = tare_taskstats_elapsed(fd, family, pid, &elapsed);
  close(fd);
  return result;
}

// A filter sees words as if the most significant byte came first.
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WORD(value) __builtin_bswap32(value)
#else
#define WORD(value) (value)
#endif

int tare_proc_events_open(void) {
  int fd = tare_proc_connector();
  if (fd < 0) return fd;
  // Only processes: forks and ends of threads, and all other events, would wake the listener for nothing.
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 36),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WORD(0x1u), 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WORD(0x2u), 9, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WORD(0x80000000u), 4, 9),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 36 + 24),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 36 + 28),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 4, 5),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 36 + 16),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 36 + 20),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
  int room = 4 << 20;
  // Without the first of the two the second may be cut to what every user may have.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

int tare_uevents_open(void) {
  int fd = bound_netlink(NETLINK_KOBJECT_UEVENT, 1);
  if (fd >= 0) fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

int tare_inotify_add(int descriptor, int file) {
  char path[40];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  return inotify_add_watch(descriptor, path, IN_MODIFY);
}

int tare_receive_many_from_kernel(int fd, void *buffer, int slot, int most, int *lengths) {
  struct mmsghdr messages[64];
  struct iovec places[64];
  struct sockaddr_nl from[64];
  if (most > 64) most = 64;
  memset(messages, 0, sizeof messages[0] * (size_t)most);
  for (int index = 0; index < most; index++) {
    places[index] = (struct iovec){(char *)buffer + (size_t)index * (size_t)slot, (size_t)slot};
    messages[index].msg_hdr = (struct msghdr){
        .msg_name = &from[index], .msg_namelen = sizeof from[index], .msg_iov = &places[index], .msg_iovlen = 1};
  }
  int count = recvmmsg(fd, messages, (unsigned)most, MSG_DONTWAIT, 0);
  for (int index = 0; index < count; index++) {
    // Any process may send to a netlink socket; the kernel has number 0.
    int isWhole = !(messages[index].msg_hdr.msg_flags & MSG_TRUNC) && from[index].nl_pid == 0;
    lengths[index] = isWhole ? (int)messages[index].msg_len : 0;
  }
  return count;
}

long tare_receive_from_kernel(int fd, void *buffer, unsigned long room) {
  for (;;) {
    struct sockaddr_nl from = {0};
    socklen_t length = sizeof from;
    long count = recvfrom(fd, buffer, room, 0, (struct sockaddr *)&from, &length);
    // Any process may send to a netlink socket; the kernel has number 0.
    if (count < 0 || from.nl_pid == 0) return count;
  }
}
