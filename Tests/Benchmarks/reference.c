// What a tick costs at least: reads the files that tare's sampler reads at each tick, through descriptors that it holds where
// the sampler does, parses the same keys into one struct a cgroup, and does nothing else.
//
//   reference PARENT COUNT TICKS
//   reference machines TICKS PID...
//
// The cgroups are PARENT/1 to PARENT/COUNT in every mounted hierarchy, each with one process; machines are VMMs without a
// cgroup of their own. Prints the median nanoseconds of CPU time of a tick, user and system.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t u64;

struct row {
  u64 read_at, usage, user, system, periods, throttled_periods, throttled;
  u64 memory, inactive, anon, file, kernel, limit, swap, swap_limit;
  u64 cpu_some, memory_some, memory_full, io_some, read, written, received, sent, processes;
};

static char buffer[1 << 16];

static void die(const char *what) {
  perror(what);
  exit(1);
}

// MARK: Parsing

static const char *number(const char *at, u64 *value) {
  u64 sum = 0;
  while (*at >= '0' && *at <= '9') sum = sum * 10 + (u64)(*at++ - '0');
  *value = sum;
  return at;
}

static const char *blanks(const char *at) {
  while (*at == ' ' || *at == '\t') at++;
  return at;
}

static const char *word(const char *at) {
  while (*at && *at != ' ' && *at != '\t' && *at != '\n') at++;
  return at;
}

static const char *next_line(const char *at) {
  while (*at && *at != '\n') at++;
  return *at ? at + 1 : at;
}

struct key {
  const char *name;
  size_t offset;
  u64 scale;
};

#define KEY(name, field, scale) { name, offsetof(struct row, field), scale }

static void parse_keys(const char *at, const struct key *keys, void *into) {
  int left = 0;
  while (keys[left].name) left++;
  while (*at && left > 0) {
    const char *end = word(at);
    for (const struct key *key = keys; key->name; key++) {
      size_t length = strlen(key->name);
      if ((size_t)(end - at) != length || memcmp(at, key->name, length)) continue;
      u64 value;
      number(blanks(end), &value);
      *(u64 *)((char *)into + key->offset) = value * key->scale;
      left--;
      break;
    }
    at = next_line(end);
  }
}

static void parse_single(const char *at, const struct key *keys, void *into) {
  u64 value;
  number(at, &value);
  *(u64 *)((char *)into + keys->offset) = value * keys->scale;
}

// `some avg10=0.00 avg60=0.00 avg300=0.00 total=N`; the first key is for `some`, the second for `full`.
static void parse_pressure(const char *at, const struct key *keys, void *into) {
  for (; *at; at = next_line(at)) {
    const struct key *key = *at == 's' ? &keys[0] : &keys[1];
    const char *total = strstr(at, "total=");
    if (!total || !key->name) continue;
    number(total + 6, (u64 *)((char *)into + key->offset));
  }
}

// `8:0 rbytes=N wbytes=N …`
static void parse_io_stat(const char *at, const struct key *keys, void *into) {
  (void)keys;
  struct row *row = into;
  row->read = row->written = 0;
  for (; *at; at = next_line(at)) {
    for (; *at && *at != '\n'; at = blanks(word(at))) {
      u64 value;
      if (!strncmp(at, "rbytes=", 7)) number(at + 7, &value), row->read += value;
      if (!strncmp(at, "wbytes=", 7)) number(at + 7, &value), row->written += value;
    }
  }
}

// `8:0 Read N`
static void parse_blkio(const char *at, const struct key *keys, void *into) {
  (void)keys;
  struct row *row = into;
  row->read = row->written = 0;
  for (; *at; at = next_line(at)) {
    if (*at < '0' || *at > '9') continue;
    const char *kind = blanks(word(at));
    u64 value;
    number(blanks(word(kind)), &value);
    if (*kind == 'R') row->read += value;
    if (*kind == 'W') row->written += value;
  }
}

// Two lines of headings, then `name: received 7 others sent …`
static void parse_net_dev(const char *at, struct row *row) {
  row->received = row->sent = 0;
  for (at = next_line(next_line(at)); *at; at = next_line(at)) {
    const char *name = blanks(at);
    const char *colon = name;
    while (*colon && *colon != ':' && *colon != '\n') colon++;
    if (*colon != ':') continue;
    u64 received, sent;
    at = number(blanks(colon + 1), &received);
    for (int skipped = 0; skipped < 7; skipped++) at = word(blanks(at));
    at = number(blanks(at), &sent);
    if (colon - name == 2 && !memcmp(name, "lo", 2)) continue;
    row->received += received;
    row->sent += sent;
  }
}

// MARK: Files

struct kind {
  const char *controller, *name;
  void (*parse)(const char *, const struct key *, void *);
  struct key keys[7];
};

static const struct kind v1[] = {
    {"cpuacct", "cpuacct.usage", parse_single, {KEY("", usage, 1)}},
    {"cpuacct", "cpuacct.stat", parse_keys, {KEY("user", user, 10000000), KEY("system", system, 10000000)}},
    {"cpu", "cpu.stat", parse_keys,
     {KEY("nr_periods", periods, 1), KEY("nr_throttled", throttled_periods, 1), KEY("throttled_time", throttled, 1)}},
    {"memory", "memory.usage_in_bytes", parse_single, {KEY("", memory, 1)}},
    {"memory", "memory.stat", parse_keys,
     {KEY("total_inactive_file", inactive, 1), KEY("total_rss", anon, 1), KEY("total_cache", file, 1),
      KEY("hierarchical_memory_limit", limit, 1), KEY("total_swap", swap, 1), KEY("hierarchical_memsw_limit", swap_limit, 1)}},
    {"memory", "memory.kmem.usage_in_bytes", parse_single, {KEY("", kernel, 1)}},
    // Requests first: both files have the same form, and are parsed into the same fields.
    {"blkio", "blkio.throttle.io_serviced_recursive", parse_blkio, {}},
    {"blkio", "blkio.throttle.io_service_bytes_recursive", parse_blkio, {}},
    {"pids", "pids.current", parse_single, {KEY("", processes, 1)}},
    {}};

static const struct kind v2[] = {
    {"cpu", "cpu.stat", parse_keys,
     {KEY("usage_usec", usage, 1000), KEY("user_usec", user, 1000), KEY("system_usec", system, 1000),
      KEY("nr_periods", periods, 1), KEY("nr_throttled", throttled_periods, 1), KEY("throttled_usec", throttled, 1000)}},
    {"memory", "memory.current", parse_single, {KEY("", memory, 1)}},
    {"memory", "memory.swap.current", parse_single, {KEY("", swap, 1)}},
    {"memory", "memory.stat", parse_keys,
     {KEY("inactive_file", inactive, 1), KEY("anon", anon, 1), KEY("file", file, 1), KEY("kernel", kernel, 1)}},
    {"io", "io.stat", parse_io_stat, {}},
    {"pids", "pids.current", parse_single, {KEY("", processes, 1)}},
    {}};

// In v1 too these are files of the unified hierarchy, where it is mounted beside.
static const struct kind pressure[] = {
    {"", "cpu.pressure", parse_pressure, {KEY("some", cpu_some, 1)}},
    {"", "memory.pressure", parse_pressure, {KEY("some", memory_some, 1), KEY("full", memory_full, 1)}},
    {"", "io.pressure", parse_pressure, {KEY("some", io_some, 1)}},
    {}};

struct held {
  // Below 0 where there are no more descriptors: opened at each tick, by its path.
  int descriptor;
  char *path;
  const struct kind *kind;
};

struct group {
  struct held files[16];
  int count;
  char net_dev[64];
  struct row row;
};

// The highest descriptor that is held: some room is left.
static int most_held;

// Where the hierarchy of a v1 controller is mounted, or the unified one for "".
static int mount_point(const char *controller, char *into, size_t size) {
  FILE *mounts = setmntent("/proc/self/mounts", "r");
  if (!mounts) die("/proc/self/mounts");
  int found = 0;
  for (struct mntent *entry; !found && (entry = getmntent(mounts));) {
    found = *controller ? !strcmp(entry->mnt_type, "cgroup") && hasmntopt(entry, controller)
                        : !strcmp(entry->mnt_type, "cgroup2");
    if (found) snprintf(into, size, "%s", entry->mnt_dir);
  }
  endmntent(mounts);
  return found;
}

static void hold(struct group *group, const struct kind *kinds, int is_v1, const char *path) {
  for (const struct kind *kind = kinds; kind->name; kind++) {
    char point[256], file[1024];
    int mounted_v1 = *kind->controller && mount_point(kind->controller, point, sizeof point);
    if (mounted_v1 != is_v1 || (!is_v1 && !mount_point("", point, sizeof point))) continue;
    snprintf(file, sizeof file, "%s%s/%s", point, path, kind->name);
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (descriptor > most_held) {
      close(descriptor);
      descriptor = -1;
    }
    group->files[group->count++] = (struct held){descriptor, descriptor < 0 ? strdup(file) : NULL, kind};
  }
}

static void find_process(struct group *group, const char *path) {
  char point[256], file[1024];
  if (!mount_point("", point, sizeof point) && !mount_point("memory", point, sizeof point)) die("no cgroups");
  snprintf(file, sizeof file, "%s%s/cgroup.procs", point, path);
  FILE *procs = fopen(file, "r");
  int pid;
  if (!procs || fscanf(procs, "%d", &pid) != 1) die(file);
  fclose(procs);
  snprintf(group->net_dev, sizeof group->net_dev, "/proc/%d/net/dev", pid);
}

// MARK: Ticks

// A file that the kernel writes in one piece.
static void read_held(int descriptor) {
  ssize_t got = pread(descriptor, buffer, sizeof buffer - 1, 0);
  buffer[got > 0 ? got : 0] = 0;
}

// A file that must not be held, because it would keep a network namespace alive; read up to its end.
static void read_once(const char *path) {
  size_t count = 0;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) {
    for (ssize_t got; (got = read(descriptor, buffer + count, sizeof buffer - 1 - count)) > 0;) count += (size_t)got;
    close(descriptor);
  }
  buffer[count] = 0;
}

static u64 clock_now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec;
}

struct host {
  u64 last_pid, read_at, cpu[10], total, available, cpu_some, memory_some, memory_full, io_some, resident, own_cpu;
  u64 realtime, monotonic, boottime;
};

#define HOST_KEY(name, field, scale) { name, offsetof(struct host, field), scale }

static const struct key meminfo[] = {HOST_KEY("MemTotal:", total, 1024), HOST_KEY("MemAvailable:", available, 1024), {}};
static const struct key cpu_stall[] = {HOST_KEY("some", cpu_some, 1), {}};
static const struct key memory_stall[] = {HOST_KEY("some", memory_some, 1), HOST_KEY("full", memory_full, 1)};
static const struct key io_stall[] = {HOST_KEY("some", io_some, 1), {}};

enum { LOADAVG, STAT, MEMINFO, CPU, MEMORY, IO, STATM, HOST_FILES };
static const char *const host_files[HOST_FILES] = {
    "/proc/loadavg",      "/proc/stat",        "/proc/meminfo",   "/proc/pressure/cpu",
    "/proc/pressure/memory", "/proc/pressure/io", "/proc/self/statm"};
static int host_held[HOST_FILES];

static void read_host(struct host *host) {
  host->read_at = clock_now(CLOCK_MONOTONIC);
  read_held(host_held[STAT]);
  const char *at = word(buffer);
  for (int field = 0; field < 10; field++) at = number(blanks(at), &host->cpu[field]);
  read_held(host_held[MEMINFO]);
  parse_keys(buffer, meminfo, host);
  const struct key *stalls[] = {cpu_stall, memory_stall, io_stall};
  for (int file = CPU; file <= IO; file++) {
    read_held(host_held[file]);
    parse_pressure(buffer, stalls[file - CPU], host);
  }
  host->realtime = clock_now(CLOCK_REALTIME);
  host->monotonic = clock_now(CLOCK_MONOTONIC);
  host->boottime = clock_now(CLOCK_BOOTTIME);
  host->own_cpu = clock_now(CLOCK_PROCESS_CPUTIME_ID);
  read_held(host_held[STATM]);
  number(blanks(word(buffer)), &host->resident);
}

// MARK: Machines

struct machine_row {
  u64 read_at, user, system, guest, start, resident, anon, file, shared, hugetlb, read, written, running, waiting;
};

#define MACHINE_KEY(name, field, scale) { name, offsetof(struct machine_row, field), scale }

static const struct key status_keys[] = {
    MACHINE_KEY("RssAnon:", anon, 1024), MACHINE_KEY("RssFile:", file, 1024), MACHINE_KEY("RssShmem:", shared, 1024),
    MACHINE_KEY("HugetlbPages:", hugetlb, 1024), {}};
static const struct key io_keys[] = {MACHINE_KEY("read_bytes:", read, 1), MACHINE_KEY("write_bytes:", written, 1), {}};

struct machine {
  int stat, statm, status, io, threads[64], count;
  struct machine_row row;
};

static int hold_of(const char *pid, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) die(path);
  return descriptor;
}

static void find_machine(struct machine *machine, const char *pid) {
  machine->stat = hold_of(pid, "stat");
  machine->statm = hold_of(pid, "statm");
  machine->status = hold_of(pid, "status");
  machine->io = hold_of(pid, "io");
  char path[512];
  snprintf(path, sizeof path, "/proc/%s/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) die(path);
  for (struct dirent *entry; machine->count < 64 && (entry = readdir(tasks));) {
    if (*entry->d_name == '.') continue;
    snprintf(path, sizeof path, "task/%s/schedstat", entry->d_name);
    machine->threads[machine->count++] = hold_of(pid, path);
  }
  closedir(tasks);
}

static void read_machine(struct machine *machine) {
  struct machine_row *row = &machine->row;
  row->read_at = clock_now(CLOCK_MONOTONIC);
  read_held(machine->stat);
  const char *at = strrchr(buffer, ')');
  for (int field = 2; at && field < 43; field++) {
    at = blanks(word(at));
    if (field == 13) number(at, &row->user);
    if (field == 14) number(at, &row->system);
    if (field == 21) number(at, &row->start);
    if (field == 42) number(at, &row->guest);
  }
  row->running = row->waiting = 0;
  for (int thread = 0; thread < machine->count; thread++) {
    u64 running, waiting;
    read_held(machine->threads[thread]);
    number(blanks(number(buffer, &running)), &waiting);
    row->running += running;
    row->waiting += waiting;
  }
  read_held(machine->status);
  parse_keys(buffer, status_keys, row);
  read_held(machine->statm);
  number(blanks(word(buffer)), &row->resident);
  read_held(machine->io);
  parse_keys(buffer, io_keys, row);
}

static void machine_tick(struct machine *machines, int count, struct host *host) {
  read_held(host_held[LOADAVG]);
  const char *at = buffer;
  for (int skipped = 0; skipped < 4; skipped++) at = blanks(word(at));
  number(at, &host->last_pid);
  for (struct machine *machine = machines; machine < machines + count; machine++) read_machine(machine);
  read_host(host);
}

static void tick(struct group *groups, int count, struct host *host) {
  read_held(host_held[LOADAVG]);
  const char *at = buffer;
  for (int skipped = 0; skipped < 4; skipped++) at = blanks(word(at));
  number(at, &host->last_pid);
  for (struct group *group = groups; group < groups + count; group++) {
    group->row.read_at = clock_now(CLOCK_MONOTONIC);
    for (struct held *file = group->files; file < group->files + group->count; file++) {
      if (file->descriptor < 0) {
        int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
        read_held(descriptor);
        close(descriptor);
      } else {
        read_held(file->descriptor);
      }
      file->kind->parse(buffer, file->kind->keys, &group->row);
    }
    read_once(group->net_dev);
    parse_net_dev(buffer, &group->row);
  }
  read_host(host);
}

static int ascending(const void *one, const void *other) {
  u64 a = *(const u64 *)one, b = *(const u64 *)other;
  return (a > b) - (a < b);
}

int main(int argc, char **argv) {
  int are_machines = argc >= 4 && !strcmp(argv[1], "machines");
  if (argc != 4 && !are_machines)
    return fprintf(stderr, "usage: reference PARENT COUNT TICKS\n       reference machines TICKS PID...\n"), 2;
  int count = are_machines ? argc - 3 : atoi(argv[2]), ticks = atoi(argv[are_machines ? 2 : 3]);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  most_held = (int)limit.rlim_cur - 64;

  struct group *groups = calloc((size_t)count, sizeof *groups);
  struct machine *machines = calloc((size_t)count, sizeof *machines);
  u64 *times = calloc((size_t)ticks, sizeof *times);
  struct host host = {0};
  for (int index = 0; are_machines && index < count; index++) find_machine(&machines[index], argv[index + 3]);
  for (int index = 0; !are_machines && index < count; index++) {
    char path[256];
    snprintf(path, sizeof path, "%s/%d", argv[1], index + 1);
    hold(&groups[index], v1, 1, path);
    hold(&groups[index], v2, 0, path);
    hold(&groups[index], pressure, 0, path);
    find_process(&groups[index], path);
  }
  for (int file = 0; file < HOST_FILES; file++) host_held[file] = open(host_files[file], O_RDONLY | O_CLOEXEC);

  for (int index = -1; index < ticks; index++) {
    u64 start = clock_now(CLOCK_PROCESS_CPUTIME_ID);
    if (are_machines) {
      machine_tick(machines, count, &host);
    } else {
      tick(groups, count, &host);
    }
    // The first finds nothing in the caches.
    if (index < 0) continue;
    times[index] = clock_now(CLOCK_PROCESS_CPUTIME_ID) - start;
  }
  qsort(times, (size_t)ticks, sizeof *times, ascending);
  printf("%llu\n", (unsigned long long)times[ticks / 2]);
  return 0;
}
