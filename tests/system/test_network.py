"""Both sides on hosts of their own, and a wire between them that is slow, loses packets, or is cut, in both directions or one."""

import contextlib
import json

import pytest

from libp2p import Connection, contact
from network import Wire
from records import check_no_orphans, check_records, check_same_tallies
from taleus import DIALER_PATH, DONE, TIMED_OUT, UNREACHABLE, Listener, assert_both_sides, finish, until


@pytest.fixture
def wire():
    with Wire() as made:
        yield made


@pytest.fixture
def serve(alice, wire):
    @contextlib.contextmanager
    def start(**set):
        with wire.at("listener"):
            running = Listener(alice, set={key.replace("__", "."): value for key, value in set.items()},
                               listen=f"/ip4/{wire.address('listener')}/tcp/0")
        with running:
            yield running
    return start


def check_one_tally(alice, bob, made, role, result):
    """It is the only one of its invitation, on both sides."""
    alice.settle()
    for home in (alice, bob):
        assert [one["tallyId"] for one in home.tallies() if one["invitation"] == made["id"]] == [result["tally"]["tallyId"]], home
        check_records(home)
        check_no_orphans(home)
    assert_both_sides(alice, bob, result["tally"]["tallyId"], role, resumed=True)
    check_same_tallies(alice, bob)
    shown = alice.invitation(made["id"])
    assert (shown["spent"], shown["reserved"]) == (1, 0)


def metric(wire, running, name):
    with wire.at("listener"):
        return running.admin.metrics()[name]


def joins_until(process, step):
    """Reads what a join tells until it is in this step."""
    for line in process.stdout:
        if json.loads(line).get("step") == step:
            return
    raise AssertionError(f"it never came to {step}: {finish(process)}")


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_slow_wire_that_loses_packets_delivers_everything_once(alice, home, wire, serve, role):
    """A tenth of a second each way, and one packet of twenty lost."""
    with serve() as running:
        wire.delay, wire.loss = 0.1, 0.05
        for number in range(3):
            bob, made = home(f"bob-{number}"), alice.invite(role)
            with wire.at("dialer"):
                result = bob.join(made["uri"]).result
            check_one_tally(alice, bob, made, role, result)
        assert wire.lost > 0
        until("nothing is held", lambda: metric(wire, running, "taleus_sessions_served") == 0)


def test_a_partition_between_approval_and_database_frees_the_use_and_heals(alice, bob, wire, serve):
    """Message 2 arrives, message 3 does not. The wait ends in its time although nobody is told that the wire is cut; until then the use is
    kept for this party, which has its one tally, with the database that it made, when the wire is whole again."""
    with serve(timeouts__await_database="10s") as running:
        made = alice.invite("foil")
        wire.delay = 0.25
        with wire.at("dialer"):
            joining = bob.start_join(made["uri"])
        joins_until(joining, "PROVISIONING_DATABASE")
        wire.cut()
        # It is on record after the answer has left.
        [waiting] = until("it waits", lambda: alice.rows("SELECT id FROM sessions WHERE state = 'AWAITING_DATABASE'"))
        with wire.at("listener"), Connection(running.addresses[0]) as other:
            assert other.ask(contact(made["link"], "another party"))["code"] == "token_in_use"
        until("its time is over", lambda: alice.count("sessions", "id = ? AND state = 'TIMED_OUT'", waiting["id"]) == 1, 30)
        assert alice.invitation(made["id"])["reserved"] == 0 and alice.tallies() == []
        wire.heal()
        run = finish(joining)
        assert run.code in (DONE, TIMED_OUT), run  # it had as long as the listener waits
        with wire.at("dialer"):
            result = bob.join(made["uri"]).result
        assert run.code == TIMED_OUT or run.result["tally"] == result["tally"]
        assert [row["id"] for row in alice.rows("SELECT id FROM sessions WHERE tally_id <> ''")] != [waiting["id"]]
        check_one_tally(alice, bob, made, "foil", result)


@pytest.mark.parametrize("deaf", ["listener", "dialer"])
@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_wire_that_is_dead_in_one_direction_holds_nobody(alice, bob, wire, serve, role, deaf):
    """From the moment that the contact is under way nothing that the one side sends arrives. Both sides end in their own time, what they held is
    free while the wire is still dead, and the next join gets what was decided, or decides it."""
    other = {"listener": "dialer", "dialer": "listener"}[deaf]
    with serve(timeouts__step="1s", timeouts__respond="1s", timeouts__session="8s", timeouts__await_database="4s") as running:
        made = alice.invite(role)
        wire.delay = 0.05
        with wire.at("dialer"):
            joining = bob.start_join(made["uri"], set={"timeouts.join_response": "1s", "timeouts.join_session": "4s"})
        joins_until(joining, "SENDING_CONTACT")
        wire.cut([other])
        run = finish(joining)
        assert run.code in (UNREACHABLE, TIMED_OUT), run
        until("nothing is served", lambda: metric(wire, running, "taleus_sessions_served") == 0, 5)
        until("nothing is live", lambda: alice.count("sessions", "ended IS NULL") == 0, 8)
        assert alice.invitation(made["id"])["reserved"] == 0
        told = alice.tallies()
        wire.heal()
        with wire.at("dialer"):
            result = bob.join(made["uri"]).result
        assert told == [] or [result["tally"]["tallyId"]] == [one["tallyId"] for one in told]
        check_one_tally(alice, bob, made, role, result)
        assert metric(wire, running, "taleus_sessions_unaccounted") == 0


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_cut_of_a_second_at_any_step_is_survived(alice, home, wire, serve, role):
    with serve() as running:
        wire.delay = 0.05
        for number, step in enumerate(DIALER_PATH[role][:-1]):
            bob, made = home(f"bob-{number}"), alice.invite(role)
            with wire.at("dialer"):
                joining = bob.start_join(made["uri"])
            joins_until(joining, step)
            wire.cut()
            lost = wire.lost
            until("packets are lost", lambda: wire.lost > lost or joining.poll() is not None)
            wire.heal()
            run = finish(joining)
            assert run.code == DONE, (step, run)
            check_one_tally(alice, bob, made, role, run.result)
        until("nothing is held", lambda: metric(wire, running, "taleus_sessions_served") == 0)


def test_nobody_is_reached_over_a_cut_wire_within_the_time_for_that(alice, bob, wire, serve):
    with serve() as running:
        made = alice.invite("stock")
        wire.cut()
        with wire.at("dialer"):
            run = bob.join(made["uri"], code=None, set={"timeouts.join_connect": "1s", "timeouts.join_session": "3s"})
        assert run.code in (UNREACHABLE, TIMED_OUT), run
        assert alice.sessions() == [] and bob.tallies() == []
        wire.heal()
        with wire.at("dialer"):
            result = bob.join(made["uri"]).result
        check_one_tally(alice, bob, made, "stock", result)
        until("its connections are gone", lambda: metric(wire, running, "taleus_connections") == 0, 15)
