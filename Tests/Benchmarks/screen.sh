#!/usr/bin/env bash
# Measures the live screen at 200×60 over containers that it finds itself, 20 of them busy, beside systemd-cgtop over the
# same cgroups at the same time, and beside btop and htop where they are installed.
# Makes cgroups below /tare-bench in every hierarchy and removes them; needs root.
#
#   screen.sh          measures, prints a table; exit 1 where a target is missed
#   screen.sh inside COUNT SECONDS   what runs in a namespace of processes of its own
set -euo pipefail
export LC_ALL=C.UTF-8
cd "$(dirname "$0")/../.."

readonly scratch=.build/bench
readonly counts=(${COUNTS:-200 5000})
: "${TARE_BINARY:?the release binary: make bench gives it}"
# shellcheck source-path=SCRIPTDIR
source Tests/Benchmarks/cgroups.sh

# Ends the namespace of processes, which has no other way to hear of it, and with it all that run in it.
# shellcheck disable=SC2317 # called from a trap
clean_up() {
  [ -z "${namespace:-}" ] || kill -KILL "$namespace" 2>/dev/null || true
  remove_cgroups
}

names() { seq "$1" | while read -r number; do printf 'docker-%064x\n' "$number"; done; }

# One process in each cgroup, 20 of them busy. With few, each has a network namespace of its own, as containers have.
start_processes() {
  local count=$1 number name mounts network=()
  readarray -t mounts < <(hierarchies)
  [ "$count" -gt 1000 ] || network=(unshare --net)
  for ((number = 1; number <= count; number++)); do
    printf -v name 'docker-%064x' "$number"
    (
      for mount in "${mounts[@]}"; do echo "$BASHPID" >"$mount$parent/$name/cgroup.procs"; done
      [ "$number" -gt 20 ] || exec "${network[@]}" "$scratch/busy"
      exec "${network[@]}" sleep infinity
    ) </dev/null >/dev/null &
  done
}

if [ "${1:-}" = inside ]; then
  # The first process of a namespace gets no signal that it does not ask for.
  trap 'exit 130' INT TERM
  start_processes "$2"
  sleep 2
  exec python3 Tests/Benchmarks/screen.py "$2" "$3" "$TARE_BINARY" "$parent"
fi

mkdir -p "$scratch"
cc -O2 -Wall -Wextra -o "$scratch/busy" Tests/Benchmarks/busy.c
trap clean_up EXIT
trap 'exit 130' INT TERM
missed=0
for count in "${counts[@]}"; do
  names "$count" | make_cgroups
  unshare --pid --mount --fork --kill-child --mount-proc "$0" inside "$count" "${SECONDS_EACH:-40}" &
  namespace=$!
  wait "$namespace" || missed=1
  namespace=
  remove_cgroups
done
exit "$missed"
