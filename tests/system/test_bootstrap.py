"""The main job: `taleus serve` here, `taleus join` there, and one tally that both have on record."""

import base64
import json
import signal
import socket

import pytest

from libp2p import Connection, Identity, contact, database
from taleus import (DIALER_PATH, FAILED, INTERRUPTED, NONSENSE, REFUSED, Listener, assert_both_sides, check_audit_is_gapless, finish, in_parallel,
                    path_of, until)

ROLES = ["stock", "foil"]


@pytest.mark.parametrize("role", ROLES)
def test_one_tally(alice, bob, listener, role):
    made = alice.invite(role)
    joined = bob.join(made["uri"])
    result = joined.result
    tally_id = result["tally"]["tallyId"]
    assert result == {
        "outcome": "done", "resumed": False, "signed": True, "sessionId": result["sessionId"], "role": role,
        "tally": {"tallyId": tally_id, "createdBy": role},
        "dbConnectionInfo": {"endpoint": f"taleus-sqlite:{tally_id}", "credentialsRef": result["dbConnectionInfo"]["credentialsRef"]},
        "draft": "verified", "acknowledged": role == "foil", "confirmed": True, "access": result["access"], "receipt": "verified",
        "peerId": alice.peer_id, "address": listener.addresses[0].rpartition("/p2p/")[0]}
    assert result["access"] in ("not_tried", "verified")
    assert joined.steps == DIALER_PATH[role]
    assert [line["elapsedMs"] for line in joined.lines[:-1]] == sorted(line["elapsedMs"] for line in joined.lines[:-1])
    a, b = assert_both_sides(alice, bob, tally_id, role)
    assert a["dbConnectionInfo"] == result["dbConnectionInfo"] and a["invitation"] == made["id"]
    assert alice.session(result["sessionId"])["tallyId"] == tally_id  # the listener's id is what is told
    assert [one["tallyId"] for one in alice.tallies()] == [one["tallyId"] for one in bob.tallies()] == [tally_id]
    assert (alice.invitation(made["id"])["spent"], alice.invitation(made["id"])["state"]) == (1, "exhausted")
    assert alice.tally(tally_id[:12])["tallyId"] == tally_id


@pytest.mark.parametrize("role", ROLES)
def test_prose(alice, bob, listener, role):
    made = alice.invite(role)
    joined = bob.run("join", "-", stdin=made["uri"])
    assert alice.peer_id in joined.err and "expires" in joined.err  # signer and expiry, before anything is sent
    for step in DIALER_PATH[role][:-1]:
        assert step in joined.err
    [tally] = bob.tallies()
    assert tally["tallyId"] in joined.out and tally["dbConnectionInfo"]["endpoint"] in joined.out
    assert "\x1b" not in joined.err + joined.out  # no terminal, no colour
    for home in (alice, bob):
        assert f'"endpoint":"taleus-sqlite:{tally["tallyId"]}"' in home.run("tally", "show", tally["tallyId"]).out


def test_words_of_a_partner_can_be_read_and_say_nothing_to_the_terminal(alice, listener):
    """Found in review: what was beyond ASCII, and every quote, was shown as \\xNN."""
    party, marks = 'Müller "GmbH" C:\\x 市場', "\x1b[2J\x9b31m\u202e\u2028\x7f"
    link = alice.invite("foil", "--uses", "2")["link"]
    with Connection(listener.addresses[0]) as here:
        for number, words in enumerate((party, party + marks)):
            answer = here.ask(contact(link, words, cadre=[words]))
            accepted = here.ask(database(f"tally-{number}", answer["sessionId"], endpoint=f"wss://x/{words}"))
            assert accepted["accepted"] is True
    alice.settle()
    session = answer["sessionId"]
    for command in (["tally", "list"], ["tally", "show", "tally-0"], ["tally", "show", "tally-1"], ["session", "show", session], ["audit", "show"]):
        ended = alice.run(*command)
        assert "Müller" in ended.out and "C:\\" in ended.out and "市場" in ended.out, command
        assert not set(marks) - set("[2J31m") & set(ended.out + ended.err), command
    assert {one["partnerParty"] for one in alice.tallies()} == {party, party + marks}


def test_a_login_can_be_copied_from_what_is_shown(alice, bob, tmp_path):
    own, partner = 'Müller "\\" ü', "p\x1b[2J\u202e"
    made = {"endpoint": "wss://db.example/t", "credentialsRef": partner, "ownCredentialsRef": own, "logins": True}
    hook = tmp_path / "hook"
    hook.write_text(f"#!/usr/bin/python3\nimport json, sys\njson.load(sys.stdin)\nprint({json.dumps(json.dumps(made))})\n")
    hook.chmod(0o700)
    with Listener(alice, set={"provisioner.kind": "external", "provisioner.hook": hook}):
        tally = bob.join(alice.invite("stock")["uri"]).result["tally"]["tallyId"]
    for home, login, shown in ((alice, own, own), (bob, partner, r"p\x1b[2J\xe2\x80\xae")):
        known = home.run("tally", "access", tally, "--json").result
        assert known["login"] == login
        told = home.run("tally", "access", tally)
        assert told.out.splitlines()[2:] == [f"login     {shown}", f"secret    {known['secret']}"]
        assert ("login has characters that are not shown" in told.err) is (shown != login)


def test_a_dialer_reads_no_more_than_it_is_told_to(alice, bob, listener):
    """Found in review: limits.message_bytes held for listeners alone."""
    made = alice.invite("stock")
    failed = bob.join(made["uri"], set={"limits.message_bytes": "1KiB"}, code=NONSENSE).result
    assert (failed["outcome"], failed["code"]) == ("failed", "malformed") and "too large" in failed["reason"]
    assert bob.tallies() == [] and bob.sessions()[0]["outcome"] == "failed"
    result = bob.join(made["uri"]).result
    alice.settle()
    assert_both_sides(alice, bob, result["tally"]["tallyId"], "stock", resumed=True)
    assert len(alice.tallies()) == 1


@pytest.mark.parametrize("role", ROLES)
def test_joining_again_answers_from_the_record(alice, bob, home, role):
    with Listener(alice):
        made = alice.invite(role)
        first = bob.join(made["uri"]).result
        again = bob.join(made["uri"]).result
    offline = bob.join(made["uri"]).result  # no listener is needed for it
    for result in (again, offline):
        assert result["resumed"] is True
        assert {**result, "resumed": False, "address": "", "peerId": ""} == {**first, "address": "", "peerId": ""}
    assert_both_sides(alice, bob, first["tally"]["tallyId"], role)
    assert len(alice.tallies()) == len(bob.tallies()) == 1
    assert len(alice.sessions()) == 1


def test_both_sides_in_both_roles(alice, bob):
    """Two parties have several tallies, each the other's inviter once."""
    with Listener(alice), Listener(bob):
        for inviter, respondent in ((alice, bob), (bob, alice)):
            for role in ROLES:
                result = respondent.join(inviter.invite(role)["uri"]).result
                check = assert_both_sides(inviter, respondent, result["tally"]["tallyId"], role)
                assert check[0]["ownParty"] == inviter.peer_id and check[1]["ownParty"] == respondent.peer_id
    assert {one["tallyId"] for one in alice.tallies()} == {one["tallyId"] for one in bob.tallies()}
    assert len(alice.tallies()) == 4


def test_party_id_and_cadre_are_told_to_the_partner(alice, bob):
    with Listener(alice, set={"party.id": "alice@example", "party.cadre": "cadre-1.alice.example,/ip4/203.0.113.7/tcp/9000"}):
        made = alice.invite("stock")
        result = bob.join(made["uri"], set={"party.id": "bob@example", "party.cadre": "cadre.bob.example"}).result
    a, b = alice.tally(result["tally"]["tallyId"]), bob.tally(result["tally"]["tallyId"])
    assert (a["ownParty"], a["partnerParty"], a["partnerCadre"]) == ("alice@example", "bob@example", ["cadre.bob.example"])
    assert (b["ownParty"], b["partnerParty"], b["partnerCadre"]) == ("bob@example", "alice@example", ["cadre-1.alice.example", "/ip4/203.0.113.7/tcp/9000"])
    assert {side: party["partyId"] for side, party in b["draftTally"]["tally"].items() if isinstance(party, dict)} == {"stock": "alice@example", "foil": "bob@example"}


def test_a_tally_with_oneself_is_refused(alice, bob):
    with Listener(alice):
        made = alice.invite("stock")
        refused = bob.join(made["uri"], set={"party.id": alice.peer_id}, code=REFUSED).result
        assert (refused["outcome"], refused["code"]) == ("rejected", "invalid_identity")
        assert alice.tallies() == [] and alice.invitation(made["id"])["spent"] == 0
        assert bob.join(made["uri"]).result["outcome"] == "done"


# --- identity

@pytest.mark.parametrize("requirement", ["any", "bound", "proof"])
@pytest.mark.parametrize("role", ROLES)
def test_join_satisfies_every_requirement(alice, bob, listener, role, requirement):
    made = alice.invite(role, "--identity", requirement)
    joined = bob.join(made["uri"])
    if requirement != "any":
        assert requirement in joined.err  # is shown before anything is sent
    assert_both_sides(alice, bob, joined.result["tally"]["tallyId"], role)


def test_who_cannot_prove_it_is_refused_and_spends_nothing(alice, bob, listener):
    for requirement in ("bound", "proof"):
        made = alice.invite("stock", "--identity", requirement)
        refused = bob.join(made["uri"], set={"party.id": "somebody@example"}, code=REFUSED).result
        assert refused == {"outcome": "rejected", "code": "invalid_identity", "reason": "Invalid identity"}
        shown = alice.invitation(made["id"])
        assert (shown["spent"], shown["reserved"]) == (0, 0)
        assert bob.tallies() == alice.tallies() == []
        [session] = until("it is on record", lambda: [one for one in alice.sessions() if one["invitation"] == made["id"]])  # it follows the answer
        assert (session["outcome"], session["code"]) == ("rejected", "invalid_identity")
        [own] = [one for one in bob.sessions() if one["invitation"] == made["id"]]
        assert (own["outcome"], own["code"]) == ("rejected", "invalid_identity")


def test_proofs_of_other_sessions_are_worth_nothing(alice, listener):
    me, other = Identity(), Identity()
    with Connection(listener.addresses[0], me) as here:
        alice_id = alice_bytes(alice)
        for requirement, ok, bundle_of in [
            ("proof", True, lambda token: {"partyId": me.peer_id, "taleusProof": me.proof(me.peer_id, alice_id, token)}),
            ("proof", False, lambda token: {"partyId": me.peer_id}),
            ("bound", True, lambda token: {"partyId": me.peer_id}),
            ("bound", False, lambda token: {"partyId": me.peer_id, "taleusProof": me.proof(me.peer_id, alice_id, token + "x")}),
            ("any", False, lambda token: {"partyId": me.peer_id, "taleusProof": {"signature": base64.urlsafe_b64encode(bytes(64)).decode().rstrip("=")}}),
            ("proof", False, lambda token: {"partyId": other.peer_id, "taleusProof": other.proof(other.peer_id, alice_id, token)}),
            ("any", False, lambda token: {"partyId": "another"}),
            ("any", False, lambda token: ["no object"]),
        ]:
            made = alice.invite("stock", "--identity", requirement)
            token = made["link"]["token"]
            bundle = bundle_of(token)
            party = other.peer_id if isinstance(bundle, dict) and bundle["partyId"] == other.peer_id else me.peer_id
            answer = here.ask(contact(made["link"], party, bundle=bundle))
            assert answer["approved"] is ok, (requirement, bundle, answer)
            if not ok:
                assert (answer["code"], answer["reason"]) == ("invalid_identity", "Invalid identity")
                assert "cadrePeerAddrs" not in answer
                assert alice.invitation(made["id"])["spent"] == 0


def alice_bytes(home):
    """The bytes of a home's peer id."""
    alphabet, number = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 0
    for letter in home.peer_id:
        number = number * 58 + alphabet.index(letter)
    return number.to_bytes(38, "big")


# --- addresses

def test_over_ipv6(alice, bob):
    if not socket.has_ipv6:
        pytest.skip("NO IPV6")
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"NO IPV6 LOOPBACK: {error}")
    with Listener(alice, listen="/ip6/::1/tcp/0") as running:
        assert running.addresses[0].startswith("/ip6/::1/tcp/")
        result = bob.join(alice.invite("foil")["uri"]).result
        assert result["address"].startswith("/ip6/::1/")
    assert_both_sides(alice, bob, result["tally"]["tallyId"], "foil")


@pytest.mark.parametrize("kind", ["dns", "dns4"])
def test_a_name_is_resolved(alice, bob, listener, kind):
    link = alice.invite("stock", set={"p2p.announce": f"/{kind}/localhost/tcp/{listener.port}"})
    assert link["link"]["responderPeerAddrs"] == [f"/{kind}/localhost/tcp/{listener.port}/p2p/{alice.peer_id}"]
    assert_both_sides(alice, bob, bob.join(link["uri"]).result["tally"]["tallyId"], "stock")


def test_all_addresses_are_tried(alice, bob, listener):
    """Before the good one: a closed port, one that says nothing, a transport we do not speak, and a name that does not exist."""
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as closed:
        ports = [closed.getsockname()[1], silent.getsockname()[1]]
        closed.close()
        announce = [f"/ip4/127.0.0.1/tcp/{port}" for port in ports] + ["/dns4/does-not-exist.invalid/tcp/1", f"/ip4/127.0.0.1/tcp/{listener.port}"]
        made = alice.invite("stock", set={"p2p.announce": ",".join(announce)})
        link = dict(made["link"])
        del link["signed"]
        link["responderPeerAddrs"].insert(0, f"/ip4/127.0.0.1/udp/9/quic-v1/p2p/{alice.peer_id}")
        result = bob.join(link).result
        assert result["outcome"] == "done" and result["signed"] is False and f"{result['address']}/p2p/{alice.peer_id}" == listener.addresses[0]
        assert_both_sides(alice, bob, result["tally"]["tallyId"], "stock")


# --- many at once

def test_joins_of_one_link_in_one_home_run_one_at_a_time(alice, bob, listener):
    made, another = alice.invite("foil", "--uses", "unlimited"), alice.invite("stock")["uri"]
    listener.signal(signal.SIGSTOP)
    first = bob.start_join(made["uri"])
    try:
        assert json.loads(first.stdout.readline())["step"] == "CONNECTING"
        second = bob.join(made["uri"], code=FAILED)
        assert (second.result["outcome"], second.result["code"]) == ("failed", "in_progress")
        other = bob.start_join(another)  # another link is another matter
        assert json.loads(other.stdout.readline())["step"] == "CONNECTING"
    finally:
        listener.signal(signal.SIGCONT)
    for process, role in ((first, "foil"), (other, "stock")):
        ended = finish(process)
        assert ended.code == 0, ended
        assert_both_sides(alice, bob, ended.result["tally"]["tallyId"], role)
    assert bob.join(made["uri"]).result["resumed"] is True
    assert len(bob.tallies()) == 2


@pytest.mark.parametrize("role", ROLES)
def test_a_hundred_parties_at_once(alice, home, role):
    """An unlimited link, a hundred homes, twenty joins at a time."""
    homes = in_parallel([lambda name=f"bob-{number}": home(name) for number in range(100)], 4)
    with Listener(alice, set={"limits.connections_per_address": 1000}) as running:
        link = alice.invite(role, "--uses", "unlimited")["uri"]
        joined = in_parallel([lambda one=one: one.join(link) for one in homes], 20)
        tallies = [run.result["tally"]["tallyId"] for run in joined]
        assert len(set(tallies)) == 100
        assert running.is_running()
    assert {one["tallyId"] for one in alice.tallies()} == set(tallies)
    for one, tally_id in list(zip(homes, tallies))[::10]:
        assert_both_sides(alice, one, tally_id, role)
    for one, tally_id in zip(homes, tallies):  # the store itself, for all of them
        assert one.count("tallies", "tally_id = ? AND draft_verified = 1 AND confirmed = 1", tally_id) == 1
        assert one.count("sessions", "state = 'DONE'") == 1
    assert alice.count("sessions", "state = 'DONE' AND tally_id <> ''") == alice.count("sessions") == 100
    check_audit_is_gapless(alice)


# --- foil sessions that wait

def waiting(alice, link, party="waiter", identity=None):
    """A foil session that awaits its database: who began it, and the response."""
    identity = identity or Identity()
    with Connection(link["responderPeerAddrs"][0], identity) as here:
        answer = here.ask(contact(link, party))
    assert answer["approved"] is True and "provisionResult" not in answer and 0 < answer["expiresInMs"] <= 20000
    until("the session waits", lambda: alice.session(answer["sessionId"])["state"] == "AWAITING_DATABASE")
    return identity, answer


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGKILL"])
def test_a_waiting_session_survives_a_restart(alice, ending):
    with Listener(alice, set={"shutdown.grace": "1h"}) as running:
        link = alice.invite("foil")["link"]
        identity, answer = waiting(alice, link)
        running.signal(getattr(signal, ending))
        assert running.wait(15) == (0 if ending == "SIGTERM" else -signal.SIGKILL)  # drain does not wait for it
        assert alice.session(answer["sessionId"])["state"] == "AWAITING_DATABASE"
        assert alice.invitation(alice.invitations()[0]["id"])["reserved"] == 1
        with Listener(alice, listen=f"/ip4/127.0.0.1/tcp/{running.port}") as again:
            with Connection(again.addresses[0], Identity()) as stranger:
                assert stranger.ask(database("tally-x", answer["sessionId"]))["code"] == "no_such_session"
            with Connection(again.addresses[0], identity) as here:
                retry = here.ask(contact(link, "waiter"))
                assert 0 < retry.pop("expiresInMs") < answer["expiresInMs"]
                assert retry == {name: value for name, value in answer.items() if name != "expiresInMs"}
                accepted = here.ask(database("tally-x", answer["sessionId"]))
                assert (accepted["accepted"], accepted["tallyId"]) == (True, "tally-x")
                assert here.ask(database("tally-x", answer["sessionId"])) == accepted
                assert here.ask(database("tally-y", answer["sessionId"]))["code"] == "conflict"
    tally = alice.tally("tally-x")
    assert (tally["partnerParty"], tally["draft"], tally["confirmed"]) == ("waiter", "none", False)
    assert path_of(alice, answer["sessionId"])[-3:] == ["AWAITING_DATABASE", "VALIDATING_DATABASE", "DONE"]
    assert alice.invitations()[0]["spent"] == 1


def test_a_waiting_session_ends_at_its_deadline_and_gives_its_use_back(alice, bob):
    with Listener(alice, set={"timeouts.await_database": "5s"}):
        made = alice.invite("foil")
        identity, answer = waiting(alice, made["link"])
        assert answer["expiresInMs"] <= 5000
        session = until("the wait ends", lambda: (lambda one: one if one.get("ended") else None)(alice.session(answer["sessionId"])), 20)
        assert (session["state"], session["outcome"]) == ("TIMED_OUT", "timed_out")
        until("the use is back", lambda: alice.invitation(made["id"])["reserved"] == 0)
        with Connection(made["link"]["responderPeerAddrs"][0], identity) as here:
            assert here.ask(database("late", answer["sessionId"]))["code"] == "no_such_session"
    with Listener(alice, listen=made["link"]["responderPeerAddrs"][0].rpartition("/p2p/")[0]):
        assert_both_sides(alice, bob, bob.join(made["uri"]).result["tally"]["tallyId"], "foil")


# --- signals

def test_interrupting_a_join(alice, bob, listener):
    made = alice.invite("stock")
    listener.signal(signal.SIGSTOP)
    try:
        process = bob.start_join(made["uri"])
        assert json.loads(process.stdout.readline())["step"] == "CONNECTING"
        process.send_signal(signal.SIGINT)
        ended = finish(process, 10)
        assert ended.code == INTERRUPTED and ended.result["outcome"] == "cancelled", ended
    finally:
        listener.signal(signal.SIGCONT)
    [session] = bob.sessions()
    assert session["outcome"] == "cancelled" and bob.tallies() == []
    assert_both_sides(alice, bob, bob.join(made["uri"]).result["tally"]["tallyId"], "stock")


def test_sigterm_lets_what_is_under_way_end_and_takes_nothing_new(alice):
    with Listener(alice, set={"shutdown.grace": "30s", "timeouts.step": "30s"}) as running:
        link = alice.invite("stock", "--uses", "2")["link"]
        with Connection(running.addresses[0]) as here:
            text = json.dumps(contact(link, "under way")).encode()
            stream = here.open()
            stream.send(text[:20])
            here.ask(b"{}")  # so that the half contact has been read for sure
            running.signal()
            until("it drains", lambda: "draining: " in running.log())
            assert here.ask(contact(link, "too late"))["code"] == "shutting_down"
            stream.send(text[20:])
            stream.end()
            assert stream.answer()["approved"] is True
        assert running.wait(20) == 0
    [session] = [one for one in alice.sessions() if one["partyId"] == "under way"]
    assert session["outcome"] == "done" and session["delivered"] is True
    assert len(alice.tallies()) == 1


def test_what_does_not_end_within_the_grace_is_cancelled(alice):
    with Listener(alice, set={"shutdown.grace": "300ms"}) as running:
        link = alice.invite("stock")["link"]
        with Connection(running.addresses[0]) as here:
            stream = here.open()
            stream.send(json.dumps(contact(link)).encode()[:20])
            here.ask(b"{}")
            running.signal()
            answer = stream.answer()
            assert answer["code"] == "shutting_down" and answer["retryAfterMs"] >= 0
            assert running.wait(20) == 0
    assert alice.tallies() == []


def test_a_second_signal_ends_it_at_once(alice):
    with Listener(alice, set={"shutdown.grace": "1h", "timeouts.step": "5m", "timeouts.session": "5m"}) as running:
        link = alice.invite("stock")["link"]
        with Connection(running.addresses[0]) as here:
            stream = here.open()
            stream.send(json.dumps(contact(link)).encode()[:20])
            here.ask(b"{}")
            running.signal()
            until("it drains", lambda: "draining: " in running.log())
            running.signal()
            assert running.wait(20) == 0
