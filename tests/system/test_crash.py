"""Killed at any moment, left at any moment, asked twice: one use makes one tally, and both sides have the same one."""

import json
import signal

import pytest

from faults import Faults
from libp2p import Connection, Identity, contact, database
from taleus import DIALER_PATH, DONE, REFUSED, UNREACHABLE, Listener, assert_both_sides, check_audit_is_gapless, finish, in_parallel, until


def one_tally_each(alice, bob, made, role):
    """Whatever happened on the way: one tally of this invitation, the same on both sides, and one database."""
    tallies = [[one for one in home.tallies() if one["invitation"] == made["id"]] for home in (alice, bob)]
    assert len(tallies[0]) == len(tallies[1]) == 1
    tally_id = tallies[0][0]["tallyId"]
    assert_both_sides(alice, bob, tally_id, role, resumed=True)
    shown = alice.invitation(made["id"])
    assert (shown["spent"], shown["reserved"]) == (1, 0)
    return tally_id


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_join_that_is_killed_at_any_step_and_repeated(alice, home, listener, role):
    for number, step in enumerate(DIALER_PATH[role]):
        bob = home(f"bob-{number}")
        made = alice.invite(role)
        process = bob.start_join(made["uri"])
        for line in process.stdout:
            if json.loads(line).get("step") == step:
                break
        process.kill()
        finish(process)
        result = bob.join(made["uri"]).result
        assert result["outcome"] == "done"
        assert one_tally_each(alice, bob, made, role) == result["tally"]["tallyId"]
        assert len(list((bob.path / "tallies").glob("*.db"))) == (1 if role == "foil" else 0)
    check_audit_is_gapless(alice)
    if role == "stock":
        assert {file.stem for file in (alice.path / "tallies").iterdir()} == {one["tallyId"] for one in alice.tallies()}


def test_a_listener_that_is_killed_under_load(alice, home, tmp_path):
    """Twenty joins, sixteen of them at once. What was told before the end is there after it, and all others get through to the next listener, by
    themselves, or by the next join where they had not reached the first one yet."""
    homes = in_parallel([lambda number=number: home(f"bob-{number}") for number in range(20)], 4)
    faults = Faults(tmp_path / "faults", alice)
    with Listener(alice, env=faults.environment) as first:
        made = [(alice.invite(role), role) for role in ["stock", "foil"] * 10]
        processes = [bob.start_join(one["uri"]) for bob, (one, _) in zip(homes[:4], made)]
        until("some are done", lambda: alice.count("tallies") == 4, 30)
        # It ends by itself, and before all of them can be done, however fast or slow anybody is: for each of eight stock sessions a file is
        # flushed and then its folder, and the eighth of these sixteen flushes never comes.
        faults.kill_at(8, only=f"fsync {alice.path}/tallies")
        processes += [bob.start_join(one["uri"]) for bob, (one, _) in zip(homes[4:], made[4:])]
        assert first.wait(60) == -signal.SIGKILL
    told_before = {row["tally_id"] for row in alice.rows("SELECT tally_id FROM tallies")}
    assert 4 <= len(told_before) < 20
    with Listener(alice, listen=f"/ip4/127.0.0.1/tcp/{first.port}"):
        for bob, (one, role), process in zip(homes, made, processes):
            run = finish(process)
            assert run.code == DONE or (run.code == UNREACHABLE and run.steps == ["CONNECTING", "FAILED"]), run
            run = run if run.code == DONE else bob.join(one["uri"])
            assert one_tally_each(alice, bob, one, role) == run.result["tally"]["tallyId"]
            assert bob.join(one["uri"]).result["tally"] == run.result["tally"]
    assert told_before <= {one["tallyId"] for one in alice.tallies()}
    check_audit_is_gapless(alice)
    assert {file.stem for file in (alice.path / "tallies").iterdir()} == {one["tallyId"] for one in alice.tallies() if one["role"] == "stock"}


# --- by a client that stops where it likes

def test_a_dialer_that_leaves_right_after_writing_has_its_tally(alice, listener):
    made, me = alice.invite("stock"), Identity()
    with Connection(listener.addresses[0], me) as here:
        stream = here.open()
        stream.send(json.dumps(contact(made["link"], "hasty")).encode())
        stream.end()
    [tally] = until("the tally is recorded", alice.tallies)
    alice.settle()
    session = alice.session(tally["sessionId"])
    assert (session["outcome"], session["partyId"]) == ("done", "hasty")
    with Connection(listener.addresses[0], me) as here:
        answer = here.ask(contact(made["link"], "hasty"))
        assert answer["provisionResult"]["tally"]["tallyId"] == tally["tallyId"] and answer["sessionId"] == tally["sessionId"]
        assert here.ask(contact(made["link"], "another name"))["code"] == "token_used"
    assert len(alice.tallies()) == 1


def test_a_retry_gets_the_very_same_answer(alice):
    def ask(running, bundle=None):
        with Connection(running.addresses[0], me) as here:
            stream = here.open()
            stream.send(json.dumps(contact(made["link"], bundle=bundle)).encode())
            stream.end()
            return stream.read()

    me = Identity()
    with Listener(alice) as running:
        made = alice.invite("stock")
        first = ask(running)
        assert json.loads(first)["approved"] is True and ask(running) == first
        alice.run("invite", "revoke", made["id"])
        assert ask(running) == first  # found by its key, before the token is judged
        assert ask(running, {"partyId": "party", "more": 1}) == first  # and before the identity
    with Listener(alice) as running:
        assert ask(running) == first
    assert len(alice.tallies()) == len(alice.sessions()) == alice.invitation(made["id"])["spent"] == 1


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_contacts_of_one_key_at_once_are_one_session(alice, listener, role):
    made = alice.invite(role)
    with Connection(listener.addresses[0]) as here:
        streams = [here.open() for _ in range(5)]
        for stream in streams:
            stream.send(json.dumps(contact(made["link"])).encode())
            stream.end()
        answers = [stream.answer() for stream in streams]
        for answer in answers:
            answer.pop("expiresInMs", None)
            assert answer == answers[0] and answer["approved"] is True
        if role == "foil":
            assert here.ask(database("tally-x"))["accepted"] is True
    alice.settle()
    assert len(alice.tallies()) == alice.count("sessions", "state = 'DONE'") == alice.invitation(made["id"])["spent"] == 1


def test_a_race_for_the_last_use_has_one_winner(alice, home, listener):
    homes = in_parallel([lambda number=number: home(f"bob-{number}") for number in range(8)], 4)
    for role in ("stock", "foil"):
        made = alice.invite(role)
        runs = in_parallel([lambda bob=bob: bob.join(made["uri"], code=None) for bob in homes], 8)
        assert sorted(run.code for run in runs) == [DONE] + [REFUSED] * 7
        assert {run.result["code"] for run in runs if run.code == REFUSED} == {"token_used"}
        [winner] = [bob for bob, run in zip(homes, runs) if run.code == DONE]
        one_tally_each(alice, winner, made, role)
        assert sum(len([one for one in bob.tallies() if one["invitation"] == made["id"]]) for bob in homes) == 1
