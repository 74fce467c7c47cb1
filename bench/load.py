"""Load on a listener, and the machine it ran on: what the benchmarks share. TALEUS names the program."""

import os
import pathlib
import platform
import subprocess
import sys

from taleus import ROOT, UNTHROTTLED, taleus

CONCURRENCY = int(os.environ.get("CONCURRENCY", 100))
LIMITS = {f"limits.{name}": 1_000_000 for name in (
    "sessions", "sessions_per_peer", "sessions_per_token", "waiting", "waiting_per_peer", "waiting_per_token", "connections", "handshakes", "connections_per_address",
    "streams_per_connection", "streams_negotiating")} | UNTHROTTLED


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()


def memory_gib():
    return int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 2**20


def revision():
    ended = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return ended.stdout.strip() or "unknown revision"


def machine():
    return f"{revision()}; {processor()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB, {platform.system()} {platform.release()}"


def load(running, made, role, mode, sessions, *args):
    told = taleus("bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--role", role, "--mode", mode, "--sessions", sessions,
                  "--concurrency", CONCURRENCY, "--timeout", 600, "--json", *args, seconds=3600).result
    assert told["ok"] == sessions, told
    return told


def seconds_of_processor(pid):
    user, system = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def bytes_written(pid):
    """To storage, by the kernel's account; on a file system in memory there is none."""
    for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise AssertionError("no write_bytes")


def report(name, about, parts, wanted):
    """Runs the parts that are wanted, or all: generators of a table's rows."""
    (ROOT / "build").mkdir(exist_ok=True)
    lines = [f"{machine()}. {about}"]
    for part in parts:
        if wanted and part.__name__ not in wanted:
            continue
        lines += ["", f"### {part.__name__}", ""]
        for row in part():
            lines.append(row)
            print(row, file=sys.stderr)
    keep(name, "\n".join(lines) + "\n")


def keep(name, text):
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / name).write_text(text)
    print(text, end="")
