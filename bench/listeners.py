"""What bench/listeners runs."""

import contextlib
import json
import os
import pathlib
import statistics
import sys
import tempfile
import types

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))
os.environ["TALEUS"] = str(pathlib.Path(sys.argv[1]).resolve())

from load import CONCURRENCY, LIMITS, keep, load, machine, seconds_of_processor  # noqa: E402: they read TALEUS
from peers import PeerListener, is_built  # noqa: E402
from taleus import Home, Listener, raise_descriptor_limit  # noqa: E402

SESSIONS = int(os.environ.get("SESSIONS", 10_000))
SLOW_SESSIONS = int(os.environ.get("SLOW_SESSIONS", 1_500))  # of who does a few hundred a second
ROUNDS = int(os.environ.get("ROUNDS", 5))
DISK = os.environ.get("DISK", "/var/tmp")
OURS = {"taleus, in memory": "/dev/shm", "taleus, durable": DISK}
THEIRS = {"js3": "js-libp2p", "go": "go-libp2p", "rust": "rust-libp2p"}
SLOW = ("js3",)
LOADS = [("foil", "warm"), ("foil", "cold"), ("stock", "warm"), ("stock", "cold")]


@contextlib.contextmanager
def ours(folder, role):
    """A listener with a fresh home in a folder; in memory it is a file system's, and flushes cost nothing."""
    with tempfile.TemporaryDirectory(prefix="taleus-bench.", dir=folder) as where:
        home = Home(pathlib.Path(where) / "home")
        with Listener(home, set=LIMITS) as running:
            yield running, home.invite(role, "--uses", "unlimited")


@contextlib.contextmanager
def theirs(peer, role):
    with PeerListener(peer, "--role", role, "--events", "few") as there:
        yield types.SimpleNamespace(addresses=there.ready["addrs"], pid=there.process.pid), {"link": there.link(role)}


def measure(listener, role, mode, sessions):
    with listener as (running, made):
        load(running, made, role, mode, max(100, sessions // 20))
        spent = seconds_of_processor(running.pid)
        told = load(running, made, role, mode, sessions)
        return {"perSecond": told["perSecond"], "p50": told["latencyMs"]["p50"], "p99": told["latencyMs"]["p99"],
                "processor": (seconds_of_processor(running.pid) - spent) / sessions * 1000}


def sides(role):
    """Name, how to begin it, how many sessions it is given."""
    for name, folder in OURS.items():
        yield name, lambda folder=folder: ours(folder, role), SESSIONS if role == "foil" else SESSIONS // 4
    for peer, name in THEIRS.items():
        if is_built(peer):
            yield name, lambda peer=peer: theirs(peer, role), SLOW_SESSIONS if peer in SLOW else SESSIONS


def in_turn(role, mode):
    """By name, a measurement a round; who begins changes."""
    found = {name: [] for name, _, _ in sides(role)}
    for number in range(ROUNDS):
        turn = list(sides(role))
        for name, begin, sessions in turn[number % len(turn):] + turn[:number % len(turn)]:
            found[name].append(measure(begin(), role, mode, sessions))
            print(f"{role} {mode} {number + 1}/{ROUNDS} {name}: {found[name][-1]['perSecond']:.0f} a second", file=sys.stderr)
    return found


def version_of(peer):
    """Of the implementation, by the lock file that it is built by."""
    peers = ROOT / "tests/interop/peers"
    if peer in SLOW:
        return json.loads((peers / peer / "package-lock.json").read_text())["packages"]["node_modules/libp2p"]["version"]
    lines = ((peers / "go/go.mod") if peer == "go" else (peers / "rust/Cargo.lock")).read_text().splitlines()
    if peer == "go":
        return next(line.split("go-libp2p ")[1] for line in lines if "github.com/libp2p/go-libp2p " in line)
    return lines[lines.index('name = "libp2p"') + 1].split('"')[1]


def rows(role, mode, found):
    def median(name, of):
        return statistics.median(one[of] for one in found[name])
    for name, rounds in found.items():
        all_of = [one["perSecond"] for one in rounds]
        ratios = ["" if name == us else f"{statistics.median(a['perSecond'] / b['perSecond'] for a, b in zip(found[us], rounds)):.1f}" for us in OURS]
        yield (f"| {role} | {mode} | {name} | {statistics.median(all_of):.0f} ({min(all_of):.0f} to {max(all_of):.0f}) | {median(name, 'p50'):.1f} | "
               f"{median(name, 'p99'):.1f} | {median(name, 'processor'):.3f} | {ratios[0]} | {ratios[1]} |")


def main():
    raise_descriptor_limit(5000)
    named = ", ".join(f"{name} ({version_of(peer)})" for peer, name in THEIRS.items() if is_built(peer))
    missing = [name for peer, name in THEIRS.items() if not is_built(peer)]
    lines = [f"{machine()}. {ROUNDS} rounds in turn, medians, least and most; {CONCURRENCY} sessions at a time; warm: 4 connections. Beside us: {named}."
             + (f" SKIPPED, not built: {', '.join(missing)}." if missing else ""), "",
             "| inviter's role | connections | listener | sessions a second | p50 ms | p99 ms | its processor, ms a session | we in memory, times it | we durable, times it |",
             "|---|---|---|---|---|---|---|---|---|"]
    for role, mode in LOADS:
        lines += rows(role, mode, in_turn(role, mode))
    keep("listeners.md", "\n".join(lines) + "\n")


main()
