// The interfaces of another network namespace. A thread of its own enters it, so that the caller's thread stays where it is whatever
// happens.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct question {
  int space;
  char *answer;
  long room;
  long length;
};

static long dump(int fd, char *answer, long room) {
  struct {
    struct nlmsghdr head;
    struct ifinfomsg link;
  } request = {
      .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
               .nlmsg_type = RTM_GETLINK,
               .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
               .nlmsg_seq = 1},
      .link = {.ifi_family = AF_UNSPEC},
  };
  struct timeval limit = {.tv_sec = 0, .tv_usec = 200000};
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0) return -errno;
  if (send(fd, &request, request.head.nlmsg_len, 0) < 0) return -errno;
  long length = 0;
  while (room - length >= 32768) {
    long got = recv(fd, answer + length, room - length, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 ? -errno : -EIO;
    for (long at = 0; at + (long)sizeof(struct nlmsghdr) <= got;) {
      struct nlmsghdr head;
      memcpy(&head, answer + length + at, sizeof head);
      if (head.nlmsg_type == NLMSG_DONE) return length + got;
      if (head.nlmsg_type == NLMSG_ERROR || head.nlmsg_len < sizeof head) return -EIO;
      at += NLMSG_ALIGN(head.nlmsg_len);
    }
    length += got;
  }
  return -ENOBUFS;
}

static void *ask(void *argument) {
  struct question *question = argument;
  pthread_setname_np(pthread_self(), "tare-links");
  if (setns(question->space, CLONE_NEWNET) < 0) {
    question->length = -errno;
    return NULL;
  }
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) {
    question->length = -errno;
    return NULL;
  }
  question->length = dump(fd, question->answer, question->room);
  close(fd);
  return NULL;
}

long tare_namespace_links(int space, void *answer, long room) {
  struct question question = {space, answer, room, -EIO};
  pthread_t thread;
  int failure = pthread_create(&thread, NULL, ask, &question);
  if (failure != 0) return -failure;
  pthread_join(thread, NULL);
  return question.length;
}
