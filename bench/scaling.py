"""What bench/scaling runs."""

import contextlib
import json
import os
import pathlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ.setdefault("TALEUS", str(ROOT / "build/release/taleus"))

from load import CONCURRENCY, LIMITS, load, report, seconds_of_processor  # noqa: E402: they read TALEUS
from peers import command, is_built  # noqa: E402
from plot import plot  # noqa: E402
from taleus import Home, Listener, raise_descriptor_limit, until  # noqa: E402

WAITING, IDLE, LIVE, TALLIES = (int(os.environ.get(name, default)) for name, default in
                                (("WAITING", 100_000), ("IDLE", 20_000), ("LIVE", 100_000), ("TALLIES", 300_000)))
IDLE = min(IDLE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 400) // 100 * 100)  # a descriptor each, and the listener's own
DISK = os.environ.get("DISK", "/var/tmp")
LONG = {"timeouts.session": "2h", "timeouts.await_database": "1h", "timeouts.idle": "1h"}
STEPS = ROUNDS = 5


@contextlib.contextmanager
def foil_listener():
    with tempfile.TemporaryDirectory(prefix="taleus-bench.", dir=DISK) as where:
        home = Home(pathlib.Path(where) / "home")
        with Listener(home, set={**LIMITS, **LONG}) as running:
            yield home, running, home.invite("foil", "--uses", "unlimited")


def settled_kib(running):
    """What was freed goes back within two seconds."""
    time.sleep(4)
    return running.resident_kib()


def drawn(name, *how, **more):
    (ROOT / f"build/scaling-{name}.svg").write_text(plot(*how, **more))


def all_wait(home, number):
    until("all wait", lambda: home.count("sessions", "state = 'AWAITING_DATABASE'") == number, 120)


# --- memory
def idle_connections(running, made, number):
    """Secured, each of a peer of its own, without a stream; they end with the process."""
    told = json.dumps({**made["link"], "responderPeerAddrs": running.addresses})
    there = subprocess.Popen(command("go", "dial", "--link", "-", "--sessions", number, "--identities", "N", "--concurrency", number, "--behaviour",
                                     "idle-connection", "--timeout-ms", 3_600_000), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    there.stdin.write(told)
    there.stdin.close()
    return there


def connections(running):
    """Secured, and those whose peer went before: of thousands that dial at once some run out of patience."""
    metrics = running.admin.metrics()
    return (metrics["taleus_connections"] - metrics["taleus_connections_handshaking"],
            sum(value for name, value in metrics.items() if name.startswith("taleus_handshake_failures_total")))


def memory():
    yield "| what is held | resident MiB before | with them | bytes each |"
    yield "|---|---|---|---|"
    with foil_listener() as (home, running, made):
        load(running, made, "foil", "warm", 20_000)  # the store's cache is full
        first = last = settled_kib(running)
        points = [(0, first / 1024)]
        for step in range(1, STEPS + 1):
            load(running, made, "foil", "warm", WAITING // STEPS, "--abandon")
            all_wait(home, WAITING // STEPS * step)
            last = settled_kib(running)
            points.append((WAITING // STEPS * step, last / 1024))
        yield f"| {WAITING} foil sessions that wait for their database | {first / 1024:.1f} | {last / 1024:.1f} | {(last - first) * 1024 / WAITING:.0f} |"
        drawn("waiting", "resident memory, MiB", "foil sessions that wait for their database", [("", points)])
    if not is_built("go"):
        yield "| SKIPPED: idle connections, go-libp2p is not built | | | |"
        return
    with foil_listener() as (home, running, made):
        load(running, made, "foil", "cold", 2_000)
        until("the load's connections are gone", lambda: connections(running)[0] == 0)
        points, peers, failed = [(0, settled_kib(running) / 1024)], [], connections(running)[1]
        for step in range(1, STEPS + 1):
            peers.append(idle_connections(running, made, IDLE // STEPS))
            until("all are secured, or were given up by their peer", lambda: sum(connections(running)) - failed == IDLE // STEPS * step, 300)
            points.append((connections(running)[0], settled_kib(running) / 1024))
        for peer in peers:
            peer.kill()
            peer.wait()
        (_, first), (held, last) = points[0], points[-1]
        yield f"| {held:.0f} secured connections of go-libp2p, idle | {first:.1f} | {last:.1f} | {(last - first) * 2**20 / held:.0f} |"
        drawn("idle", "resident memory, MiB", "secured connections without a stream", [("", points)])


# --- latency against load
def latency():
    yield "| offered, share of the peak | a second | p50 ms | p90 ms | p99 ms | p99.9 ms |"
    yield "|---|---|---|---|---|---|"
    with foil_listener() as (_, running, made):
        load(running, made, "foil", "warm", 2_000)
        peak = load(running, made, "foil", "warm", 30_000)["perSecond"]
        halves, tails = [], []
        for share in (0.02, 0.1, 0.25, 0.5, 0.75, 0.9):
            told = load(running, made, "foil", "warm", max(2_000, int(peak * share * 5)), "--rate", peak * share)
            times = told["latencyMs"]
            halves.append((share * peak, times["p50"]))
            tails.append((share * peak, times["p99"]))
            yield f"| {share} | {told['perSecond']:.0f} | {times['p50']:.2f} | {times['p90']:.2f} | {times['p99']:.2f} | {times['p999']:.2f} |"
        drawn("latency", "latency, ms", f"foil sessions offered a second, each from when it was due (peak: {peak:.0f})", [("p50", halves), ("p99", tails)])


# --- cost of a session
def cost(running, made, sessions):
    spent = seconds_of_processor(running.pid)
    told = load(running, made, "foil", "warm", sessions)
    return told["perSecond"], (seconds_of_processor(running.pid) - spent) / sessions * 1000


def beside_an_empty_one(running, made, what):
    """The ratio of both costs within one run, the sides in turn: the machine's speed changes from minute to minute."""
    with foil_listener() as (_, other, other_made):
        load(other, other_made, "foil", "warm", 10_000)
        full, empty = [], []
        for number in range(ROUNDS):
            sides = [(full, running, made), (empty, other, other_made)]
            for costs, listener, invitation in sides if number % 2 == 0 else reversed(sides):
                costs.append(cost(listener, invitation, 10_000)[1])
    ratio = statistics.median(a / b for a, b in zip(full, empty))
    return (f"\nIn turn with a listener that has 10000 tallies and nobody who waits, {ROUNDS} rounds, medians: {statistics.median(full):.3f} ms with {what} and "
            f"{statistics.median(empty):.3f} without, {ratio:.2f} times as much (rounds: {', '.join(f'{a / b:.2f}' for a, b in zip(full, empty))}).")


def live():
    yield "| live sessions | a second | listener's processor, ms a session |"
    yield "|---|---|---|"
    with foil_listener() as (home, running, made):
        load(running, made, "foil", "warm", 20_000)
        points = []
        for step in range(STEPS + 1):
            if step > 0:
                load(running, made, "foil", "warm", LIVE // STEPS, "--abandon")
                all_wait(home, LIVE // STEPS * step)
            rate, processor = cost(running, made, 10_000)
            points.append((LIVE // STEPS * step, processor))
            yield f"| {LIVE // STEPS * step} | {rate:.0f} | {processor:.3f} |"
        yield beside_an_empty_one(running, made, f"{LIVE} live sessions")
        drawn("live", "listener's processor, ms a foil session", "live sessions beside", [("", points)])


def store():
    yield "| tallies in the store | a second | listener's processor, ms a session | store, MiB |"
    yield "|---|---|---|---|"
    with foil_listener() as (home, running, made):
        points = []
        for step in range(STEPS + 1):
            if step > 0:
                load(running, made, "foil", "warm", TALLIES // STEPS)
            rate, processor = cost(running, made, 10_000)
            held = home.count("tallies")
            points.append((held, processor))
            yield f"| {held} | {rate:.0f} | {processor:.3f} | {home.store.stat().st_size / 2**20:.0f} |"
        yield beside_an_empty_one(running, made, f"{home.count('tallies')} tallies")
        drawn("store", "listener's processor, ms a foil session", "tallies in the store", [("", points)])


# --- size of the trail
TRAIL = ("bundles", "filed", "heads", "subtrees", "receipts")


def audit():
    yield "| foil sessions | store, MiB | of it the trail and receipts | bytes a session | of them the trail's |"
    yield "|---|---|---|---|---|"
    with foil_listener() as (home, running, made):
        whole, trail = [(0, 0)], [(0, 0)]
        for step in range(1, STEPS + 1):
            load(running, made, "foil", "warm", TALLIES // STEPS)
            count = TALLIES // STEPS * step
            with contextlib.closing(sqlite3.connect(f"file:{home.store}?mode=ro", uri=True)) as store:
                sizes = dict(store.execute("SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name WHERE d.aggregate = TRUE GROUP BY 1"))
            of_all, of_trail = sum(sizes.values()), sum(sizes[name] for name in TRAIL)
            whole.append((count, of_all / 2**20))
            trail.append((count, of_trail / 2**20))
            yield f"| {count} | {of_all / 2**20:.0f} | {of_trail / 2**20:.0f} | {of_all / count:.0f} | {of_trail / count:.0f} |"
        drawn("audit", "store, MiB", "foil sessions", [("all", whole), ("trail and receipts", trail)])


raise_descriptor_limit(IDLE + 300)
report("scaling.md", f"Foil sessions, {CONCURRENCY} at a time over 4 connections unless said otherwise; listener and load on one machine.",
       (memory, latency, live, store, audit), sys.argv[1:])
