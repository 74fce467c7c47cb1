"""What bench/bounds runs."""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ.setdefault("TALEUS", str(ROOT / "build/release/taleus"))

from load import CONCURRENCY, LIMITS, load, report, seconds_of_processor  # noqa: E402: they read TALEUS
from plot import plot  # noqa: E402
from taleus import Home, Listener  # noqa: E402

SESSIONS = int(os.environ.get("SESSIONS", 20_000))
ROUNDS = int(os.environ.get("ROUNDS", 5))
DISK = os.environ.get("DISK", "/var/tmp")
CORES = sorted(os.sched_getaffinity(0))


@contextlib.contextmanager
def listener(role, **more):
    with tempfile.TemporaryDirectory(prefix="taleus-bench.", dir=DISK) as where:
        home = Home(pathlib.Path(where) / "home")
        with Listener(home, set={**LIMITS, **more}) as running:
            yield home, running, home.invite(role, "--uses", "unlimited")


def spread(values):
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


# --- durable sessions, and what SQLite commits
def bare_loop(store):
    """The rows of a store that nobody uses any more, inserted again into one beside it."""
    ended = subprocess.run([ROOT / "build/release/bare_loop", store, store.with_name("bare.db")], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def loop():
    yield "| inviter's role | listener, sessions a second | bare loop, sessions a second | listener, share of the loop | rows a session | sessions a commit |"
    yield "|---|---|---|---|---|---|"
    for role, sessions in (("foil", SESSIONS), ("stock", SESSIONS // 5)):
        ours, bare = [], []
        for number in range(ROUNDS):
            with tempfile.TemporaryDirectory(prefix="taleus-bench.", dir=DISK) as where:
                home = Home(pathlib.Path(where) / "home")
                with Listener(home, set=LIMITS) as running:
                    ours.append(load(running, home.invite(role, "--uses", "unlimited"), role, "warm", sessions)["perSecond"])
                told = bare_loop(home.store)
                bare.append(told["perSecond"])
            print(f"{role} {number + 1}/{ROUNDS}: {ours[-1]:.0f}, bare {bare[-1]:.0f}", file=sys.stderr)
        share = statistics.median(a / b for a, b in zip(ours, bare))
        yield f"| {role} | {spread(ours)} | {spread(bare)} | {share:.2f} | {told['rows'] / told['sessions']:.1f} | {told['sessions'] / told['commits']:.1f} |"


# --- cold bootstraps, and what cryptography and kernel cost
def microseconds(names):
    ended = subprocess.run([ROOT / "build/release/micro", f"--benchmark_filter=^({'|'.join(names)})", "--benchmark_format=json"],
                           capture_output=True, text=True, check=True)
    return {one["name"].partition("/")[0]: one["real_time"] / 1000 for one in json.loads(ended.stdout)["benchmarks"]}


def model():
    yield "| peers | a second | the model's | share | cryptography of both ends, us | kernel of both ends, us | listener's processor, us |"
    yield "|---|---|---|---|---|---|---|"
    found = {"cold": [], "returning": []}
    for number in range(ROUNDS):
        cost = microseconds(("cryptography_of_a_handshake", "verify", "new_identity", "kernel_of_a_connection"))
        shake, kernel = cost["cryptography_of_a_handshake"], cost["kernel_of_a_connection"]
        ends = {"cold": 2 * shake + cost["new_identity"], "returning": 2 * shake - cost["verify"]}  # the listener remembers, the dialer does not
        for mode in found:
            with listener("foil") as (_, running, made):
                load(running, made, "foil", mode, SESSIONS // 40)
                spent = seconds_of_processor(running.pid)
                rate = load(running, made, "foil", mode, SESSIONS // 4)["perSecond"]
                ours = (seconds_of_processor(running.pid) - spent) / (SESSIONS // 4) * 1e6
            found[mode].append((rate, len(CORES) * 1e6 / (ends[mode] + kernel), ends[mode], kernel, ours))
            print(f"{mode} {number + 1}/{ROUNDS}: {rate:.0f} of {found[mode][-1][1]:.0f}", file=sys.stderr)
    for mode, rounds in found.items():
        rates, allowed, shakes, kernels, spent = zip(*rounds)
        yield (f"| {'never seen' if mode == 'cold' else 'that come again'} | {spread(rates)} | {spread(allowed)} | "
               f"{statistics.median(a / b for a, b in zip(rates, allowed)):.2f} | {statistics.median(shakes):.0f} | {statistics.median(kernels):.0f} | {statistics.median(spent):.0f} |")


# --- throughput against cores: the listener has the first so many, the load the rest, or all where none is left
def cores():
    yield "| foil sessions | cores of the listener | cores of the load | a second | listener's processor, ms a session | listener's cores in use |"
    yield "|---|---|---|---|---|---|"
    for mode, sessions in (("cold", SESSIONS // 4), ("warm", SESSIONS)):
        points = []
        for count in range(1, len(CORES) + 1):
            theirs = CORES[count:] or CORES
            rates, spent = [], []
            for _ in range(ROUNDS):
                with listener("foil") as (_, running, made):
                    for task in pathlib.Path(f"/proc/{running.pid}/task").iterdir():
                        os.sched_setaffinity(int(task.name), CORES[:count])
                    os.sched_setaffinity(0, theirs)
                    load(running, made, "foil", mode, sessions // 20)
                    before = seconds_of_processor(running.pid)
                    rates.append(load(running, made, "foil", mode, sessions)["perSecond"])
                    spent.append((seconds_of_processor(running.pid) - before) / sessions * 1000)
                    os.sched_setaffinity(0, CORES)
            points.append((count, statistics.median(rates)))
            used = statistics.median(a * b / 1000 for a, b in zip(rates, spent))
            yield f"| {mode} | {count} | {len(theirs)}{'' if CORES[count:] else ', the same'} | {spread(rates)} | {statistics.median(spent):.3f} | {used:.2f} |"
        (ROOT / f"build/bounds-cores-{mode}.svg").write_text(plot(f"{mode} foil sessions a second", "cores of the listener", [("", points)]))


report("bounds.md", f"{CONCURRENCY} sessions at a time, durable on {DISK}, medians of {ROUNDS}, least and most; listener and load on one machine.",
       (loop, model, cores), sys.argv[1:])
