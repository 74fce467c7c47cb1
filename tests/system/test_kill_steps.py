"""`kill -9` at every durable step, one after another: of the listener (its store in its home or on PostgreSQL), of its recovery and its
clean-up, and of the dialer, in both roles.

A step is a call that changes something below the home, or that tells a peer or a server something (tests/support/faults.cpp). A walk ends
when the flow gets through, to the exit of the program, without reaching the step at which it would be killed. After each kill the
program is started again and asked again. STEPS=all walks every step; else each eighth, from another first one in each way of dying.
"""

import itertools
import os
import shutil
import signal
import subprocess

import pytest

from faults import Faults
from libp2p import Connection, Identity, contact, database
from postgres import NodeHome, Store, servers
from records import check_no_orphans, check_records, check_same_tallies, databases, made_here
from taleus import DONE, PROGRAM, UNREACHABLE, Listener, assert_both_sides, environment, finish, let_two_days_pass, settings, until

WAYS = [(role, torn) for role in ("stock", "foil") for torn in (False, True)]


WALKS_ALL = os.environ.get("STEPS") == "all"


def steps_to_try(first=1, stride=8):
    return itertools.count(1) if WALKS_ALL else itertools.count(first, stride)


def steps_of_way(role, torn):
    return steps_to_try(1 + 2 * WAYS.index((role, torn)))


def check_one_outcome(alice, bob, made, role, told):
    """The tally that was told is the only one of its invitation, on both sides."""
    for home in (alice, bob):
        assert [one["tallyId"] for one in home.tallies() if one["invitation"] == made["id"]] == [told], home
    assert_both_sides(alice, bob, told, role, resumed=True)
    assert alice.rows("SELECT spent, reserved FROM invitations WHERE id = ?", made["id"]) == [{"spent": 1, "reserved": 0}]


def check_kinds(killed):
    """The walk met what it must meet: writes to disk, flushes, and, when it is whole, answers to the peer."""
    wanted = {"pwrite", "fdatasync", "send"} if WALKS_ALL else {"pwrite"}
    assert wanted <= {step.split()[0] for step in killed}, killed


def check_both_homes(alice, bob):
    for home in (alice, bob):
        check_records(home)
        check_no_orphans(home)
    check_same_tallies(alice, bob)


def run_to_its_end(running):
    """Ends a listener in order, unless it is killed on the way: true when it got through."""
    running.signal()
    code = running.wait()
    assert code in (0, -signal.SIGKILL), f"serve ended with {code}: {running.log()}"
    return code == 0


def walk_of_a_listener(alice, bob, tmp_path, role, steps, torn=False, set=None):
    """From the invitation, through a bootstrap, to the end of the process. What it was about to do when it was killed."""
    faults = Faults(tmp_path / "faults", alice)
    port, killed = 0, []
    for number in steps:
        faults.never()
        with Listener(alice, env=faults.environment, set=set, listen=f"/ip4/127.0.0.1/tcp/{port}") as running:
            port, made = running.port, alice.invite(role)
            faults.kill_at(number, torn)
            joining = bob.start_join(made["uri"])
            until("killed, or done", lambda: not running.is_running() or joining.poll() is not None, 30, pause=0.002)
            is_through = run_to_its_end(running)
        if is_through:
            assert finish(joining).code == DONE
            break
        killed.append(faults.last)
        with Listener(alice, set=set, listen=f"/ip4/127.0.0.1/tcp/{port}"):
            run = finish(joining)
            assert run.code in (DONE, UNREACHABLE), f"killed at {number}, {faults.last}: {run}"
            result = bob.join(made["uri"]).result
            assert run.code != DONE or run.result["tally"] == result["tally"]
            check_one_outcome(alice, bob, made, role, result["tally"]["tallyId"])
            assert bob.join(made["uri"]).result["tally"] == result["tally"]
        check_both_homes(alice, bob)
    check_both_homes(alice, bob)
    print(f"killed at {len(killed)} steps")
    return killed


@pytest.mark.parametrize("role, torn", WAYS)
def test_a_listener_that_is_killed_at_every_durable_step(alice, bob, tmp_path, role, torn):
    check_kinds(walk_of_a_listener(alice, bob, tmp_path, role, steps_of_way(role, torn), torn))


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_listener_whose_store_is_on_postgresql_that_is_killed_at_every_step(bob, tmp_path, role):
    """Each message to the server is a step as well: before a BEGIN, between the statements of a transaction, before its COMMIT."""
    with servers() as make:
        alice = NodeHome(tmp_path / "alice", Store(make("server"), "store"))
        killed = walk_of_a_listener(alice, bob, tmp_path, role, steps_to_try(stride=4), set=alice.set)
    assert [step.split()[0] for step in killed].count("send") > (30 if WALKS_ALL else 5), killed


@pytest.mark.parametrize("role, torn", WAYS)
def test_a_dialer_that_is_killed_at_every_durable_step(alice, bob, listener, tmp_path, role, torn):
    faults, killed = Faults(tmp_path / "faults", bob), []
    for number in steps_of_way(role, torn):
        made = alice.invite(role)
        faults.kill_at(number, torn)
        run = finish(bob.start_join(made["uri"], env=faults.environment))
        if run.code == DONE:
            break
        assert run.code == -signal.SIGKILL, f"killed at {number}, {faults.last}: {run}"
        killed.append(faults.last)
        result = bob.join(made["uri"]).result
        check_one_outcome(alice, bob, made, role, result["tally"]["tallyId"])
        assert bob.join(made["uri"]).result["tally"] == result["tally"]
    alice.settle()
    check_both_homes(alice, bob)
    print(f"killed at {len(killed)} steps")
    check_kinds(killed)


def test_a_recovery_that_is_killed_at_every_durable_step(alice, bob, tmp_path):
    """A listener left one stock session in the middle of its provisioning and one foil session that awaits its database. Its
    successor is killed at each step of its start; the one after that finds both as they were."""
    faults, me = Faults(tmp_path / "faults", alice), Identity()
    patient = {"timeouts.await_database": "1h", "timeouts.session": "1h"}  # the copy that each replay begins with is of one moment
    with Listener(alice, env=faults.environment, set=patient) as running:
        port = running.port
        waiting, broken = alice.invite("foil"), alice.invite("stock")
        with Connection(running.addresses[0], me) as here:
            assert here.ask(contact(waiting["link"]))["approved"] is True
        until("it waits", lambda: alice.count("sessions", "state = 'AWAITING_DATABASE'") == 1)
        faults.kill_at(1, only="/tallies/")
        joining = bob.start_join(broken["uri"])
        running.wait(20)
        joining.kill()
        finish(joining)
    assert alice.rows("SELECT state FROM sessions ORDER BY number") == [{"state": "AWAITING_DATABASE"}, {"state": "PROVISIONING_DATABASE"}]
    for home in (alice, bob):
        shutil.copytree(home.path, tmp_path / "left" / home.path.name)

    for number in steps_to_try():
        for home in (alice, bob):
            shutil.rmtree(home.path)
            shutil.copytree(tmp_path / "left" / home.path.name, home.path)
        faults.kill_at(number)
        address = f"/ip4/127.0.0.1/tcp/{port}"
        command = [PROGRAM, "serve", "--home", alice.path, *settings({"p2p.listen": address, **patient})]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(faults.environment))
        is_ready = bool(started.stdout.readline())
        started.kill()
        started.communicate()
        with Listener(alice, listen=address, set=patient) as running:
            assert alice.rows("SELECT state FROM sessions ORDER BY number") == [{"state": "AWAITING_DATABASE"}, {"state": "FAILED"}], faults.last
            assert alice.invitation(broken["id"])["reserved"] == 0
            with Connection(running.addresses[0], me) as here:
                assert here.ask(database("tally-x"))["accepted"] is True
            assert bob.join(broken["uri"]).code == DONE
            alice.settle()
        check_records(alice)
        check_no_orphans(alice)
        if is_ready:
            break
    print(f"killed at up to {number} steps of a start")
    assert number > 5


def test_a_clean_up_that_is_killed_at_every_durable_step(alice, home, tmp_path):
    """A listener left a database that no session completed, and its time is over. Whenever its successor is killed while it removes it, the
    next one finds it gone or removes it; the same party then gets a new one."""
    faults, port = Faults(tmp_path / "faults", alice), 0
    for number in steps_to_try():
        bob = home(f"bob-{number}")
        with Listener(alice, env=faults.environment, listen=f"/ip4/127.0.0.1/tcp/{port}") as running:
            port, made = running.port, alice.invite("stock")
            faults.kill_at(2, only=f"fsync {alice.path}/tallies")  # its file is flushed and has its name, its folder is not flushed
            joining = bob.start_join(made["uri"])
            running.wait(20)
        joining.kill()
        finish(joining)
        [abandoned] = databases(alice) - made_here(alice)
        let_two_days_pass(alice)
        faults.kill_at(number)
        with Listener(alice, env=faults.environment, listen=f"/ip4/127.0.0.1/tcp/{port}", is_awaited=False) as running:
            until("killed, or clean", lambda: not running.is_running() or not alice.count("instances", "state <> 'adopted'"), 20)
            is_through = run_to_its_end(running)
        faults.never()
        let_two_days_pass(alice)  # the claim of who was killed is over
        with Listener(alice, listen=f"/ip4/127.0.0.1/tcp/{port}"):
            until("it is clean", lambda: not alice.count("instances", "state <> 'adopted'"), 20)
            assert abandoned not in databases(alice), faults.last
            assert alice.count("audit", "kind = 'instance_removed' AND body LIKE ?", f"%{abandoned}%") == 1
            result = bob.join(made["uri"]).result
            assert result["tally"]["tallyId"] != abandoned
            check_one_outcome(alice, bob, made, "stock", result["tally"]["tallyId"])
        check_both_homes(alice, bob)
        if is_through:
            break
    print(f"killed at up to {number} steps of a clean-up")
    assert number > 5
