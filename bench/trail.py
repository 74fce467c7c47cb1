"""What bench/trail runs."""

import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
RELEASE = ROOT / "build/release/taleus"
os.environ["TALEUS"] = str(RELEASE)

import taleus as driver  # noqa: E402: it reads TALEUS
from load import CONCURRENCY, LIMITS, bytes_written, keep, load, machine, seconds_of_processor  # noqa: E402

RECORDS = int(os.environ.get("RECORDS", 1_000_000))
SESSIONS = int(os.environ.get("SESSIONS", 4000))
ROUNDS = int(os.environ.get("ROUNDS", 5))
DISK = os.environ.get("DISK", "/var/tmp")
BUILDS = {"with the trail": RELEASE, "without": ROOT / "build/without-trail/taleus"}
# Calls of sessions in one commit, and so records under one signed head: a foil listener under load, a stock one, one that has little to do.
GROUPS = {"64": "a hundred foil sessions at a time", "5": "a hundred stock sessions at a time", "1": "one session at a time"}


def load_average():
    return f"{os.getloadavg()[0]:.1f}"


# --- checking

def check(store):
    """Seconds and seconds of processor of one whole check on one core, and what it says."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run([RELEASE, "audit", "verify", "--store", store, "--json"], capture_output=True, text=True, env=driver.environment(),
                           preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}))
    spent, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.returncode == 0, ended
    return spent, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, json.loads(ended.stdout)["trails"][0]


def verify():
    lines = [f"`taleus audit verify` of a store on {DISK}, in the page cache, on one core; the best of three.", "",
             "| records | signed heads | as written by | MiB | seconds | seconds of processor | load average before |", "|---|---|---|---|---|---|---|"]
    for calls, who in GROUPS.items():
        with tempfile.TemporaryDirectory(prefix="taleus-bench.", dir="/dev/shm") as memory, tempfile.TemporaryDirectory(prefix="taleus-bench.", dir=DISK) as where:
            # Made in memory, where its flushes cost nothing, and copied.
            made, store = pathlib.Path(memory) / "taleus.db", pathlib.Path(where) / "taleus.db"
            subprocess.run([ROOT / "build/release/make_trail", made, str(RECORDS), calls], check=True, stdout=subprocess.DEVNULL)
            store.write_bytes(made.read_bytes())
            made.unlink()
            busy = load_average()
            spent, processor, told = min((check(store) for _ in range(3)), key=lambda one: one[0])
            lines.append(f"| {told['records']} | {told['heads']} | {who} | {store.stat().st_size / 2**20:.0f} | {spent:.2f} | {processor:.2f} | {busy} |")
            print(lines[-1], file=sys.stderr)
    return lines


# --- keeping

def measure(program, role, mode):
    driver.PROGRAM = program
    with tempfile.TemporaryDirectory(prefix="taleus-bench.", dir=DISK) as where:
        home = driver.Home(pathlib.Path(where) / "home")
        with driver.Listener(home, set=LIMITS) as running:
            made = home.invite(role, "--uses", "unlimited")
            load(running, made, role, mode, max(100, SESSIONS // 20))
            processor, written = seconds_of_processor(running.pid), bytes_written(running.pid)
            told = load(running, made, role, mode, SESSIONS)
            told |= {"processor": (seconds_of_processor(running.pid) - processor) / SESSIONS * 1000,
                     "written": (bytes_written(running.pid) - written) / SESSIONS / 1024}
        told |= {"records": home.count("records"), "heads": home.count("heads"), "tallies": home.count("tallies")}
    assert told["tallies"] >= SESSIONS and (told["records"] > SESSIONS) == (program == RELEASE), told
    return told


def cost():
    lines = [f"{SESSIONS} sessions each, {CONCURRENCY} at a time, SQLite on {DISK}, a fresh home each; {ROUNDS} rounds, the builds in turn, "
             f"medians of the rounds. Warm: all over 4 connections. Cold: each is a party, a connection and its end. Load average before: {load_average()}.", "",
             "| inviter's role | connections | build | a second (least to most) | p50 ms | p90 ms | p99 ms | p99.9 ms | listener's CPU ms a session | KiB written a session | records a head |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    ratios = {}
    for role, mode in ((role, mode) for role in ("stock", "foil") for mode in ("cold", "warm")):
        rounds = []
        for number in range(ROUNDS):
            order = list(BUILDS) if number % 2 == 0 else list(BUILDS)[::-1]  # neither is always the first
            rounds.append({name: measure(BUILDS[name], role, mode) for name in order})
            print(f"{role} {mode} {number + 1}: " + ", ".join(f"{name} {one['perSecond']:.0f}" for name, one in rounds[-1].items()), file=sys.stderr)
        for name in BUILDS:
            mine = [one[name] for one in rounds]
            rates = sorted(one["perSecond"] for one in mine)
            at = {p: statistics.median(one["latencyMs"][p] for one in mine) for p in ("p50", "p90", "p99", "p999")}
            density = statistics.median(one["records"] / max(1, one["heads"]) for one in mine)
            lines.append(f"| {role} | {mode} | {name} | {statistics.median(rates):.0f} ({rates[0]:.0f} to {rates[-1]:.0f}) | {at['p50']:.1f} | {at['p90']:.1f} | {at['p99']:.1f} | "
                         f"{at['p999']:.1f} | {statistics.median(one['processor'] for one in mine):.2f} | {statistics.median(one['written'] for one in mine):.1f} | "
                         f"{f'{density:.0f}' if density else ''} |")
        ratios[role, mode] = [one["with the trail"]["perSecond"] / one["without"]["perSecond"] for one in rounds]
    lines.append("")
    for (role, mode), found in ratios.items():
        lines.append(f"The trail costs a {role} listener with {mode} connections {(1 - statistics.median(found)) * 100:.0f} % of its sessions a second "
                     f"(rounds: {', '.join(f'{(1 - one) * 100:.0f}' for one in found)}).")
    return lines


def main(what=None):
    assert what in (None, "verify", "cost"), "usage: bench/trail [verify|cost]"
    lines = [f"{machine()}.", ""]
    if what != "cost":
        lines += [*verify(), ""]
    if what != "verify":
        lines += cost()
    keep("trail.md", "\n".join(lines).rstrip() + "\n")


main(*sys.argv[1:])
