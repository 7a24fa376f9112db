#!/usr/bin/env bash
# Cgroups for the benchmarks, below /tare-bench in every hierarchy. To be sourced.

# shellcheck disable=SC2034 # used by those who source this
readonly parent=/tare-bench

# Mount points of the hierarchies that the sampler reads.
hierarchies() {
  awk '$3 == "cgroup2" || $3 == "cgroup" && $4 ~ /(^|,)(cpu|cpuacct|memory|blkio|pids)(,|$)/ { print $2 }' \
    /proc/self/mounts
}

# Makes groups with these names, one a line of standard input.
make_cgroups() {
  local mount names
  names=$(cat)
  for mount in $(hierarchies); do
    mkdir -p "$mount$parent"
    # A cgroup v2 gets the controllers that its parent hands on.
    if [ -e "$mount$parent/cgroup.controllers" ]; then
      sed 's/[^ ][^ ]*/+&/g' "$mount$parent/cgroup.controllers" >"$mount$parent/cgroup.subtree_control"
    fi
    (cd "$mount$parent" && xargs mkdir <<<"$names")
  done
}

# shellcheck disable=SC2317 # called from a trap
remove_cgroups() {
  local mount
  for mount in $(hierarchies); do
    [ -d "$mount$parent" ] || continue
    # A process that was just killed leaves its cgroup a moment later.
    for _ in {1..50}; do
      find "$mount$parent" -depth -type d -exec rmdir {} + 2>/dev/null && break
      sleep 0.1
    done
    [ ! -d "$mount$parent" ] || echo "run.sh: $mount$parent could not be removed" >&2
  done
}
