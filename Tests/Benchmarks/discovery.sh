#!/usr/bin/env bash
# Measures discovery on a machine with many processes, in a namespace of processes of its own, so that what else starts on
# this machine is not counted:
#   - the first sample, full scan and all, over 5,000 processes with 20,000 threads;
#   - what tare uses while nothing starts, with these processes and without: the difference is idle discovery. No events
#     reach a namespace, so this is the dearer way: the last pid at each tick, the list of processes each half minute;
#   - 1,000 cgroups under limits of 256, 1,024 and 20,000 descriptors: all are read, and no more are open than allowed.
# And outside of it:
#   - how soon the live screen shows 100 containers that start (discovery.py); needs runc and busybox.
#
#   discovery.sh          measures, prints a table; exit 1 where a target is missed
#   discovery.sh inside   what runs in the namespace
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."

readonly scratch=.build/bench
readonly processes=${PROCESSES:-5000} threads=4 ticks=${TICKS:-124}
readonly groups=1000
: "${TARE_BINARY:?the release binary: make bench gives it}"
# shellcheck source-path=SCRIPTDIR
source Tests/Benchmarks/cgroups.sh

missed=0
# name, value, most, unit
judge() {
  local verdict=met
  awk "BEGIN { exit !($2 <= $3) }" || { verdict=MISSED; missed=1; }
  printf '%-58s %8.2f %-12s at most %s: %s\n' "$1" "$2" "$4" "$3" "$verdict"
}

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# User and system seconds of `tare snapshot` over so many seconds, its start left out: two lengths, subtracted.
cost() {
  local short long
  short=$({ TIMEFORMAT='%U %S'; time "$TARE_BINARY" snapshot --count 2 --interval 1s >/dev/null; } 2>&1)
  long=$({ TIMEFORMAT='%U %S'; time "$TARE_BINARY" snapshot --count "$((ticks + 2))" --interval 1s >/dev/null; } 2>&1)
  awk -v ticks="$ticks" '{ print ($3 + $4 - $1 - $2) * 100 / ticks }' <<<"$short $long"
}

first_sample() {
  for _ in 1 2 3 4 5 6 7; do
    "$TARE_BINARY" snapshot --interval 0 --format json | sed -n 's/.*"sample_ms":\([0-9.]*\).*/\1/p'
  done | median
}

inside() {
  local without with crowd
  without=$(cost)
  "$scratch/crowd" "$processes" "$threads" >"$scratch/ready" &
  crowd=$!
  until grep -q ready "$scratch/ready"; do sleep 0.2; done
  # The young are looked at again and again: a machine that stands still has none.
  sleep 12
  judge "first sample, $processes processes of $threads threads" "$(first_sample)" 150 ms
  with=$(cost)
  judge "idle discovery, the same, over $ticks s" "$(awk "BEGIN { d = $with - $without; print (d > 0 ? d : 0) }")" 0.2 "% of a core"
  printf '%-58s %8.2f %%, without them %.2f %%\n' "  tare snapshot at 1 s in all" "$with" "$without"
  kill "$crowd"
  wait "$crowd" 2>/dev/null || true
}

# One sleeping process in each cgroup.
start_sleepers() {
  local mounts number name
  readarray -t mounts < <(hierarchies)
  for ((number = 1; number <= groups; number++)); do
    printf -v name 'docker-%064x' "$number"
    (
      for mount in "${mounts[@]}"; do echo "$BASHPID" >"$mount$parent/$name/cgroup.procs"; done
      exec sleep infinity
    ) </dev/null >/dev/null &
  done
}

descriptors() {
  local limit open most tare rows
  start_sleepers
  sleep 2
  for limit in 256 1024 20000; do
    (ulimit -n "$limit" && exec "$TARE_BINARY" snapshot --count 4 --interval 1s --format json) >"$scratch/snapshot" &
    tare=$!
    most=0
    for _ in {1..15}; do
      sleep 0.2
      open=$(find "/proc/$tare/fd" -mindepth 1 2>/dev/null | wc -l)
      [ "$open" -le "$most" ] || most=$open
    done
    wait "$tare"
    rows=$(tail -n 1 "$scratch/snapshot" | grep -o '"current_bytes":[0-9]' | wc -l)
    judge "descriptors open under a limit of $limit, $groups cgroups" "$most" "$limit" ""
    judge "  cgroups that were not read" "$((groups - rows))" 0 ""
  done
}

# shellcheck disable=SC2317 # called from a trap
clean_up() {
  [ -z "${namespace:-}" ] || kill -KILL "$namespace" 2>/dev/null || true
  remove_cgroups
}

if [ "${1:-}" = inside ]; then
  # The first process of a namespace gets no signal that it does not ask for.
  trap 'exit 130' INT TERM
  inside
  descriptors
  exit "$missed"
fi

mkdir -p "$scratch"
cc -O2 -Wall -Wextra -pthread -o "$scratch/crowd" Tests/Benchmarks/crowd.c
trap clean_up EXIT
trap 'exit 130' INT TERM
seq "$groups" | while read -r number; do printf 'docker-%064x\n' "$number"; done | make_cgroups
echo
echo "discovery"
unshare --pid --mount --fork --kill-child --mount-proc "$0" inside &
namespace=$!
wait "$namespace" || missed=1
namespace=
if command -v runc >/dev/null && command -v busybox >/dev/null; then
  python3 Tests/Benchmarks/discovery.py "$TARE_BINARY" "${STARTS:-100}" 100 || missed=1
else
  echo "a container on the screen: left out, needs runc and busybox"
fi
exit "$missed"
