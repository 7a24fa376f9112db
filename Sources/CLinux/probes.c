// Probes of kernel facilities that are spoken to over netlink. Each opens what it needs and closes it again.
#include "CLinux.h"
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
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

int tare_probe_taskstats(int pid) {
  int fd = bound_netlink(NETLINK_GENERIC, 0);
  if (fd < 0) return fd;
  char answer[8192];
  int result = ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, TASKSTATS_GENL_NAME,
                   sizeof TASKSTATS_GENL_NAME, answer, sizeof answer);
  int family = 0;
  if (result > 0) {
    int at = (int)NLMSG_LENGTH(GENL_HDRLEN);
    while (at + NLA_HDRLEN <= result) {
      struct nlattr *item = (struct nlattr *)(answer + at);
      if (item->nla_len < NLA_HDRLEN) break;
      if (item->nla_type == CTRL_ATTR_FAMILY_ID) memcpy(&family, (char *)item + NLA_HDRLEN, 2);
      at += NLA_ALIGN(item->nla_len);
    }
    uint32_t who = (uint32_t)pid;
    result = family ? ask(fd, family, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_PID, &who, sizeof who, answer, sizeof answer)
                    : -ENOENT;
  }
  close(fd);
  return result > 0 ? 0 : result;
}
