// Everything that a handler calls here is async-signal-safe: signal-safety(7).
#include "TerminalGuard.h"
#include "CLinux.h"
#include <poll.h>
#include <stdlib.h>
#include <termios.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS, SIGQUIT};
static const int endings[] = {SIGINT, SIGTERM, SIGHUP};
enum { crash_count = sizeof crashes / sizeof *crashes, ending_count = sizeof endings / sizeof *endings };

static struct sigaction crash_before[crash_count], ending_before[ending_count];
static struct termios before;
static char reset[512];
static size_t reset_length;
static int terminal = -1, messages = -1, errors = -1;
static pid_t owner;
static volatile sig_atomic_t holds;
// A stack that overflowed cannot run its own handler.
static char stack[65536];

static void send_all(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    // A terminal that does not read must not keep the process from ending.
    struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
    if (poll(&ready, 1, 500) <= 0) return;
    ssize_t count = write(descriptor, bytes, length);
    if (count <= 0) return;
    bytes += count;
    length -= (size_t)count;
  }
}

static void give_back_errors(void) {
  if (errors < 0) return;
  dup2(errors, STDERR_FILENO);
  char part[1024];
  off_t at = 0;
  for (ssize_t count; (count = pread(messages, part, sizeof part, at)) > 0; at += count)
    send_all(errors, part, (size_t)count);
}

static void give_back(void) {
  if (holds && getpid() == owner) {
    holds = 0;
    tcflush(terminal, TCOFLUSH);
    send_all(terminal, reset, reset_length);
    tcsetattr(terminal, TCSANOW, &before);
  }
  give_back_errors();
}

static void on_crash(int signal, siginfo_t *info, void *context) {
  (void)context;
  give_back();
  for (int i = 0; i < crash_count; i++)
    if (crashes[i] == signal) sigaction(signal, &crash_before[i], NULL);
  // A fault comes again by itself, with its address, for whoever prints a backtrace. What was sent must be sent again,
  // and after a breakpoint the next instruction would run.
  if (info->si_code <= 0 || signal == SIGTRAP || signal == SIGABRT || signal == SIGQUIT) raise(signal);
}

static void on_ending(int signal) {
  give_back();
  struct sigaction standard = {.sa_handler = SIG_DFL};
  sigaction(signal, &standard, NULL);
  raise(signal);
}

static void keep_errors_back(void) {
  if (!isatty(STDERR_FILENO)) return;
  messages = tare_memory_file("messages");
  errors = messages < 0 ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (errors < 0) return;
  dup2(messages, STDERR_FILENO);
}

void tare_guard_terminal(int descriptor, const void *settings, const void *bytes, size_t length) {
  memcpy(&before, settings, sizeof before);
  terminal = descriptor;
  reset_length = length < sizeof reset ? length : sizeof reset;
  memcpy(reset, bytes, reset_length);
  owner = getpid();
  keep_errors_back();
  stack_t current;
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  if (sigaltstack(NULL, &current) == 0 && current.ss_flags & SS_DISABLE) sigaltstack(&own, NULL);
  struct sigaction crash = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  struct sigaction ending = {.sa_handler = on_ending, .sa_flags = SA_ONSTACK};
  // SIGTTOU too: from the background tcsetattr would stop the process.
  sigfillset(&crash.sa_mask);
  sigfillset(&ending.sa_mask);
  for (int i = 0; i < crash_count; i++) sigaction(crashes[i], &crash, &crash_before[i]);
  for (int i = 0; i < ending_count; i++) {
    sigaction(endings[i], NULL, &ending_before[i]);
    // Ignored by nohup, say, it stays ignored.
    if (ending_before[i].sa_handler != SIG_IGN) sigaction(endings[i], &ending, NULL);
  }
  // ncurses sets a handler of its own, which would draw while Swift does.
  signal(SIGTSTP, SIG_DFL);
}

void tare_guard_holds(int is_open) { holds = is_open; }

void tare_guard_end(void) {
  if (terminal < 0) return;
  holds = 0;
  tcsetattr(terminal, TCSADRAIN, &before);
  terminal = -1;
  for (int i = 0; i < crash_count; i++) sigaction(crashes[i], &crash_before[i], NULL);
  for (int i = 0; i < ending_count; i++) sigaction(endings[i], &ending_before[i], NULL);
  give_back_errors();
  if (errors >= 0) {
    close(errors);
    close(messages);
    errors = messages = -1;
  }
}

static void mask(int how, const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  pthread_sigmask(how, &set, NULL);
}

void tare_guard_unblocks(int may_end) { mask(may_end ? SIG_UNBLOCK : SIG_BLOCK, endings, ending_count); }

void tare_stop(int whole_group) {
  static const int stop[] = {SIGTSTP};
  mask(SIG_BLOCK, stop, 1);
  kill(whole_group ? 0 : getpid(), SIGTSTP);
  // Here it stops, unless nobody could ever let it go on: an orphaned process group is not stopped by this signal.
  mask(SIG_UNBLOCK, stop, 1);
  mask(SIG_BLOCK, stop, 1);
}
