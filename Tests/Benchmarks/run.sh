#!/usr/bin/env bash
# Measures tare against what the same work costs without it:
#   - a tick of the sampler, against a C program that reads and parses the same files (reference.c), over 10, 100, 1,000
#     and 5,000 cgroups with a process each and over 50 machines of QEMU that stand still; the two take turns, so that a
#     change of the machine's speed meets both. As in use, where nothing runs in most of them, also beside systemd-cgtop
#     over the same cgroups;
#     CPU time, user and system, since a tick waits for nothing and the clock on the wall shows the neighbours' load;
#   - the start of `tare snapshot --interval 0`, against /bin/true.
# Makes cgroups below /tare-bench in every hierarchy and removes them; needs root.
#
#   run.sh          builds, measures, prints a table; exit 1 where a target is missed
#   run.sh inside   what runs in a namespace of processes of its own
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."

readonly counts=(${COUNTS:-10 100 1000 5000})
readonly machines=${MACHINES:-50}
readonly rounds=${ROUNDS:-7}
readonly most_ratio=1.2
readonly most_of_cgtop=0.25
readonly most_starts=5
readonly scratch=.build/bench
readonly reference=$scratch/reference
: "${TARE_BINARY:?the release binary: make bench gives it}"
# shellcheck source-path=SCRIPTDIR
source Tests/Benchmarks/cgroups.sh

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

missed=0

# Sets `verdict` to whether a figure is at most the other.
judge() {
  if awk "BEGIN { exit !($1 <= $2) }"; then
    verdict=met
  else
    verdict=MISSED
    missed=1
  fi
}

# Ends the namespace of processes, which has no other way to hear of it, and with it all that run in it.
# shellcheck disable=SC2317 # called from a trap
clean_up() {
  [ -z "${namespace:-}" ] || kill -KILL "$namespace" 2>/dev/null || true
  remove_cgroups
}

# Cgroups from one number to another, with one sleeping process in each, all in one network namespace that is not ours. They end with this namespace of
# processes, in which nothing else is started while a tick is measured.
start_sleepers() {
  seq "$1" "$2" | make_cgroups
  # shellcheck disable=SC2016
  hierarchies | unshare --net bash -c '
    readarray -t mounts
    for ((group = $1; group <= $2; group++)); do
      for mount in "${mounts[@]}"; do echo $BASHPID >"$mount$3/$group/cgroup.procs"; done
      sleep infinity </dev/null >/dev/null &
    done' bash "$1" "$2" "$parent"
}

# Nanoseconds of CPU that it takes for a tick over all cgroups that there are now.
cgtop() {
  command -v systemd-cgtop >/dev/null || { echo 0; return; }
  local times TIMEFORMAT='%U %S'
  times=$({ time systemd-cgtop -b -d 1 -n 9 "$parent" >/dev/null; } 2>&1)
  awk '{ printf "%.0f", ($1 + $2) * 1e9 / 9 }' <<<"$times"
}

# QEMU's without a guest that runs: what they cost to read is the same.
start_machines() {
  local number
  command -v qemu-system-x86_64 >/dev/null || return 0
  for ((number = 1; number <= machines; number++)); do
    qemu-system-x86_64 -M pc -accel tcg -m 16 -nodefaults -display none -serial none -monitor none -S \
      </dev/null >/dev/null 2>&1 &
    pids+=($!)
  done
  sleep 3
}

# Prints a line a count: count, nanoseconds of tare that reads all, of C, their ratio, allocations, ticks left out,
# nanoseconds of tare as in use, of systemd-cgtop; 0 is unknown.
inside() {
  local before=0 count ticks tare c left allocations still more more_left out pids=()
  for count in "${counts[@]}"; do
    start_sleepers $((before + 1)) "$count"
    before=$count
    ticks=$((20000 / count + 20))
    : >"$scratch/ticks"
    for ((round = 0; round < rounds; round++)); do
      out=$("$scratch/release/SamplerBenchmark" "$parent" "$count" "$ticks" all)
      read -r tare allocations left <<<"$out"
      out=$("$scratch/release/SamplerBenchmark" "$parent" "$count" "$ticks" still)
      read -r still more more_left <<<"$out"
      c=$("$reference" "$parent" "$count" "$ticks")
      echo "$tare $c $(awk "BEGIN { print $tare / $c }") $((allocations > more ? allocations : more))" \
        "$((left + more_left)) $still" >>"$scratch/ticks"
    done
    echo "$count" "$(cut -d' ' -f1 "$scratch/ticks" | median)" "$(cut -d' ' -f2 "$scratch/ticks" | median)" \
      "$(cut -d' ' -f3 "$scratch/ticks" | median)" "$(cut -d' ' -f4 "$scratch/ticks" | sort -n | tail -n 1)" \
      "$(awk '{ sum += $5 } END { print sum }' "$scratch/ticks")" "$(cut -d' ' -f6 "$scratch/ticks" | median)" "$(cgtop)"
  done
  [ "$machines" -eq 0 ] || start_machines
  [ ${#pids[@]} -gt 0 ] || return 0
  : >"$scratch/ticks"
  for ((round = 0; round < rounds; round++)); do
    read -r tare allocations left <<<"$("$scratch/release/SamplerBenchmark" machines "$machines" 300 all)"
    c=$("$reference" machines 300 "${pids[@]}")
    echo "$tare $c $(awk "BEGIN { print $tare / $c }") $allocations $left" >>"$scratch/ticks"
  done
  echo "$machines-VMs" "$(cut -d' ' -f1 "$scratch/ticks" | median)" "$(cut -d' ' -f2 "$scratch/ticks" | median)" \
    "$(cut -d' ' -f3 "$scratch/ticks" | median)" "$(cut -d' ' -f4 "$scratch/ticks" | sort -n | tail -n 1)" \
    "$(awk '{ sum += $5 } END { print sum }' "$scratch/ticks")" 0 0
  kill "${pids[@]}"
}

measure_ticks() {
  cc -O2 -Wall -Wextra -o "$reference" Tests/Benchmarks/reference.c
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  exec {lines}< <(exec unshare --pid --fork --kill-child --mount-proc "$0" inside)
  namespace=$!
  echo
  echo "CPU time of one tick, median of $rounds rounds"
  echo "cgroups    tare µs       C µs   tare ÷ C   allocations   as in use µs   target"
  local count tare c ratio allocations left still cgtop lines_read=0
  while read -r count tare c ratio allocations left still cgtop; do
    judge "$ratio" "$most_ratio"
    printf '%7s %10.1f %10.1f %10.2f %13d %14.1f   at most %s: %s\n' \
      "$count" "${tare}e-3" "${c}e-3" "$ratio" "$allocations" "${still}e-3" "$most_ratio" "$verdict"
    if [ "$cgtop" != 0 ]; then
      ratio=$(awk "BEGIN { printf \"%.2f\", $still / $cgtop }")
      judge "$ratio" "$most_of_cgtop"
      printf '%8ssystemd-cgtop %.1f µs, as in use ÷ that %s, at most %s: %s\n' "" "${cgtop}e-3" "$ratio" "$most_of_cgtop" "$verdict"
    fi
    [ "$left" -eq 0 ] || echo "        ($left ticks left out, because discovery ran in them)"
    lines_read=$((lines_read + 1))
  done <&"$lines"
  [ "$lines_read" -ge "${#counts[@]}" ] || { echo "run.sh: the benchmark failed" >&2; exit 1; }
}

# Prints microseconds that a command takes.
clock() {
  local start=${EPOCHREALTIME/./}
  "$@" >"$scratch/output"
  echo $((${EPOCHREALTIME/./} - start))
}

measure_start() {
  local true_times=() tare_times=() sample_times=()
  for ((round = 0; round < 21; round++)); do
    true_times+=("$(clock /bin/true)")
    tare_times+=("$(clock "$TARE_BINARY" snapshot --interval 0 --format json)")
    sample_times+=("$(sed -n 's/.*"sample_ms":\([0-9.]*\).*/\1/p' "$scratch/output" | awk '{ print $1 * 1000 }')")
  done
  local true_time tare_time sample_time most
  true_time=$(printf '%s\n' "${true_times[@]}" | median)
  tare_time=$(printf '%s\n' "${tare_times[@]}" | median)
  sample_time=$(printf '%s\n' "${sample_times[@]}" | median)
  most=$(awk "BEGIN { print $most_starts * $true_time + $sample_time }")
  echo
  echo "start, median of 21 pairs"
  printf '%-34s %9.0f µs\n' "/bin/true" "$true_time" "tare snapshot --interval 0" "$tare_time" \
    "  the sampling in it" "$sample_time"
  judge "$tare_time" "$most"
  printf '%-34s %9.0f µs: %s\n' "at most $most_starts x /bin/true + sampling" "$most" "$verdict"
}

build() {
  swift build --configuration release -Xswiftc -cross-module-optimization "$@"
}

if [ "${1:-}" = inside ]; then
  # The first process of a namespace gets no signal that it does not ask for.
  trap 'exit 130' INT TERM
  inside
  exit
fi
build --scratch-path "$scratch" --product SamplerBenchmark
measure_start
measure_ticks
exit "$missed"
