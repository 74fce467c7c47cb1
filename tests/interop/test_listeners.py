"""`taleus join` answers invitations of third-party listeners: what join tells, what the peers print, and what our home has on record."""

import json
import secrets
import signal

import pytest

from peers import FOREIGN_KEYS, KINDS, PEERS, PeerListener
from taleus import (DIALER_PATH, FAILED, INTERRUPTED, NONSENSE, REFUSED, TIMED_OUT, check_audit_is_gapless, check_trail, finish, in_parallel,
                    path_of_transitions, tables_hold, until)

JOINS = 100  # at once, each a process with a home of its own
# So many share two processors with the listener; each waits for its turn.
PATIENCE = {"timeouts.join_connect": "60s", "timeouts.join_step": "60s", "timeouts.join_response": "2m",
            "timeouts.provision_unknown": "2m", "timeouts.join_session": "5m"}
SOON = 30  # seconds for a join with a deadline of its own: less than any default would take to end it (35 s for the response, 60 s in all)


def check_join(bob, there, run, role, extensions, token):
    """One join that is done: its result, our records and trail, the database, and what the listener printed."""
    result = run.result
    assert (result["outcome"], result["resumed"], result["signed"], result["role"], result["access"]) == ("done", False, False, role, "not_tried")
    assert (result["peerId"], f"{result['address']}/p2p/{there.peer_id}") == (there.peer_id, there.ready["addrs"][0])
    assert run.steps == DIALER_PATH[role]
    tally_id, access = result["tally"]["tallyId"], result["dbConnectionInfo"]
    tally = bob.tally(tally_id)
    assert (tally["side"], tally["role"], tally["createdBy"], tally["ownSide"]) == ("dialer", role, role, {"stock": "foil", "foil": "stock"}[role])
    assert (tally["ownParty"], tally["partnerParty"], tally["partnerPeer"]) == (bob.peer_id, there.peer_id, there.peer_id)
    assert tally["dbConnectionInfo"] == access and tally["partnerCadre"] == there.ready["addrs"]
    session = bob.session(tally["sessionId"])
    assert (session["outcome"], session["peer"], session["tallyId"]) == ("done", there.peer_id, tally_id)
    assert path_of_transitions(session["transitions"]) == DIALER_PATH[role]
    check_trail(bob, session["sessionId"], DIALER_PATH[role])

    contact = there.wait("contact", token=token)
    assert (contact["partyId"], contact["peerId"], contact["cadrePeerAddrs"], contact["extra"]) == (bob.peer_id, bob.peer_id, [], [])
    assert contact["identityBundle"]["partyId"] == bob.peer_id
    approved = there.wait("approved", token=token)
    if extensions == "on":
        assert result["sessionId"] == approved["sessionId"]
    if role == "stock":
        assert approved["tallyId"] == tally_id
        assert (result["draft"], result["acknowledged"], result["confirmed"]) == ("none", False, False)  # the peers send none
        assert not bob.database(tally_id).exists()
    else:
        database = there.wait("database", tallyId=tally_id)
        assert (database["createdBy"], database["endpoint"], database["credentialsRef"], database["peerId"]) == (
            "foil", access["endpoint"], access["credentialsRef"], bob.peer_id)
        assert database.get("sessionId") == approved.get("sessionId")
        assert there.wait("acknowledged", tallyId=tally_id)["peerId"] == bob.peer_id
        assert (result["acknowledged"], result["confirmed"]) == (True, False)  # nobody said that the draft is verified
        assert tables_hold(bob.database(tally_id), tally["draftTally"]["tally"]["nonce"])


@pytest.mark.parametrize("extensions", ["on", "off"])
@pytest.mark.parametrize("role", ["stock", "foil"])
@pytest.mark.parametrize("peer,muxer", KINDS)
def test_a_hundred_joins_at_once(crowd, peer, muxer, role, extensions):
    homes = crowd[:JOINS]
    with PeerListener(peer, "--role", role, "--muxer", muxer, "--extensions", extensions) as there:
        tokens = [secrets.token_hex(16) for _ in homes]
        joins = [lambda bob=bob, token=token: bob.join(there.link(role, token), set=PATIENCE, seconds=400) for bob, token in zip(homes, tokens)]
        runs = in_parallel(joins, JOINS)
        assert len({run.result["tally"]["tallyId"] for run in runs}) == len(homes)
        for bob, run, token in list(zip(homes, runs, tokens))[:: len(homes) // 10]:
            check_join(bob, there, run, role, extensions, token)
        assert len(there.events("approved")) == len(there.events("contact")) == len(homes)
        assert len(there.events("acknowledged")) == (len(homes) if role == "foil" else 0)
        assert there.events("refused") == there.events("error") == []
        for bob, run in zip(homes, runs):  # the store itself, for all of them
            assert bob.count("tallies JOIN sessions ON number = session", "tallies.tally_id = ? AND side = 'dialer'", run.result["tally"]["tallyId"]) == 1
            assert bob.count("sessions", "tally_id = ? AND state = 'DONE'", run.result["tally"]["tallyId"]) == 1
    check_audit_is_gapless(homes[0])


@pytest.mark.parametrize("key,begins", FOREIGN_KEYS)
@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_listener_with_another_kind_of_key(bob, role, key, begins):
    with PeerListener("go", "--role", role, "--key", key) as there:
        assert there.peer_id.startswith(begins)
        check_join(bob, there, bob.join(there.link(role)), role, "on", "token-of-the-peer")


@pytest.mark.parametrize("peer", PEERS)
def test_one_party_with_many_invitations(bob, peer):
    """Ten links of one listener, joined by one home at the same time."""
    with PeerListener(peer, "--role", "foil") as there:
        runs = in_parallel([lambda token=f"token-{number}": bob.join(there.link("foil", token)) for number in range(10)], 5)
        tallies = {run.result["tally"]["tallyId"] for run in runs}
        assert {one["tallyId"] for one in bob.tallies()} == tallies == {one["tallyId"] for one in there.events("acknowledged")}
        assert len(tallies) == 10
    check_audit_is_gapless(bob)


@pytest.mark.parametrize("peer", PEERS)
def test_listener_as_in_the_field(bob, peer):
    """It takes message 3 for a new contact. The database is kept, and delivered by the next join to a listener that knows better."""
    seed = secrets.token_hex(32)
    with PeerListener(peer, "--role", "foil", "--behaviour", "field", "--seed", seed) as there:
        link = there.link("foil")
        failed = bob.join(link, code=FAILED)
        assert (failed.result["outcome"], failed.result["code"]) == ("failed", "not_acknowledged")
        told = there.wait("database")
        assert there.wait("refused")["reason"] == "Invalid token"
    [session] = bob.sessions()
    assert (session["outcome"], session["code"]) == ("failed", "not_acknowledged")
    file = bob.database(told["tallyId"])
    content = file.read_bytes()
    port = there.ready["addrs"][0].split("/")[4]
    with PeerListener(peer, "--role", "foil", "--seed", seed, "--port", port) as there:
        assert there.link("foil") == link
        result = bob.join(link).result
        assert (result["outcome"], result["resumed"], result["acknowledged"]) == ("done", True, True)
        again = there.wait("database")
        assert {name: again[name] for name in ("tallyId", "endpoint", "credentialsRef")} == {name: told[name] for name in ("tallyId", "endpoint", "credentialsRef")}
        assert there.wait("acknowledged")["tallyId"] == result["tally"]["tallyId"] == told["tallyId"]
        assert len(there.events("database")) == 1
    assert file.read_bytes() == content and list(file.parent.glob("*.db")) == [file]
    [tally] = bob.tallies()
    assert (tally["tallyId"], tally["acknowledged"]) == (told["tallyId"], True)
    assert bob.join(link).result["resumed"] is True  # from the record: nobody is there any more


@pytest.mark.parametrize("peer", PEERS)
def test_a_stock_listener_as_in_the_field(bob, peer):
    with PeerListener(peer, "--role", "stock", "--behaviour", "field") as there:
        result = bob.join(there.link("stock")).result
        assert (result["outcome"], result["draft"], result["confirmed"]) == ("done", "none", False)
        assert "sessionId" not in there.wait("approved") and there.wait("approved")["tallyId"] == result["tally"]["tallyId"]
    assert [one["tallyId"] for one in bob.tallies()] == [result["tally"]["tallyId"]]


def sends_twice(bob, link):
    """A join under way that sends its contact a second time."""
    process, steps = bob.start_join(link), []
    while steps.count("SENDING_CONTACT") < 2:
        line = process.stdout.readline()
        assert line, finish(process)
        steps.append(json.loads(line).get("step"))
    return process


def check_nothing_is_made(bob, outcome):
    """The session, which has ended so."""
    assert bob.tallies() == [] and list((bob.path / "tallies").iterdir()) == []
    [session] = bob.sessions()
    assert session["outcome"] == outcome
    return session


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("behaviour,role,code,outcome,why,settings", [
    ("silent", "stock", TIMED_OUT, "timed_out", "timeout", {"timeouts.join_response": "3s"}),
    ("garbage", "stock", NONSENSE, "failed", "malformed", {}),
    ("reset", "foil", TIMED_OUT, "timed_out", "timeout", {"timeouts.join_session": "1s"}),
])
def test_behaviours_that_are_not_well(bob, peer, behaviour, role, code, outcome, why, settings):
    """Silence, nonsense, resets: each ends as documented, at the own deadline where there is no other end, and nothing is recorded as a tally."""
    with PeerListener(peer, "--role", role, "--behaviour", behaviour) as there:
        ended = bob.join(there.link(role), set=settings, code=code, seconds=SOON)
        assert (ended.result["outcome"], ended.result["code"]) == (outcome, why), ended
        if behaviour != "reset":
            there.wait("contact")
            assert ended.steps.count("SENDING_CONTACT") == len(there.events("contact")) == 1
    assert check_nothing_is_made(bob, outcome)["code"] == why


@pytest.mark.parametrize("peer", PEERS)
def test_a_listener_that_resets_is_tried_again(bob, peer):
    with PeerListener(peer, "--role", "foil", "--behaviour", "reset") as there:
        process = sends_twice(bob, there.link("foil"))
        until("it was reset twice", lambda: len(there.events("reset")) >= 2, 30)
        process.send_signal(signal.SIGINT)
        ended = finish(process)
        assert ended.code == INTERRUPTED and ended.result["outcome"] == "cancelled", ended
        assert len({one["partyId"] for one in there.events("contact")}) <= 1
    check_nothing_is_made(bob, "cancelled")


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_partner_with_our_own_party_id(bob, role):
    """The peers approve whoever has a token: it is the dialer that notices."""
    with PeerListener("go", "--role", role) as there:
        failed = bob.join(there.link(role), set={"party.id": there.peer_id}, code=NONSENSE)
        assert (failed.result["outcome"], failed.result["code"]) == ("failed", "invalid_identity")
        assert there.events("database") == []
    assert bob.tallies() == [] and list((bob.path / "tallies").iterdir()) == []


REFUSALS = [("on", code, code) for code in ("invalid_token", "token_expired", "token_used", "token_revoked", "invalid_identity", "role_mismatch", "refused")] + [
    ("off", "token_used", "invalid_token"), ("off", "invalid_identity", "invalid_identity"), ("off", "provisioning_failed", "refused")]  # by the published reasons alone


@pytest.mark.parametrize("peer", PEERS)
def test_refusals(bob, peer):
    """Final codes are not repeated. All of them with the peer that starts fastest, one of each kind with the others."""
    for extensions, code, understood in REFUSALS if peer == "go" else [REFUSALS[2], REFUSALS[7]]:
        with PeerListener(peer, "--role", "stock", "--behaviour", f"refuse:{code}", "--extensions", extensions) as there:
            refused = bob.join(there.link("stock", f"{peer}-{code}-{extensions}"), code=REFUSED).result
            assert refused == {"outcome": "rejected", "code": understood, "reason": there.wait("refused")["reason"]}
            assert len(there.events("contact")) == 1


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("extensions", ["on", "off"])
def test_a_full_listener_is_tried_again(bob, peer, extensions):
    """`overloaded`, by its code or by its published reason: repeated with a pause, until the own deadline, or until a listener has room."""
    seed = secrets.token_hex(32)
    with PeerListener(peer, "--role", "stock", "--behaviour", "refuse:overloaded", "--extensions", extensions, "--seed", seed) as there:
        link, port = there.link("stock"), there.ready["addrs"][0].split("/")[4]
        late = bob.join(link, set={"timeouts.join_session": "1s"}, code=TIMED_OUT, seconds=SOON)
        until("each but the last was refused", lambda: late.steps.count("SENDING_CONTACT") - len(there.events("refused")) in (0, 1))
        before = len(there.events("refused"))
        process = sends_twice(bob, link)
        until("it was refused twice", lambda: len(there.events("refused")) >= before + 2, 30)
    # It is gone for a moment: unreachable is final, so the one that comes back must be quick, or the join runs again.
    with PeerListener(peer, "--role", "stock", "--seed", seed, "--port", port, "--extensions", extensions):
        ended = finish(process)
        result = ended.result if ended.code == 0 else bob.join(link).result
    assert result["outcome"] == "done" and len(bob.tallies()) == 1
