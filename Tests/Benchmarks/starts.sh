#!/usr/bin/env bash
# What it costs to see workloads start while 1,000 short-lived processes a second come and go: CPU time of the thread
# that listens, over 20 seconds. Exit 1 where the target is missed. Needs root, and the machine's own namespaces.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
readonly scratch=.build/bench seconds=${SECONDS_EACH:-20} rate=1000 most=1.5
: "${TARE_BINARY:?the release binary: make bench gives it}"

mkdir -p "$scratch"
cc -O2 -Wall -Wextra -o "$scratch/storm" Tests/Benchmarks/storm.c
"$TARE_BINARY" snapshot --count 0 --interval 1s --format json >"$scratch/output" &
tare=$!
trap 'kill "$tare" 2>/dev/null || true' EXIT
sleep 2

# Nanoseconds on a CPU, of one thread or of all.
thread_time() {
  local task
  for task in /proc/"$tare"/task/*; do
    [ "$(cat "$task/comm")" = "$1" ] && cut -d' ' -f1 "$task/schedstat"
  done
  return 0
}
all_time() { cat /proc/"$tare"/task/*/schedstat | awk '{ sum += $1 } END { print sum }'; }

[ -n "$(thread_time tare-starts)" ] || { echo "starts.sh: tare has no thread that listens" >&2; exit 1; }
idle=$(thread_time tare-starts) idle_all=$(all_time)
sleep 5
idle=$(($(thread_time tare-starts) - idle)) idle_all=$(($(all_time) - idle_all))
before=$(thread_time tare-starts) before_all=$(all_time)
reached=$("$scratch/storm" "$rate" "$seconds")
after=$(thread_time tare-starts) after_all=$(all_time)
share() { awk "BEGIN { printf \"%.2f\", $1 / $2 / 1e7 }"; }
cost=$(share $((after - before)) "$seconds")
echo
echo "seeing starts, $reached short-lived processes a second for $seconds s"
printf '%-34s %6s %% of a core; %s %% with nothing of ours starting\n' "  the thread that listens" "$cost" "$(share "$idle" 5)"
printf '%-34s %6s %% of a core; %s %%\n' "  all of tare snapshot, every second" "$(share $((after_all - before_all)) "$seconds")" "$(share "$idle_all" 5)"
awk "BEGIN { exit !($cost <= $most) }" || { echo "at most $most %: MISSED"; exit 1; }
echo "at most $most %: met"
