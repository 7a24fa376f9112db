"""Drives terminal programs in a pseudo-terminal of 200×60 and measures what they cost.

    screen.py COUNT SECONDS TARE PARENT

CPU is what the scheduler counted for all threads of a process, in percent of one core; all programs run at the same
time, so that the machine's noise meets each of them alike. Exit 1 where a target is missed.
"""
import fcntl, glob, os, pty, random, select, shutil, struct, subprocess, sys, termios, time

count, seconds, tare, parent = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4]
missed = False


def cpu(pid):
    """Nanoseconds on a CPU, those of ended threads left out."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            total += int(open(path).read().split()[0])
        except OSError:
            pass
    return total


def resident(pid, key="VmRSS"):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith(key):
            return int(line.split()[1])


class Screen:
    """A program on a terminal, and all that it wrote."""

    def __init__(self, *command, term="xterm-256color"):
        self.started = time.monotonic()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = term
            time.sleep(0.05)  # until the size is set
            os.execvp(command[0], command)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.written = 0
        self.text = b""

    def read(self, timeout):
        """What comes within this time, at the first piece."""
        ready, _, _ = select.select([self.terminal], [], [], timeout)
        if not ready:
            return b""
        piece = os.read(self.terminal, 1 << 20)
        self.written += len(piece)
        self.text = (self.text + piece)[-200000:]
        return piece

    def first_frame(self, mark):
        """Seconds from the start of the program until this stands on the screen."""
        while mark not in self.text:
            if not self.read(10):
                return float("inf")
        return time.monotonic() - self.started - 0.05

    def watch(self, until):
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def latencies(self, key, times):
        found = []
        for _ in range(times):
            self.watch(time.monotonic() + random.uniform(0.2, 0.5))
            begin = time.monotonic()
            os.write(self.terminal, key)
            if self.read(2):
                found.append(time.monotonic() - begin)
        return sorted(found)

    def end(self, key):
        os.write(self.terminal, key)
        limit = time.monotonic() + 5
        while time.monotonic() < limit:
            try:
                self.read(0.2)
            except OSError:
                break
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def judge(name, value, most, unit, digits=2):
    global missed
    verdict = "met" if value <= most else "MISSED"
    missed = missed or value > most
    print(f"{name:<44} {value:>9.{digits}f} {unit:<12} at most {most:g}: {verdict}")


print(f"\n{count} workloads, 20 of them busy, 200×60, every second")
screen = Screen(tare, "live", "--interval", "1s")
first = screen.first_frame(b"rest of host") * 1000
if count <= 1000:
    judge("first full frame", first, 100, "ms", 0)
else:
    print(f"{'first full frame':<44} {first:>9.0f} ms")
others = []
if count <= 1000:
    if shutil.which("systemd-cgtop"):
        cgtop = subprocess.Popen(
            ["systemd-cgtop", "-b", "-d", "1", "-n", "100000", parent], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        others.append(("systemd-cgtop -b -d 1", cgtop.pid, None))
    for name, command in [("htop", ["htop", "-d", "10"]), ("btop", ["btop", "-p", "0"])]:
        if shutil.which(name):
            other = Screen(*command)
            others.append((name, other.pid, other))
        else:
            print(f"{name:<44} not installed: left out")


def watch_all(until):
    """Everybody's output is taken, or they would wait for it."""
    screens = [screen] + [entry[2] for entry in others if entry[2]]
    while (left := until - time.monotonic()) > 0:
        for ready in select.select([entry.terminal for entry in screens], [], [], left)[0]:
            next(entry for entry in screens if entry.terminal == ready).read(0)


if count <= 1000:
    watch_all(time.monotonic() + 6)
    begin, before = time.monotonic(), [cpu(screen.pid)] + [cpu(entry[1]) for entry in others]
    written = screen.written
    watch_all(begin + seconds)
    elapsed = time.monotonic() - begin
    shares = [
        (now - then) / elapsed / 1e7
        for now, then in zip([cpu(screen.pid)] + [cpu(entry[1]) for entry in others], before)]
    judge("CPU of tare, sampling and drawing", shares[0], 0.8, "% of a core")
    for (name, pid, _), share in zip(others, shares[1:]):
        print(f"{name:<44} {share:>9.2f} % of a core  {resident(pid) / 1024:.1f} MiB resident")
        if name.startswith("systemd-cgtop"):
            judge("tare ÷ systemd-cgtop", shares[0] / max(share, 1e-9), 0.25, "")
    judge("written to the terminal", (screen.written - written) / elapsed / 1024, 3, "KiB a frame")
    judge("resident", resident(screen.pid) / 1024, 16, "MiB", 1)
times = screen.latencies(b"j", 20) + screen.latencies(b"k", 20)
times.sort()
judge("a key press on the screen, median of 40", times[len(times) // 2] * 1000, 20, "ms", 1)
print(f"{'the slowest of them':<44} {times[-1] * 1000:>9.1f} ms")
for name, pid, other in others:
    if other:
        other.end(b"q")
    else:
        cgtop.terminate()
        cgtop.wait()
screen.end(b"q")
sys.exit(1 if missed else 0)
