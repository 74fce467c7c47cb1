"""What bench/run runs."""

import os
import pathlib
import platform
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ["TALEUS"] = str(pathlib.Path(sys.argv[1]).resolve())

from taleus import Home, Listener, taleus, until  # noqa: E402: it reads TALEUS

SESSIONS = int(os.environ.get("SESSIONS", 10_000))
STOCK_SESSIONS = int(os.environ.get("STOCK_SESSIONS", 2_000))
CONCURRENCY = int(os.environ.get("CONCURRENCY", 100))
WAITING = int(os.environ.get("WAITING", 10_000))
LIMITS = {f"limits.{name}": 1_000_000 for name in (
    "sessions", "sessions_per_peer", "sessions_per_token", "waiting", "waiting_per_peer", "waiting_per_token", "connections", "handshakes", "connections_per_address",
    "streams_per_connection", "streams_negotiating")}


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


def load(running, made, role, mode, sessions, *args):
    told = taleus("bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--role", role, "--mode", mode, "--sessions", sessions,
                  "--concurrency", CONCURRENCY, "--timeout", 600, "--json", *args, seconds=3600).result
    assert told["ok"] == sessions, told
    return told


def rates(folder):
    """A line for each role and mode, each on a fresh listener that has warmed up."""
    for role, sessions in (("stock", STOCK_SESSIONS), ("foil", SESSIONS)):
        for mode in ("warm", "cold"):
            home = Home(folder / f"{role}-{mode}")
            with Listener(home, set=LIMITS) as running:
                made = home.invite(role, "--uses", "unlimited")
                load(running, made, role, mode, max(100, sessions // 20))
                before = seconds_of_processor(running.pid)
                told = load(running, made, role, mode, sessions)
                spent = (seconds_of_processor(running.pid) - before) / sessions * 1000
                yield role, mode, sessions, told, spent


def seconds_of_processor(pid):
    user, system = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def waiting_memory(folder):
    """KiB of the listener before, with, and after WAITING foil sessions that await their database."""
    home = Home(folder / "waiting")
    with Listener(home, set={**LIMITS, "timeouts.session": "2h", "timeouts.await_database": "1h"}) as running:
        made = home.invite("foil", "--uses", "unlimited")
        load(running, made, "foil", "warm", 1000)
        idle = running.resident_kib()
        load(running, made, "foil", "warm", WAITING, "--abandon")
        until("all wait", lambda: home.count("sessions", "state = 'AWAITING_DATABASE'") == WAITING, 60)
        return idle, running.resident_kib()


def main():
    lines = [f"{revision()}; {processor()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB, {platform.system()} {platform.release()}. Listener and load on "
             f"one machine, {CONCURRENCY} sessions at a time, warm: 4 connections.", "",
             "| inviter's role | connections | sessions | a second | p50 ms | p99 ms | p99.9 ms | listener's CPU ms a session |", "|---|---|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="taleus-bench.") as folder:
        folder = pathlib.Path(folder)
        for role, mode, sessions, told, spent in rates(folder):
            latency = told["latencyMs"]
            lines.append(f"| {role} | {mode} | {sessions} | {told['perSecond']:.0f} | {latency['p50']:.1f} | {latency['p99']:.1f} | {latency['p999']:.1f} | {spent:.2f} |")
            print(lines[-1], file=sys.stderr)
        idle, full = waiting_memory(folder)
    lines += ["", f"Memory: {idle / 1024:.1f} MiB resident when idle, {full / 1024:.1f} MiB with {WAITING} foil sessions that wait for their database: "
              f"{(full - idle) * 1024 / WAITING:.0f} bytes a session."]
    text = "\n".join(lines) + "\n"
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/bench.md").write_text(text)
    print(text, end="")


main()
