"""What bench/run runs."""

import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ["TALEUS"] = str(pathlib.Path(sys.argv[1]).resolve())

from load import CONCURRENCY, LIMITS, keep, load, machine, seconds_of_processor  # noqa: E402: they read TALEUS
from taleus import Home, Listener, until  # noqa: E402

SESSIONS = int(os.environ.get("SESSIONS", 10_000))
STOCK_SESSIONS = int(os.environ.get("STOCK_SESSIONS", 2_000))
WAITING = int(os.environ.get("WAITING", 10_000))


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
    lines = [f"{machine()}. Listener and load on one machine, {CONCURRENCY} sessions at a time, warm: 4 connections.", "",
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
    keep("bench.md", "\n".join(lines) + "\n")


main()
