"""How soon tare's live screen shows a container that starts.

    discovery.py TARE COUNT MOST_MS

Starts COUNT containers with runc one after the other, and measures from the moment their cgroup is there until their
name stands on a terminal of 200×60, in milliseconds. Exit 1 where the median
is above MOST_MS.
"""
import fcntl, json, os, pty, shutil, struct, subprocess, sys, tempfile, termios, threading, time

tare, count, most = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
group = "/sys/fs/cgroup/memory" if os.path.isdir("/sys/fs/cgroup/memory") else "/sys/fs/cgroup"
scratch = tempfile.mkdtemp(prefix="tare-discovery-")
bundle, state = f"{scratch}/bundle", "/run/runc"
os.makedirs(f"{bundle}/rootfs/bin")
shutil.copy(shutil.which("busybox"), f"{bundle}/rootfs/bin/busybox")
subprocess.run(["runc", "spec", "-b", bundle], check=True)
config = json.load(open(f"{bundle}/config.json"))
config["process"].update(args=["/bin/busybox", "sleep", "600"], terminal=False)
config["linux"]["namespaces"] = [entry for entry in config["linux"]["namespaces"] if entry["type"] != "network"]


# No two have a letter in the same place: a terminal is sent only the cells that change.
names = ["".join(chr(97 + (number * 7 + place * (1 + number // 26)) % 26) for place in range(8)) for number in range(count)]


class Terminal:
    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            time.sleep(0.05)
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.seen, self.at, self.wanted, self.lock = b"", {}, None, threading.Lock()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                piece = os.read(self.fd, 1 << 16)
            except OSError:
                return
            now = time.monotonic()
            with self.lock:
                self.seen = (self.seen + piece)[-65536:]
                if self.wanted and self.wanted.encode() in self.seen:
                    self.at.setdefault(self.wanted, now)

    def since(self, name, limit):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            with self.lock:
                if name in self.at:
                    return self.at[name]
            time.sleep(0.001)


def wait_for(path, there=True):
    end = time.monotonic() + 5
    while os.path.exists(path) != there and time.monotonic() < end:
        time.sleep(0.0005)
    return time.monotonic()


screen = Terminal(tare, "live", "--interval", "1s")
time.sleep(4)
latencies, missed = [], 0
try:
    for number in range(count):
        name = names[number]
        config["linux"]["cgroupsPath"] = f"/{name}"
        json.dump(config, open(f"{bundle}/config.json", "w"))
        screen.wanted, made = name, []
        watcher = threading.Thread(target=lambda: made.append(wait_for(f"{group}/{name}")))
        watcher.start()
        started = subprocess.run(
            ["runc", "run", "-d", "-b", bundle, name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(f"{scratch}/error", "w"))  # no pipe: the container would hold it open
        watcher.join()
        if started.returncode:
            sys.exit("discovery.py: runc: " + open(f"{scratch}/error").read())
        shown = screen.since(name, 3)
        if shown is None:
            missed += 1
            if os.environ.get("TRACE"): print(f"{name} never", flush=True)
        else:
            latencies.append((shown - made[0]) * 1000)
            if os.environ.get("TRACE"): print(f"{name} {latencies[-1]:.1f} made {made[0]*1000%100000:.0f} shown {shown*1000%100000:.0f}", flush=True)
        subprocess.run(["runc", "delete", "-f", name], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # At another place of the tick each time.
        time.sleep(0.05 + number * 37 % 100 / 250)
finally:
    for number in range(count):
        if os.path.exists(f"{state}/{names[number]}"):
            subprocess.run(["runc", "delete", "-f", names[number]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.write(screen.fd, b"q")
    os.waitpid(screen.pid, 0)
    shutil.rmtree(scratch)
latencies.sort()
if not latencies:
    sys.exit("discovery.py: none was ever shown")
median, p99 = latencies[len(latencies) // 2], latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)]
verdict = "met" if median <= most and not missed else "MISSED"
print(f"a container on the screen, {len(latencies)} starts       median {median:.0f} ms  p99 {p99:.0f} ms  "
      f"never {missed}   at most {most:g} ms: {verdict}")
sys.exit(verdict != "met")
