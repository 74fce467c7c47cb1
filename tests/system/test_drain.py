"""The end of a listener: by signal and by request, at full load, at every stage of its start, twice, and during a reload. Whatever the moment,
it ends within the grace with exit 0, each session has one recorded end or still awaits its database, and nothing acknowledged is lost."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

import libp2p
from records import check_records, check_same_tallies
from taleus import DONE, PROGRAM, TIMED_OUT, UNREACHABLE, Listener, assert_both_sides, environment, settings, until

SEED = int(os.environ.get("TALEUS_SEED", "20261124"))
ROUNDS = 40 if os.environ.get("TALEUS_LONG") else 6


def check_ends(home):
    """What `check_records` holds, and one recorded end for each session that is over, none for those that still wait."""
    check_records(home)
    ends = [row["session_id"] for row in home.audit() if row["kind"] == "ended" and row["session_id"]]
    assert len(ends) == len(set(ends)), "a session ended twice"
    over = {session["sessionId"] for session in home.sessions() if "ended" in session}
    assert over <= set(ends), "a session is over and its trail does not say so"


def test_a_request_drains_as_a_signal_does(alice, bob):
    with Listener(alice) as running:
        bob.join(alice.invite("stock")["uri"])
        until("nothing is under way", lambda: running.admin.status()["sessions"]["underWay"] == 0)
        told = alice.run("drain", "--json").result
        assert told == {"state": "draining", "underWay": 0, "awaitingDatabase": 0, "graceMs": 2000}
        assert running.wait() == 0
    check_ends(alice)
    assert started_and_stopped(alice) == ["started", "stopped"]


def test_while_it_drains_it_says_so_and_takes_nobody(alice, bob):
    """A peer that has said half of its contact keeps it draining."""
    with Listener(alice, set={"shutdown.grace": "20s", "timeouts.step": "20s", "timeouts.session": "30s", "timeouts.respond": "20s"}, grace=40) as running:
        with libp2p.Connection(running.addresses[0]) as peer:
            peer.open().send(b'{"token":')
            until("it is served", lambda: running.admin.status()["sessions"]["underWay"] == 1)
            running.signal()
            until("it is draining", lambda: running.admin.get("/readyz").status == 503)
            ready = running.admin.get("/readyz?verbose").json
            assert ready["code"] == "draining" and [check["name"] for check in ready["checks"] if not check["passed"]] == ["node"]
            assert running.admin.get("/livez").status == 200 and running.admin.get("/startupz").status == 200
            assert running.admin.status()["state"] == "draining" and running.admin.metrics()["taleus_ready"] == 0
            told = peer.ask(libp2p.contact(alice.invite("stock")["link"]))
            assert (told["approved"], told["code"]) == (False, "shutting_down") and told["retryAfterMs"] > 0
            gone = bob.join(alice.invite("stock")["uri"], code=None, set={"timeouts.join_session": "5s"})
            assert gone.code in (UNREACHABLE, TIMED_OUT), "nobody listens any more"
        assert running.wait() == 0
    assert alice.tallies() == []
    check_ends(alice)


def dialers_at_work(alice, dialers, over, done, codes):
    def dial(dialer):
        while not over.is_set():
            role = "foil" if len(done) % 2 else "stock"
            made = alice.run("invite", "create", "--role", role, "--json", code=None)
            if made.code != DONE:  # the store was busy for as long as a command waits
                continue
            run = dialer.join(made.result["uri"], code=None, set={"timeouts.join_session": "3s", "timeouts.join_connect": "1s"})
            codes.append(run.code)
            if run.code == DONE:
                done.append((dialer, role, run.result["tally"]["tallyId"]))

    threads = [threading.Thread(target=dial, args=(dialer,)) for dialer in dialers]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "twice", "drain", "reload"])
def test_at_full_load_nothing_acknowledged_is_lost(alice, home, how):
    """Three dialers with homes of their own, a load generator that asks for more than there is room for, and a peer that awaits its database."""
    over, done, codes = threading.Event(), [], []
    dialers = [home(f"bob{i}") for i in range(3)]
    # What awaits its database does so to the end of this listener, however long that takes here.
    running = Listener(alice, set={"shutdown.grace": "5s", "limits.sessions": "32", "timeouts.await_database": "10m", "timeouts.session": "10m"}, grace=15)
    many = alice.invite("foil", "--uses", "unlimited")
    with libp2p.Connection(running.addresses[0]) as peer:
        waits = peer.ask(libp2p.contact(many["link"], "waits"))["sessionId"]
    threads = dialers_at_work(alice, dialers, over, done, codes)
    bench = subprocess.Popen([str(PROGRAM), "bench", "--addr", running.addresses[0], "--token", many["link"]["token"], "--role", "foil",
                              "--sessions", "1000000", "--concurrency", "64", "--json"], stdout=subprocess.PIPE, text=True, env=environment())
    try:
        until("bootstraps go on", lambda: len(done) >= 4, 60)
        until("it is fully loaded", lambda: running.admin.metrics()['taleus_admissions_refused_total{cause="overloaded"}'] > 0, 60)
        # One more than may be under way there.
        until("the generator was told of some", lambda: alice.count("tallies", "tally_id LIKE 'tally-bench-%'") > 64, 60)
        if how == "drain":
            alice.run("drain")
        else:
            if how == "reload":
                (alice.path / "config.toml").write_text("[limits]\nwaiting = 777\n")
                running.signal(signal.SIGHUP)
            running.signal(signal.SIGINT if how == "SIGINT" else signal.SIGTERM)
            if how == "twice":
                running.signal()
        assert running.wait() == 0, running.log()
    finally:
        over.set()
        bench.send_signal(signal.SIGINT)
        told = json.loads(bench.communicate(timeout=30)[0].splitlines()[-1])
        for thread in threads:
            thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    check_ends(alice)
    assert started_and_stopped(alice) == ["started", "stopped"]
    assert alice.session(waits)["state"] == "AWAITING_DATABASE"
    # What a dialer has is what the listener has; what awaited its database is ended once after a restart.
    assert told["ok"] > 0 and alice.count("tallies") >= told["ok"] + len(done)
    with Listener(alice, set={"timeouts.await_database": "100ms"}) as again:
        until("none waits", lambda: all("ended" in session for session in alice.sessions()), 30)
        assert again.admin.metrics()["taleus_sessions_unaccounted"] == 0
    assert alice.session(waits)["state"] == "TIMED_OUT"
    for party in (alice, *dialers):
        check_ends(party)
    check_same_tallies(alice, *dialers)
    for dialer, role, tally in done:
        assert_both_sides(alice, dialer, tally, role, resumed=True)


def started_and_stopped(home):
    return [row["kind"] for row in home.audit() if row["kind"] in ("started", "stopped")]


@pytest.mark.parametrize("times", [1, 2])
def test_while_it_reads_its_settings(alice, times):
    """The file is a pipe, which nobody writes into until the signal has come."""
    file = alice.path / "config.toml"
    file.unlink()
    os.mkfifo(file)
    running = Listener(alice, is_awaited=False)
    with file.open("w"):  # opens when the other end does
        for _ in range(times):
            running.signal()
    assert running.wait() == 0 and running.out == [], running.log()
    file.unlink()
    assert started_and_stopped(alice) == ["started", "stopped"]


@pytest.mark.parametrize("times", [1, 2])
def test_while_it_waits_for_its_store(alice, times):
    """Another process holds it; the admin interface is there already."""
    with Listener(alice):
        pass
    with contextlib.closing(sqlite3.connect(alice.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        running = Listener(alice, is_awaited=False)
        until("it is starting", (alice.path / "admin.address").exists)
        for _ in range(times):
            running.signal()
        other.execute("ROLLBACK")
    assert running.wait() == 0 and running.out == [], running.log()
    assert started_and_stopped(alice) == ["started", "stopped"] * 2


@pytest.mark.parametrize("times", [1, 2])
def test_in_the_middle_of_a_reload(alice, bob, times):
    """Its event loop reads a pipe in place of the file when the signal comes."""
    running = Listener(alice)
    made = bob.join(alice.invite("foil")["uri"]).result["tally"]["tallyId"]
    file = alice.path / "config.toml"
    file.unlink()
    os.mkfifo(file)
    running.signal(signal.SIGHUP)
    with file.open("w") as written:
        for _ in range(times):
            running.signal()
        written.write("[limits]\nsessions = 11\n")
    assert running.wait() == 0, running.log()
    file.unlink()
    assert started_and_stopped(alice) == ["started", "stopped"]
    changed = [row["body"]["changes"] for row in alice.audit() if row["kind"] == "settings_changed"]
    assert changed in ([], [[{"key": "limits.sessions", "from": "1000", "to": "11"}]]), "whole or not at all"
    assert_both_sides(alice, bob, made, "foil")


def test_at_every_stage_of_its_start(alice):
    """SIGTERM at a random moment of the start: exit 0 as soon as signals are held, at worst the signal's own end, and a home that starts again."""
    source = random.Random(SEED)
    ended = []
    for number in range(ROUNDS):
        process = subprocess.Popen([str(PROGRAM), "serve", "--home", str(alice.path), *settings({"p2p.listen": "/ip4/127.0.0.1/tcp/0", "admin.listen": "127.0.0.1:0"})],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        moment = source.random() * 0.4
        began = time.monotonic()
        until("the moment has come", lambda: time.monotonic() - began >= moment, pause=0.005)
        for _ in range(source.choice([1, 2])):
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        ended.append(process.returncode)
        assert process.returncode in (0, -signal.SIGTERM), (SEED, number, moment)
    with Listener(alice) as running:
        assert running.admin.get("/readyz").status == 200
    check_ends(alice)
    starts = started_and_stopped(alice)
    assert starts == ["started", "stopped"] * (len(starts) // 2), "each start that is on record has its stop"


def test_signals_to_its_very_end(alice):
    """Found in review: a SIGHUP in the last moments began a reload that nobody waited for, a second SIGTERM met a process that heard signals no
    more: it ended by an abort, or by the signal."""
    for number in range(20):
        with Listener(alice) as running:

            def has_ended():
                for one in (signal.SIGTERM, signal.SIGHUP):
                    running.signal(one)
                return not running.is_running()

            until("it has ended", has_ended, 60, pause=0.0003)
            assert running.wait() == 0, (number, running.log())
            assert "invariant broken" not in running.log(), (number, running.log())
    assert started_and_stopped(alice) == ["started", "stopped"] * 20
