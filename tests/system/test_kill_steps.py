"""`kill -9` at every durable step, one after another: of the listener, of its recovery, and of the dialer, in both roles.

A step is a call that changes something below the home, or that tells the peer something (tests/support/faults.cpp). The walk ends when
the flow gets through without reaching the step at which it would be killed. After each kill the program is started again and asked again.
STEPS=all walks every step; else each eighth, from another first one in each way of dying.
"""

import itertools
import os
import shutil
import signal
import subprocess

import pytest

from faults import Faults
from libp2p import Connection, Identity, contact, database
from records import check_no_orphans, check_records, check_same_tallies
from taleus import DONE, PROGRAM, UNREACHABLE, Listener, assert_both_sides, environment, finish, until

WAYS = [(role, torn) for role in ("stock", "foil") for torn in (False, True)]


WALKS_ALL = os.environ.get("STEPS") == "all"


def steps_to_try(way=WAYS[0]):
    return itertools.count(1) if WALKS_ALL else itertools.count(1 + 2 * WAYS.index(way), 8)


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


@pytest.mark.parametrize("role, torn", WAYS)
def test_a_listener_that_is_killed_at_every_durable_step(alice, bob, tmp_path, role, torn):
    faults = Faults(tmp_path / "faults", alice)
    port, killed = 0, []
    for number in steps_to_try((role, torn)):
        faults.never()
        with Listener(alice, env=faults.environment, listen=f"/ip4/127.0.0.1/tcp/{port}") as running:
            port, made = running.port, alice.invite(role)
            faults.kill_at(number, torn)
            joining = bob.start_join(made["uri"])
            until("killed, or done", lambda: not running.is_running() or joining.poll() is not None, 30, pause=0.002)
            if running.is_running():
                faults.never()
                assert finish(joining).code == DONE
                break
            running.wait()
        killed.append(faults.last)
        with Listener(alice, listen=f"/ip4/127.0.0.1/tcp/{port}"):
            run = finish(joining)
            assert run.code in (DONE, UNREACHABLE), f"killed at {number}, {faults.last}: {run}"
            result = bob.join(made["uri"]).result
            assert run.code != DONE or run.result["tally"] == result["tally"]
            check_one_outcome(alice, bob, made, role, result["tally"]["tallyId"])
            assert bob.join(made["uri"]).result["tally"] == result["tally"]
        check_both_homes(alice, bob)
    print(f"killed at {len(killed)} steps of {faults.seen}")
    check_kinds(killed)


@pytest.mark.parametrize("role, torn", WAYS)
def test_a_dialer_that_is_killed_at_every_durable_step(alice, bob, listener, tmp_path, role, torn):
    faults, killed = Faults(tmp_path / "faults", bob), []
    for number in steps_to_try((role, torn)):
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
    print(f"killed at {len(killed)} steps of {faults.seen}")
    check_kinds(killed)


def test_a_recovery_that_is_killed_at_every_durable_step(alice, bob, tmp_path):
    """A listener left one stock session in the middle of its provisioning and one foil session that awaits its database. Its
    successor is killed at each step of its start; the one after that finds both as they were."""
    faults, me = Faults(tmp_path / "faults", alice), Identity()
    with Listener(alice, env=faults.environment) as running:
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
        command = [PROGRAM, "serve", "--home", alice.path, "--set", f"p2p.listen={address}"]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(faults.environment))
        is_ready = bool(started.stdout.readline())
        started.kill()
        started.communicate()
        with Listener(alice, listen=address) as running:
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
