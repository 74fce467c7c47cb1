#!/usr/bin/env python3
"""What protects a listener, measured: hung peers, and ten times the load that it can carry.

    bench/protection.py [hung|overload] [--program build/release/taleus] [--short]

Prints a markdown table and writes it to build/protection-*.md, the overload also as a plot, build/protection-overload.svg. --short is
what the tests run, with fewer of everything and the home in memory, so that a disk that others use too is not what is measured. Listener and
load share the machine; run it on one that does nothing else.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "bench")]

from plot import plot  # noqa: E402

NAMES = ("sessions", "sessions_per_peer", "sessions_per_token", "waiting", "waiting_per_peer", "waiting_per_token", "connections", "handshakes",
         "connections_per_address", "streams_per_connection", "streams_negotiating")


def limits(**over):
    from taleus import UNTHROTTLED
    return {**{f"limits.{name}": 1_000_000 for name in NAMES}, **UNTHROTTLED, **over}


def folder_of_home(name, short):
    return tempfile.TemporaryDirectory(prefix=f"taleus-{name}.", dir="/dev/shm" if short else None)


def arguments(running, made, *args):
    return ["bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--json", *map(str, args)]


def load(running, made, *args):
    from taleus import taleus
    return taleus(*arguments(running, made, *args), code=None, seconds=1200).result


def begin(running, made, *args):
    from taleus import PROGRAM
    return subprocess.Popen([PROGRAM, *arguments(running, made, *args)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


# --- hung peers
def hung(short):
    """The latency of honest sessions alone and beside hung ones, by turns; how late the hung ones were ended; what they left."""
    from taleus import Home, Listener, raise_descriptor_limit, until
    many, of_one, honest, rate, rounds, step, spread = (600, 60, 300, 50, 3, 20, 4) if short else (10_000, 1_000, 2_000, 100, 5, 60, 15)
    raise_descriptor_limit(many + 5000)
    found = []
    with folder_of_home("hung", short) as folder:
        home = Home(pathlib.Path(folder) / "home")
        with Listener(home, set=limits(**{"timeouts.step": f"{step}s", "timeouts.session": f"{2 * step}s"})) as running:
            made = home.invite("foil", "--uses", "unlimited")
            ask = ("--role", "foil", "--rate", rate, "--sessions", honest, "--concurrency", 200, "--connections", 20)
            load(running, made, *ask)  # warms up
            idle = until("it is idle", lambda: settled(running), 30)
            for _ in range(rounds):
                alone = load(running, made, *ask)
                until("descriptors are back", lambda: running.descriptors() <= idle, 10)
                silent = [begin(running, made, "--hang", "--timeout", 10 * step, "--sessions", n, "--concurrency", n, "--connections", c, "--rate", n / spread)
                          for n, c in ((many, many), (of_one, 1))]
                until("all are connected", lambda: running.descriptors() >= idle + many, 120)
                time.sleep(spread)
                held = running.descriptors() - idle
                beside, lag = load(running, made, *ask), running.admin.metrics()["taleus_event_loop_lag_seconds"] * 1000
                ends = [json.loads(one.communicate()[0].splitlines()[-1]) for one in silent]
                ended = time.monotonic()
                until("nothing is left", lambda: running.descriptors() <= idle, 30)
                left = time.monotonic() - ended
                found.append({"alone": alone, "beside": beside, "held": held, "ends": ends, "left": left, "lag": lag,
                              "ratio": beside["latencyMs"]["p99"] / alone["latencyMs"]["p99"],
                              "late": max(one["latencyMs"]["max"] for one in ends) - step * 1000})
                assert all(one["ok"] == one["sessions"] for one in ends), ends
                assert alone["ok"] == beside["ok"] == honest, (alone, beside)
    lines = ["| round | p50 alone | p50 beside | p99 alone | p99 beside | ratio of p99 | hung connections held | loop late by ms | last hung session late by ms | s until its descriptors were back |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for number, one in enumerate(found, 1):
        a, b = one["alone"]["latencyMs"], one["beside"]["latencyMs"]
        lines.append(f"| {number} | {a['p50']:.1f} | {b['p50']:.1f} | {a['p99']:.1f} | {b['p99']:.1f} | {one['ratio']:.2f} | {one['held']} | {one['lag']:.1f} | {one['late']:.0f} | {one['left']:.2f} |")
    result = {"ratio": statistics.median(one["ratio"] for one in found), "late": statistics.median(one["late"] for one in found),
              "left": max(one["left"] for one in found)}
    lines += ["", f"{many} hung sessions of as many peers and {of_one} of one; {honest} honest foil sessions a side and round at {rate} a second. Median ratio "
                  f"{result['ratio']:.2f}, median of the latest end {result['late']:.0f} ms after its deadline (seen by the peer, on a machine shared with the load)."]
    publish("hung", lines)
    return result


# From a contact that has arrived whole to its decision, on stable storage: what comes before and after also waits for the peer.
OWN_STATES = ("VALIDATING_TOKEN", "VALIDATING_IDENTITY")
STATE_TIME = "taleus_session_state_duration_seconds"


def decision_time(before, after):
    """Of the sessions that were let in between two moments, by the listener's metrics: ms on average, and the bound of the histogram below
    which 99 of 100 were in the slower of the two states."""
    mean, p99 = 0.0, 0.0
    for state in OWN_STATES:
        mine = {name: value - before.get(name, 0) for name, value in after.items() if name.startswith(STATE_TIME) and f'state="{state}"' in name}
        count = next(value for name, value in mine.items() if name.startswith(f"{STATE_TIME}_count"))
        mean += 1000 * next(value for name, value in mine.items() if name.startswith(f"{STATE_TIME}_sum")) / count
        bounds = {float(re.search(r'le="([^"]+)"', name)[1]): value for name, value in mine.items() if name.startswith(f"{STATE_TIME}_bucket")}
        p99 = max(p99, 1000 * min(bound for bound, value in bounds.items() if value >= 0.99 * count))
    return {"mean": mean, "p99": p99}


def settled(running):
    if running.admin.metrics()["taleus_connections"]:
        return 0
    first = running.descriptors()
    time.sleep(1)
    return first if running.descriptors() == first else 0


# --- overload
def overload(short, is_well=lambda point: True):
    """Goodput from half of what it can carry to ten times as much; in the short form at ten times only. What it can carry falls as its store grows, so
    it is measured before and after each point. The flood comes on few connections and waits in them; beside it go bystanders on connections of their
    own, who do as they are told by `retryAfterMs`. A point that is not well is measured once more: what ran beside it may be over."""
    from load import seconds_of_processor
    from taleus import Home, Listener, raise_descriptor_limit, until
    raise_descriptor_limit(5000)
    seconds, connections, loads = (3, 50, (10,)) if short else (15, 400, (0.5, 1, 2, 5, *[10] * 5))
    points = []
    with folder_of_home("overload", short) as folder:
        home = Home(pathlib.Path(folder) / "home")
        with Listener(home, set=limits(**{"overload.work": 200, "overload.work_max": 10_000})) as running:
            made = home.invite("foil", "--uses", "unlimited")
            ask = ("--role", "foil", "--once", "--connections", connections)
            load(running, made, *ask, "--sessions", 1000, "--concurrency", 50)
            idle = until("it is idle", lambda: settled(running), 30)

            def measured(*how):
                """With what the listener did for a second of its processor, which what else runs on the machine does not change, and with
                how long it took over what it let in, which the load generator's own queues do not change."""
                spent, before = seconds_of_processor(running.pid), running.admin.metrics()
                told = load(running, made, *ask, *how)
                return {**told, "ofProcessor": told["ok"] / (seconds_of_processor(running.pid) - spent),
                        "decided": decision_time(before, running.admin.metrics())}

            def capacity():
                return measured("--sessions", 3000 * seconds, "--concurrency", 100)

            def point(times, before):
                """And what it can carry afterwards."""
                rate = before["perSecond"] * times
                probe = begin(running, made, "--role", "foil", "--rate", 20, "--sessions", 20 * seconds, "--connections", 20)
                told = measured("--sessions", int(rate * seconds), "--concurrency", 20_000, "--rate", rate)
                beside = json.loads(probe.communicate()[0].splitlines()[-1])
                after = capacity()
                peak = (before["perSecond"] + after["perSecond"]) / 2
                useful = told["ofProcessor"] / ((before["ofProcessor"] + after["ofProcessor"]) / 2)
                at_peak = {of: (before["decided"][of] + after["decided"][of]) / 2 for of in ("mean", "p99")}
                points.append({"times": times, "offered": rate, "peak": peak, "share": told["perSecond"] / peak, "useful": useful, "beside": beside,
                               "at_peak": at_peak, **told})
                return after
            carries = capacity()
            for times in loads:
                carries = point(times, carries)
                if not is_well(points[-1]):
                    carries = point(times, carries)
            ended = time.monotonic()
            until("nothing is left", lambda: running.descriptors() <= idle, 30)
            left = time.monotonic() - ended
            after = load(running, made, *ask, "--sessions", 200, "--concurrency", 10)
    lines = ["| offered, times peak | offered a second | peak before and after | goodput a second | of peak | goodput for a second of the listener's processor, of that at peak | p50 ms | p99 ms | refused | half-done lost | failed | "
             "bystanders' p50, p99 ms | of them not served | what was let in is decided after ms, mean (at the peak) | 99 % below ms (at the peak) |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for one in points:
        beside = one["beside"]
        lines.append(f"| {one['times']} | {one['offered']:.0f} | {one['peak']:.0f} | {one['perSecond']:.0f} | {one['share']:.2f} | {one['useful']:.2f} | {one['latencyMs']['p50']:.0f} | "
                     f"{one['latencyMs']['p99']:.0f} | {one['refused']} | {one['unfinished']} | {one['failed']} | "
                     f"{beside['latencyMs']['p50']:.0f}, {beside['latencyMs']['p99']:.0f} | {beside['sessions'] - beside['ok']} of {beside['sessions']} | "
                     f"{one['decided']['mean']:.1f} ({one['at_peak']['mean']:.1f}) | {one['decided']['p99']:.0f} ({one['at_peak']['p99']:.0f}) |")
    most = [one["share"] for one in points if one["times"] == 10]
    lines += ["", f"At ten times: {statistics.median(most):.2f} of the peak, the median of {len(most)} ({min(most):.2f} to {max(most):.2f}). "
                  f"Descriptors back {left:.1f} s after the load; then p99 {after['latencyMs']['p99']:.0f} ms."]
    publish("overload", lines)
    (ROOT / "build/protection-overload.svg").write_text(plotted(points))
    return {"points": points, "left": left, "after": after}


def plotted(points):
    """Goodput over offered load, both in multiples of the peak; an ideal listener is the dashed line."""
    shares = {}
    for one in points:
        shares.setdefault(one["times"], []).append(one["share"])
    return plot("goodput, share of the peak; labels: p99 of what was admitted",
                f"offered load, times the peak ({points[0]['peak']:.0f} sessions a second at first)",
                [("", [(0, 0)] + [(times, statistics.median(share)) for times, share in sorted(shares.items())])],
                dashed=[("", [(0, 0), (1, 1), (10, 1)])],
                labels=[(one["times"], one["share"], f"{one['latencyMs']['p99']:.0f} ms") for one in points])


def publish(name, lines):
    text = "\n".join(lines) + "\n"
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / f"build/protection-{name}.md").write_text(text)
    print(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["hung", "overload"])
    parser.add_argument("--program", default=ROOT / "build/release/taleus", type=pathlib.Path)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    os.environ["TALEUS"] = str(options.program.resolve())
    for name, measure in (("hung", hung), ("overload", overload)):
        if options.what in (None, name):
            measure(options.short)


if __name__ == "__main__":
    main()
