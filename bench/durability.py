"""What bench/durability runs."""

import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ["TALEUS"] = str(pathlib.Path(sys.argv[1]).resolve())

from load import CONCURRENCY, LIMITS, bytes_written, keep, load, machine, seconds_of_processor  # noqa: E402: they read TALEUS
from postgres import Store, servers  # noqa: E402
from taleus import Home, Listener  # noqa: E402

SESSIONS = int(os.environ.get("SESSIONS", 4000))
DISK = os.environ.get("DISK", "/var/tmp")
HAS_POSTGRES = any(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def stores():
    """Name, folder of the home, settings for a role."""
    yield "in memory (tmpfs)", "/dev/shm", lambda role: {}
    yield "SQLite on disk", DISK, lambda role: {}
    if HAS_POSTGRES:
        with servers() as make:
            server = make("server")
            yield "PostgreSQL on disk", DISK, lambda role: {"store.url": Store(server, role).url}


def flush_ms(folder):
    """Median and 99th percentile of a 4 KiB append with fdatasync, as a commit's log does it."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        times = []
        for _ in range(200):
            began = time.perf_counter()
            os.write(file.fileno(), bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=100)[-1]


def measure(home, role, settings):
    with Listener(home, set={**LIMITS, **settings}) as running:
        made = home.invite(role, "--uses", "unlimited", set=settings)
        load(running, made, role, "warm", max(100, SESSIONS // 20))
        processor, written = seconds_of_processor(running.pid), bytes_written(running.pid)
        told = load(running, made, role, "warm", SESSIONS)
        return told, (seconds_of_processor(running.pid) - processor) / SESSIONS * 1000, (bytes_written(running.pid) - written) / SESSIONS


def rows_of_a_session(home, role):
    """Rows that a finished session leaves, all tables together."""
    tables = ("sessions", "tallies", "instances", "bundles", "filed", "receipts", "heads")
    sessions = home.count("sessions", "state = 'DONE' AND role = ?", role)
    return sum(home.count(table) for table in tables) / sessions


def main():
    lines = [f"{machine()}. {SESSIONS} sessions each over 4 warm connections, {CONCURRENCY} at a time, listener and load on one machine.", "",
             "| store | inviter's role | a second | p50 ms | p90 ms | p99 ms | p99.9 ms | listener's CPU ms a session | KiB written a session |",
             "|---|---|---|---|---|---|---|---|---|"]
    rows = {}
    for name, folder, settings_for in stores():
        for role in ("stock", "foil"):
            settings = settings_for(role)
            with tempfile.TemporaryDirectory(prefix="taleus-bench.", dir=folder) as where:
                home = Home(pathlib.Path(where) / "home")
                told, spent, written = measure(home, role, settings)
                if not settings:
                    rows[role] = rows_of_a_session(home, role)
            at = told["latencyMs"]
            lines.append(f"| {name} | {role} | {told['perSecond']:.0f} | {at['p50']:.1f} | {at['p90']:.1f} | {at['p99']:.1f} | {at['p999']:.1f} | {spent:.2f} | "
                         f"{written / 1024:.1f} |")
            print(lines[-1], file=sys.stderr)
    typical, late = flush_ms(DISK)
    lines += ["", f"A flush of 4 KiB in {DISK}: median {typical:.2f} ms, 99th percentile {late:.2f} ms. Rows a session: "
              f"{rows['stock']:.1f} (stock), {rows['foil']:.1f} (foil)."]
    if not HAS_POSTGRES:
        lines.append("PostgreSQL was not measured: no server is installed (scripts/setup).")
    keep("durability.md", "\n".join(lines) + "\n")


main()
