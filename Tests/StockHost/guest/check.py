"""In the stock host: compares what tare says with what the engines and the kernel's own files say. `ok WHAT` or `WRONG WHAT` a line."""
import json
import os
import re
import subprocess
import sys
import time

wrong = 0
ALICE = ["systemd-run", "--quiet", "--machine=alice@", "--user", "--pipe", "--wait", "--collect"]


def check(what, right, detail=""):
    global wrong
    wrong += not right
    print("ok   " + what if right else f"WRONG {what}: {detail}", flush=True)


def attempt(checks, *words):
    """Where one of the checks cannot be made, the others still are."""
    try:
        checks(*words)
    except Exception as error:
        check(checks.__name__, False, repr(error))


def run(*words, limit=90):
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        return 124, (late.stdout or b"").decode(), f"no end after {limit} s"


def blocks(*words, prefix=()):
    code, output, errors = run(*prefix, "tare", "snapshot", "--format", "json", *words)
    check(f"{' '.join(('tare snapshot',) + words)} ends with 0 and complains of nothing", code == 0 and not errors, f"{code} {errors}")
    return [json.loads(line) for line in output.splitlines()]


class Kernel:
    """What the kernel's files say of a workload at one instant: its cgroup's, or a VM's process's memory."""

    def __init__(self, group, pid):
        self.folder = "/sys/fs/cgroup" + group
        self.now = time.monotonic()
        stat = self.keys("memory.stat")
        self.current = self.number("memory.current")
        self.anon = stat["anon"]
        self.cpu = self.keys("cpu.stat")["usage_usec"] / 1e6
        self.limit = self.number("memory.max")
        self.tasks = self.number("pids.current")
        self.frozen = self.keys("cgroup.events")["frozen"]
        self.resident = 1024 * int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read())[1])

    def text(self, name):
        return open(f"{self.folder}/{name}").read()

    def number(self, name):
        text = self.text(name).strip()
        return None if text == "max" else int(text)

    def keys(self, name):
        return {key: int(value) for key, value in (line.split() for line in self.text(name).splitlines())}


def between(value, before, after, slack=0.0):
    return value is not None and min(before, after) - slack <= value <= max(before, after) + slack


def check_rows(rows, expected):
    for name, (runtime, kind, image, pid) in expected.items():
        row = next((row for row in rows if row["name"] == name), None)
        seen = row and (row["runtime"], row["kind"], row["image"] or "-", row["main_pid"])
        right = (runtime, kind, image, pid)
        check(f"{name} is a row with runtime, kind, image and process", seen == right, f"{seen} is not {right}")
    more = [row["name"] for row in rows if row["name"] not in expected]
    check("there are no other rows", not more and len(rows) == len(expected), f"{len(rows)} rows, not expected: {more}")


def check_figures(first, second, before, after):
    for old, row in zip(first["workloads"], second["workloads"]):
        name, low, high = row["name"], before[row["name"]], after[row["name"]]
        memory, cpu, is_vm = row["memory"], row["cpu"], row["kind"] == "vm"
        own = open(f"/proc/{row['main_pid']}/cgroup").read().strip().removeprefix("0::")
        check(f"{name} is in the cgroup of its process", (own + "/").startswith(row["cgroup"] + "/"), f"{row['cgroup']} is not {own}")
        if is_vm:
            near = between(memory["resident_bytes"], low.resident, high.resident, 1 << 20)
            check(f"{name}: resident memory is its process's", near, f"{memory['resident_bytes']}: {low.resident} {high.resident}")
        else:
            near = between(memory["current_bytes"], low.current, high.current, 1 << 18)
            check(f"{name}: memory is memory.current", near, f"{memory['current_bytes']}: {low.current} {high.current}")
            near = between(memory["anon_bytes"], low.anon, high.anon, 1 << 17)
            check(f"{name}: anonymous memory is memory.stat's", near, f"{memory['anon_bytes']}: {low.anon} {high.anon}")
            check(f"{name}: the limit is memory.max", memory["limit_bytes"] == low.limit, f"{memory['limit_bytes']}: {low.limit}")
        if low.tasks == high.tasks:
            check(f"{name}: tasks are pids.current", row["processes"]["count"] == low.tasks, f"{row['processes']['count']}: {low.tasks}")
        spent = [low.cpu, old["cpu"]["usage_seconds_total"], cpu["usage_seconds_total"], high.cpu]
        check(f"{name}: CPU time is between two readings of cpu.stat", spent == sorted(spent), spent)
        percent = 100 * (spent[2] - spent[1]) / second["interval_seconds"]
        near = abs(cpu["usage_percent"] - percent) <= 0.5 + percent / 50
        check(f"{name}: CPU % is its CPU time over the interval", near, f"{cpu['usage_percent']}: {percent}")


def check_special(rows):
    """What of each row is known beforehand."""
    busy, spin, held = rows["busy"], rows["alice-spin"], rows["holder"]
    check("busy uses the quarter of a core that it may", 20 <= busy["cpu"]["usage_percent"] <= 28, busy["cpu"]["usage_percent"])
    check("busy is held back in most periods", (busy["cpu"]["throttled_percent"] or 0) > 80, busy["cpu"]["throttled_percent"])
    check("alice-spin uses the tenth of a core that it may", 7 <= spin["cpu"]["usage_percent"] <= 13, spin["cpu"]["usage_percent"])
    check("holder holds 40 MiB", 40 << 20 <= held["memory"]["working_set_bytes"] <= 44 << 20, held["memory"]["working_set_bytes"])
    check("holder may have 96 MiB", held["memory"]["limit_bytes"] == 96 << 20, held["memory"]["limit_bytes"])
    states = rows["frozen"].get("state"), busy.get("state")
    check("frozen is paused, busy is not", states == ("paused", "running"), states)
    pod = rows["duo-web"]["pod"], rows["duo-web"]["parent"]
    check("duo-web runs in its pod", pod == ("duo", rows.get("duo", {}).get("id")), pod)
    check("frozen does nothing", rows["frozen"]["cpu"]["usage_percent"] == 0, rows["frozen"]["cpu"]["usage_percent"])
    check("tiny has 64 MiB", rows["tiny"]["memory"]["configured_bytes"] == 64 << 20, rows["tiny"]["memory"]["configured_bytes"])
    for name, row in rows.items():
        if row["kind"] == "container":
            boot = row["boot"]["boot_seconds"]
            check(f"{name} has a BOOT", boot is not None and 0 < boot < 120, boot)


def check_host(block):
    total = 1024 * int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read())[1])
    host = block["host"]
    seen = host["memory_total_bytes"], host["cpus_online"], host["cgroup_mode"]
    check("the host has its memory, 2 CPUs, and cgroup v2", seen == (total, 2, "v2"), seen)
    outermost = [row for row in block["workloads"] if row["parent"] is None]
    percents = [row["cpu"]["usage_percent"] for row in outermost] + [host["rest_cpu_percent"]]
    check("rows and the rest use what the host uses", abs(sum(percents) - host["cpu_percent"]) < 5, f"{percents}: {host['cpu_percent']}")
    check("nothing is a problem", block["problems"] == [], block["problems"])


def check_users():
    code, output, errors = run("tare", "snapshot", "--users")
    line = next((line.split() for line in output.splitlines() if re.match(r"\s*P\s+bob\s", line)), None)
    right = code == 0 and line and float(line[3]) > 1 and not line[5].startswith("0")
    check("bob has a row among the users, with CPU and memory", right, f"{code} {line} {errors}")


def check_doctor():
    code, output, errors = run("tare", "doctor")
    check("tare doctor ends with 0", code == 0 and not errors, f"{code} {errors}")
    parts = {"cgroups": "v2", "docker": "3 found", "podman": "5 found", "nspawn": "1 found", "libvirt": "1 found", "qemu": "1 found"}
    for part, words in parts.items():
        said = [line for line in output.splitlines() if f" {part} " in line]
        check(f"doctor: {part} is ok, {words}", re.search(rf"^  ok  {part} +{words}", output, re.M), said)
    check("doctor has no advice for root", "→" not in output, re.findall(r".*\n.*→.*", output))
    code, output, errors = run(*ALICE, "tare", "doctor")
    check("tare doctor ends with 0 for a user", code == 0, f"{code} {errors}")
    check("doctor: podman is found for a user", re.search(r"^  .{3} podman +[1-9]\d* found", output, re.M), output[:2000])


def check_user_rows(expected):
    rows = {row["name"]: row for block in blocks("--interval", "1s", prefix=ALICE)[-1:] for row in block["workloads"]}
    spin = rows.get("alice-spin")
    check("alice sees her container, with its image", spin and spin["image"] == expected["alice-spin"][2], spin and spin["image"])


def check_pages():
    for words in (["explain", "memory", "busy"], ["explain", "cpu", "tiny"], ["inspect", "busy"], ["inspect", "tiny"]):
        code, output, errors = run("tare", *words)
        check(f"tare {' '.join(words)} ends with 0 and names no v1 file", code == 0 and not re.search(r"\btotal_", output) and not errors, f"{code} {errors}")


def check_replay(expected):
    code, _, errors = run("tare", "capture", "/stage/copy", "--interval", "4s")
    check("tare capture ends with 0", code == 0, f"{code} {errors}")
    check_rows(blocks("--root", "/stage/copy")[-1]["workloads"], expected)


def tmux(*words):
    return run("tmux", "-f", "/dev/null", "-S", "/stage/tmux", *words)[1]


def screen(what, is_right, limit=60):
    end = time.monotonic() + limit
    while not is_right(shown := tmux("capture-pane", "-p", "-t", "live")):
        if time.monotonic() > end:
            return check(what, False, "\n" + shown)
        time.sleep(0.5)
    check(what, True)


def check_screen(names):
    tmux("new-session", "-d", "-s", "live", "-x", "140", "-y", "60", "tare; echo $? >/stage/live-code; sleep 1000")
    screen("the live screen has all rows", lambda shown: all(re.search(rf"\b{name[:10]}", shown) for name in names))
    screen("and their figures", lambda shown: re.search(r"\bbusy +docker .*\b2\d\.\d\b", shown))
    code, _, errors = run("podman", "run", "-d", "--name", "late", "--network", "none", "localhost/shop:1", "sleep", "100000")
    check("late begins", code == 0, errors)
    screen("late stands on it", lambda shown: re.search(r"\blate\b", shown))
    run("podman", "rm", "-f", "-t", "0", "late")
    screen("late is gone", lambda shown: not re.search(r"^\W*C late\b", shown, re.M))
    tmux("send-keys", "-t", "live", "E")
    once = ["started", "ended"]
    screen("late began once and ended once", lambda shown: sorted(re.findall(r" late +(\w+) ", shown)) == sorted(once), 20)
    tmux("send-keys", "-t", "live", "q")
    time.sleep(2)
    tmux("send-keys", "-t", "live", "q")
    screen("q ends it", lambda shown: os.path.exists("/stage/live-code"), 20)
    check("with 0", os.path.exists("/stage/live-code") and open("/stage/live-code").read() == "0\n", tmux("capture-pane", "-p", "-t", "live"))
    tmux("kill-server")


def main():
    lines = [line.rstrip("\n").split("\t") for line in open("/stage/expected")]
    expected = {name: (runtime, kind, image, int(pid)) for name, runtime, kind, image, pid in lines}
    groups = {row["name"]: (row["cgroup"], row["main_pid"]) for row in blocks("--interval", "0")[0]["workloads"]}
    before = {name: Kernel(*where) for name, where in groups.items()}
    first, second = blocks("--count", "2", "--interval", "4s", "--sort", "name")
    after = {name: Kernel(*where) for name, where in groups.items()}
    attempt(check_rows, second["workloads"], expected)
    attempt(check_figures, first, second, before, after)
    attempt(check_special, {row["name"]: row for row in second["workloads"]})
    attempt(check_host, second)
    attempt(check_users)
    attempt(check_doctor)
    attempt(check_user_rows, expected)
    attempt(check_pages)
    attempt(check_replay, expected)
    attempt(check_screen, expected)
    print(f"stage: {wrong} of the checks failed" if wrong else "stage: all right")
    return 1 if wrong else 0


sys.exit(main())
