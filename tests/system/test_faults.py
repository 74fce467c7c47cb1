"""The disk is full or fails, the clock jumps, the process stands still: what follows is on the records of both sides."""

import datetime
import errno
import itertools
import json
import os
import signal
import subprocess

import pytest

from faults import Faults
from libp2p import Connection, Identity, contact, database
from records import check_no_orphans, check_records, check_same_tallies
from taleus import DONE, FAILED, TIMED_OUT, UNREACHABLE, Home, Listener, assert_both_sides, check_audit_is_gapless, finish, stop_still, until

FAILED_FLUSH = 74
DAY = datetime.timedelta(days=1)


@pytest.fixture
def faults(alice, tmp_path):
    return Faults(tmp_path / "faults", alice)


def ask(running, message, me=None):
    with Connection(running.addresses[0], me or Identity()) as here:
        return here.ask(message)


# --- a full disk

def check_a_full_disk(alice, bob, running, fill, make_room):
    """New sessions are refused as long as there is no room, retries of decided ones are answered, health is told, and room is all it
    takes."""
    me = Identity()
    earlier, turned_away, other = alice.invite("stock"), alice.invite("foil"), [alice.invite(role) for role in ("stock", "foil")]
    answer = ask(running, contact(earlier["link"]), me)
    assert answer["approved"] is True
    alice.settle()
    before = alice.count("sessions", "tally_id <> ''"), alice.count("tallies")
    fill()
    for made in other:
        refused = ask(running, contact(made["link"]))
        assert (refused["approved"], refused["code"]) == (False, "dependency_unavailable"), refused
    until("a retry is answered", lambda: ask(running, contact(earlier["link"]), me) == answer, pause=0.2)  # but for the breaker's pauses
    told = bob.join(turned_away["uri"], code=None, set={"timeouts.join_session": "3s"})
    assert (told.code, told.result["outcome"], bob.tallies()) == (TIMED_OUT, "timed_out", []), told
    until("the store is said to be down", lambda: running.admin.get("/readyz").status == 503, 15)
    assert "store_unavailable" in running.admin.get("/readyz").text and running.admin.get("/livez").status == 200
    assert alice.count("sessions", "side = 'listener' AND tally_id = ''") == 0
    make_room()
    until("it takes sessions again, by itself", lambda: running.admin.get("/readyz").status == 200, 15)
    for made in other:
        result = bob.join(made["uri"]).result
        assert result["outcome"] == "done"
        assert_both_sides(alice, bob, result["tally"]["tallyId"], made["link"]["initiatorRole"])
    result = bob.join(turned_away["uri"]).result
    assert_both_sides(alice, bob, result["tally"]["tallyId"], "foil", resumed=True)
    assert (alice.count("sessions", "tally_id <> ''"), alice.count("tallies")) == (before[0] + 3, before[1] + 3)
    assert ask(running, contact(earlier["link"]), me) == answer


def test_a_full_disk_refuses_and_recovers(alice, bob, faults):
    with Listener(alice, env=faults.environment) as running:
        check_a_full_disk(alice, bob, running, faults.disk_is_full, faults.never)
    for home in (alice, bob):
        check_records(home)
        check_no_orphans(home)
    check_same_tallies(alice, bob)


def test_a_disk_that_fills_at_every_write(alice, bob, faults):
    """The disk is full from the n-th step of a session on: nothing is told that is not kept, and with room again the same party has
    its one tally."""
    with Listener(alice, env=faults.environment) as running:
        for role in ("stock", "foil"):
            for number in range(1, 200, 7):
                made, me = alice.invite(role), Identity()
                faults.fill_at(number)
                first = ask(running, contact(made["link"]), me)
                told = first["approved"]
                if told and role == "foil":
                    ask(running, database(f"tally-{number}"), me)
                is_through = faults.seen < number
                faults.never()
                second = until("room is noticed", lambda: answered(running, contact(made["link"]), me))
                if told and role == "stock":
                    assert second == first
                if role == "foil":
                    # `in_progress` until what was refused for want of room is put away
                    until("the database is taken", lambda: ask(running, database(f"tally-{number}"), me)["accepted"])
                assert alice.invitation(made["id"])["spent"] == 1
                if is_through:
                    break
            else:
                raise AssertionError(f"more than {number} steps")
        alice.settle()
    check_records(alice)
    check_no_orphans(alice)


def answered(running, message, me):
    answer = ask(running, message, me)
    return answer if answer["approved"] else None


def test_a_join_whose_disk_fills_at_any_write(alice, bob, listener, tmp_path):
    """Of the dialer: it says that its own store failed, or is done before it needs the room; the next join has the one tally."""
    for role in ("stock", "foil"):
        for number in range(1, 200, 13):
            made, faults = alice.invite(role), Faults(tmp_path / "faults-of-bob", bob)
            faults.fill_at(number)
            run = finish(bob.start_join(made["uri"], env=faults.environment))
            told = [one["tallyId"] for one in bob.tallies() if one["invitation"] == made["id"]]
            if run.code == DONE:
                assert told == [run.result["tally"]["tallyId"]]
            result = bob.join(made["uri"]).result
            alice.settle()
            assert told in ([], [result["tally"]["tallyId"]])
            assert_both_sides(alice, bob, result["tally"]["tallyId"], role, resumed=True)
            assert alice.invitation(made["id"])["spent"] == 1 and alice.invitation(made["id"])["reserved"] == 0
            if run.code == DONE and faults.seen < number:
                break
            if run.code != DONE:
                assert run.code == FAILED and run.result.get("error", run.result)["code"] == "dependency_unavailable", run
                assert "the store says" in run.err or "cannot be" in run.err, run
        else:
            raise AssertionError(f"more than {number} steps")
    for home in (alice, bob):
        check_records(home)
        check_no_orphans(home)
    check_same_tallies(alice, bob)


def test_a_file_system_that_is_full(home, bob, tmp_path):
    """The same on a real one of 4 MiB."""
    if os.geteuid() != 0:
        pytest.skip("MOUNTING NEEDS ROOT: a real full file system was not tried")
    mount = tmp_path / "small"
    mount.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mount], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"NO MOUNT: a real full file system was not tried: {mounted.stderr}")
    try:
        alice, filler = Home(mount / "alice"), mount / "filler"
        with Listener(alice) as running:
            check_a_full_disk(alice, bob, running, lambda: fill(filler), filler.unlink)
        check_records(alice)
        check_no_orphans(alice)
    finally:
        subprocess.run(["umount", mount], check=True)


def fill(filler):
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                assert error.errno == errno.ENOSPC


# --- a disk that fails

@pytest.mark.parametrize("role, where", [("stock", "taleus.db"), ("foil", "taleus.db"), ("stock", "/tallies")])
def test_a_failed_flush_stops_the_listener(alice, bob, faults, role, where):
    with Listener(alice, env=faults.environment) as running:
        port, made = running.port, alice.invite(role)
        faults.flush_fails(only=where)
        joining = bob.start_join(made["uri"])
        assert running.wait(20) == FAILED_FLUSH
        assert "could not be written to disk" in running.log() and "start again" in running.log()
        assert faults.failed_flushes == 1  # never a second try
    with Listener(alice, listen=f"/ip4/127.0.0.1/tcp/{port}"):
        finish(joining)
        result = bob.join(made["uri"]).result
        assert_both_sides(alice, bob, result["tally"]["tallyId"], role, resumed=True)
    for home in (alice, bob):
        check_records(home)
        check_no_orphans(home)


@pytest.mark.parametrize("role, where", [("stock", "taleus.db"), ("foil", "taleus.db"), ("foil", "/tallies")])
def test_a_failed_flush_stops_a_join(alice, bob, listener, tmp_path, role, where):
    made, faults = alice.invite(role), Faults(tmp_path / "faults-of-bob", bob)
    faults.flush_fails(only=where)
    run = finish(bob.start_join(made["uri"], env=faults.environment))
    assert run.code == FAILED_FLUSH and "could not be written to disk" in run.err, run
    assert faults.failed_flushes == 1
    result = bob.join(made["uri"]).result
    alice.settle()
    assert_both_sides(alice, bob, result["tally"]["tallyId"], role, resumed=True)


# --- a thread that is not to be had

def test_a_start_without_one_of_its_threads_ends_and_says_why(alice, faults):
    """A pool whose second thread was refused waited for the end of its first one, and so did the start, for ever."""
    for number in itertools.count(1):
        faults.thread_is_refused(number)
        with Listener(alice, env=faults.environment, is_awaited=False) as running:
            until("it serves, or has ended", lambda: running.out or not running.is_running(), 20)
            if running.out:
                faults.never()
                break
            code = running.wait()
        assert code == FAILED and "Resource temporarily unavailable" in running.log(), (number, running.log())
        assert "please report" not in running.log(), "the machine refused it: nothing of the program's is at fault"
    assert number > 4
    check_records(alice)


# --- a clock that jumps

@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "backward"])
def test_a_jump_of_the_clock_moves_no_deadline(alice, bob, faults, jump):
    """A foil session waits for its database by a clock of its own: after a jump of a day it is still open, the time it is told to
    have left is the true one, and its end comes when it should have. Whoever comes then is served, and both sides have it."""
    with Listener(alice, env=faults.environment, set={"timeouts.await_database": "20s", "timeouts.session": "20s"}) as running:
        me, made = Identity(), alice.invite("foil", "--expires", "100h")
        first = ask(running, contact(made["link"]), me)
        assert 15_000 < first["expiresInMs"] <= 20_000
        faults.clock_jumps(jump)
        again = ask(running, contact(made["link"]), me)
        assert 1_000 < again["expiresInMs"] <= first["expiresInMs"], "the jump changed what is left"
        assert ask(running, database("tally-x"), me)["accepted"] is True
        for role in ("stock", "foil"):
            result = bob.join(alice.invite(role, "--expires", "100h")["uri"]).result
            assert_both_sides(alice, bob, result["tally"]["tallyId"], role)
    assert [row["state"] for row in alice.rows("SELECT state FROM sessions")] == ["DONE", "DONE", "DONE"]
    check_audit_is_gapless(alice)
    check_records(alice)


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "backward"])
def test_a_wait_ends_in_its_time_whatever_the_clock_says(alice, faults, jump):
    with Listener(alice, env=faults.environment, set={"timeouts.await_database": "600ms"}) as running:
        made = alice.invite("foil", "--expires", "100h")
        assert ask(running, contact(made["link"]))["approved"] is True
        faults.clock_jumps(jump)
        until("it times out", lambda: alice.count("sessions", "state = 'TIMED_OUT'") == 1, 5)
        assert alice.invitation(made["id"])["reserved"] == 0
    check_records(alice)


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "backward"])
def test_a_wait_on_record_is_resumed_within_its_length_whatever_the_clock_says(alice, faults, jump):
    """The clock jumps while nobody serves. Forward: the time is over. Backward: there is as much as is configured, and not a day more."""
    me = Identity()
    with Listener(alice, env=faults.environment) as running:
        made = alice.invite("foil", "--expires", "100h")
        first = ask(running, contact(made["link"]), me)
        until("it waits", lambda: alice.count("sessions", "state = 'AWAITING_DATABASE'") == 1)
        running.kill()
    faults.clock_jumps(jump)
    with Listener(alice, env=faults.environment, listen=f"/ip4/127.0.0.1/tcp/{running.port}") as running:
        if jump == DAY:
            until("its time is over", lambda: alice.count("sessions", "state = 'TIMED_OUT'") == 1)
            assert alice.invitation(made["id"])["reserved"] == 0
            assert ask(running, database("tally-x"), me)["code"] == "no_such_session"
        else:
            again = ask(running, contact(made["link"]), me)
            assert again["sessionId"] == first["sessionId"] and 1_000 < again["expiresInMs"] <= 20_000
            assert ask(running, database("tally-x"), me)["accepted"] is True
            alice.settle()
    assert [row["state"] for row in alice.rows("SELECT state FROM sessions")] == ["TIMED_OUT" if jump == DAY else "DONE"]
    assert alice.count("tallies") == (0 if jump == DAY else 1)
    check_records(alice)


def test_an_expired_link_stays_expired_when_the_clock_is_set_back(alice, faults):
    with Listener(alice, env=faults.environment) as running:
        made, long = alice.invite("stock", "--expires", "12h"), alice.invite("stock", "--expires", "100h", "--uses", "2")
        faults.clock_jumps(DAY)
        assert ask(running, contact(made["link"]))["code"] == "token_expired"
        assert ask(running, contact(long["link"]), Identity())["approved"] is True  # by which the store has seen that time
        faults.clock_jumps(datetime.timedelta())
        assert ask(running, contact(made["link"]))["code"] == "token_expired"
        assert ask(running, contact(long["link"]), Identity())["approved"] is True
        alice.settle()
    with Listener(alice, env=faults.environment) as running:
        assert ask(running, contact(made["link"]))["code"] == "token_expired"
    check_audit_is_gapless(alice)
    check_records(alice)


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "backward"])
def test_a_join_whose_clock_jumps_has_its_tally(alice, bob, listener, tmp_path, jump):
    for role in ("stock", "foil"):
        made, faults = alice.invite(role, "--expires", "100h"), Faults(tmp_path / "faults-of-bob", bob)
        process = bob.start_join(made["uri"], env=faults.environment)
        process.stdout.readline()
        faults.clock_jumps(jump)
        run = finish(process)
        assert run.code == DONE, run
        assert_both_sides(alice, bob, run.result["tally"]["tallyId"], role, resumed=True)


# --- a process that stands still

PAUSE = float(os.environ.get("PAUSE", "2"))  # seconds; waits are half as long


def stand_still(process):
    """A process that gets no time for PAUSE seconds. Nothing here waits for it but the clock."""
    stop_still(process)
    subprocess.run(["sleep", str(PAUSE)], check=True)
    process.send_signal(signal.SIGCONT)


def test_a_listener_that_stood_still_ends_what_is_overdue(alice):
    """A foil session's time passes while the process is stopped, and its database arrives in that time: it is over, its use is free, and the
    same party begins anew. A session that was decided before is answered."""
    with Listener(alice) as running:
        assert running.admin.patch({"timeouts.await_database": f"{int(PAUSE * 500)}ms"}).status == 200
        me, made, decided = Identity(), alice.invite("foil"), alice.invite("stock")
        answer = ask(running, contact(decided["link"]), me)
        with Connection(running.addresses[0], me) as here:
            assert here.ask(contact(made["link"]))["approved"] is True
            # On a slow machine its time may be over by now: then there is less to see.
            until("it waits", lambda: alice.count("sessions", "state IN ('AWAITING_DATABASE', 'TIMED_OUT')") == 1)
            stream = here.open()
            running.signal(signal.SIGSTOP)
            stream.send(json.dumps(database("tally-late")).encode())
            stream.end()
            subprocess.run(["sleep", str(PAUSE)], check=True)
            running.signal(signal.SIGCONT)
            late = stream.answer()
            # By an acknowledgement, or as any stream whose message was not read in time, where that is overdue too.
            assert late.get("accepted", late.get("approved")) is False and late["code"] in ("no_such_session", "timeout"), late
        until("what is overdue ends", lambda: alice.count("sessions", "state = 'TIMED_OUT'") == 1)
        late = ask(running, database("tally-late"), me)
        assert (late["accepted"], late["code"]) == (False, "no_such_session"), late
        assert alice.invitation(made["id"])["reserved"] == 0
        assert alice.count("tallies") == 1
        assert ask(running, contact(decided["link"]), me) == answer
        assert running.admin.patch({"timeouts.await_database": "20s"}).status == 200  # for the one that is to be in time
        assert ask(running, contact(made["link"]), me)["approved"] is True
        assert ask(running, database("tally-late"), me)["accepted"] is True
        alice.settle()
    check_records(alice)
    assert alice.count("tallies") == alice.invitation(made["id"])["spent"] + alice.invitation(decided["id"])["spent"] == 2


def test_a_join_that_stood_still_has_the_one_tally(alice, bob, listener):
    for role in ("stock", "foil"):
        made = alice.invite(role)
        process = bob.start_join(made["uri"], set={"timeouts.join_session": f"{int(PAUSE * 500)}ms"})
        process.stdout.readline()
        stand_still(process)
        run = finish(process)
        # Through, or told that its time was over: FAILED where that was before it had read its own store.
        assert run.code in (DONE, UNREACHABLE, TIMED_OUT) or (run.code == FAILED and run.result["code"] == "timeout"), run
        result = bob.join(made["uri"]).result
        alice.settle()
        assert_both_sides(alice, bob, result["tally"]["tallyId"], role, resumed=True)
        assert run.code != DONE or run.result["tally"] == result["tally"]
    check_same_tallies(alice, bob)
