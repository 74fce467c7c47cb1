"""Third-party peers dial `taleus serve`: what they tell, and what our home has on record of the same sessions."""

import json
import subprocess

import pytest

import libp2p
from peers import ANY, FOREIGN_KEYS, KINDS, PEERS, command, dial
from taleus import LISTENER_PATH, Home, Listener, check_audit_is_gapless, path_of_transitions, until

SESSIONS = 100
# So many share two processors with the listener; each waits for its turn, which nobody is to lose patience over.
PATIENCE = {"timeouts.handshake": "60s", "timeouts.step": "60s", "timeouts.respond": "60s", "timeouts.session": "2m", "timeouts.await_database": "60s"}
# A hundred sessions of one peer, or from one address, at a time: more than the defaults let anybody have.
LIMITS = {"limits.sessions_per_peer": 200, "limits.waiting_per_peer": 200, "limits.connections_per_address": 1000, "limits.streams_per_connection": 1000,
          "limits.streams_negotiating": 1000}


class Place:
    """A home with a running listener, and what is on record there, read from the store itself."""

    def __init__(self, folder, set):
        self.home = Home(folder / "alice")
        self.listener = Listener(self.home, set={**LIMITS, **set})

    def invite(self, role, *options):
        return self.home.invite(role, "--uses", "unlimited", *options)

    def sessions(self, made):
        """Sessions of an invitation by party id, with their transitions and tally."""
        token = "(SELECT token FROM invitations WHERE id = ?)"
        found = {row["party_id"]: {**row, "transitions": [], "tally": None}
                 for row in self.home.rows(f"SELECT * FROM sessions WHERE token = {token}", made["id"])}
        by_number = {one["number"]: one for one in found.values()}
        by_id = {one["id"]: one for one in found.values()}
        for row in self.home.audit():
            if row["kind"] == "transition" and row["session_id"] in by_id:
                by_id[row["session_id"]]["transitions"].append({**row["body"], "at": row["at"]})
        for row in self.home.rows(f"SELECT sessions.*, tallies.* FROM tallies JOIN sessions ON number = session WHERE token = {token}", made["id"]):
            by_number[row["session"]]["tally"] = row
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("dialers"), PATIENCE)
    with place.listener as running:
        yield place
        until("all connections are gone", lambda: running.descriptors() < 50, 15)
    check_audit_is_gapless(place.home)


def check_on_record(place, made, role, told):
    """What a peer told of a session that is done is what we have on record, with the trail."""
    place.home.settle()
    records = place.sessions(made)
    assert set(records) == {one["partyId"] for one in told}
    trails = {}
    for row in place.home.audit():
        trails.setdefault(row["session_id"], []).append(row)
    for one in told:
        record = records[one["partyId"]]
        tally = record["tally"]
        assert one["response"]["approved"] is True and one["response"]["partyId"] == place.home.peer_id
        assert one["response"]["cadrePeerAddrs"] == place.listener.addresses
        assert one["response"]["sessionId"] == record["id"]
        assert (record["state"], record["side"], record["role"], record["peer"], record["tally_id"]) == ("DONE", "listener", role, one["peerId"], one["tallyId"])
        assert record["delivered"] == 1 and record["code"] is None
        assert (tally["tally_id"], tally["endpoint"], tally["created_by"], tally["partner_party"], tally["peer"]) == (
            one["tallyId"], one["endpoint"], role, one["partyId"], one["peerId"])
        assert json.loads(tally["partner_cadre"]) == [f"cadre-node-1.{one['partyId'].rpartition('-')[0]}.example.com"]
        if role == "stock":
            assert one["response"]["provisionResult"]["draft"]["tally"] and tally["draft_verified"] == 1
            assert place.home.database(one["tallyId"]).is_file()
            assert "acknowledgement" not in one
        else:
            assert 0 < one["response"]["expiresInMs"] <= 60_000 and "provisionResult" not in one["response"]
            assert tally["draft"] == "" and tally["confirmed"] == 0  # the peers send none
            assert (one["acknowledged"], one["acknowledgement"]["accepted"], one["acknowledgement"]["tallyId"]) == (True, True, one["tallyId"])
        assert path_of_transitions(record["transitions"]) == LISTENER_PATH[role]
        kinds = [row["kind"] for row in trails[record["id"]]]
        assert kinds.count("opened") == kinds.count("ended") == 1
        assert [row["body"]["to"] for row in trails[record["id"]] if row["kind"] == "transition"] == LISTENER_PATH[role][1:]


@pytest.mark.parametrize("extensions", ["on", "off"])
@pytest.mark.parametrize("role", ["stock", "foil"])
@pytest.mark.parametrize("peer,muxer", KINDS)
def test_a_hundred_sessions_at_once(place, peer, muxer, role, extensions):
    """Over one connection; foil sessions that echo no session id are of a hundred identities, each with a connection of its own."""
    made = place.invite(role)
    identities = "N" if (role, extensions) == ("foil", "off") else "1"
    dialled = dial(peer, made["link"], "--sessions", SESSIONS, "--concurrency", SESSIONS, "--identities", identities, "--muxer", muxer, "--extensions", extensions,
                   "--party-prefix", f"{peer}-{muxer}-{extensions}", "--timeout-ms", 120_000, seconds=300)
    assert len({one["peerId"] for one in dialled.sessions}) == (SESSIONS if identities == "N" else 1)
    assert len({one["tallyId"] for one in dialled.sessions}) == SESSIONS
    check_on_record(place, made, role, dialled.sessions)
    shown = place.home.invitation(made["id"])
    assert (shown["spent"], shown["reserved"]) == (SESSIONS, 0)


@pytest.mark.parametrize("key,begins", FOREIGN_KEYS)
@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_dialer_with_another_kind_of_key(place, role, key, begins):
    made = place.invite(role)
    dialled = dial("go", made["link"], "--key", key, "--party-prefix", key)
    assert dialled.session["peerId"].startswith(begins)
    check_on_record(place, made, role, dialled.sessions)


@pytest.mark.parametrize("peer,muxer", KINDS)
def test_identify_and_ping(place, peer, muxer):
    probed = subprocess.run(command(peer, "probe", "--addr", place.listener.addresses[0], "--muxer", muxer, "--timeout-ms", "10000"), capture_output=True, text=True, timeout=30)
    assert probed.returncode == 0, probed.stdout + probed.stderr
    identify, *pings = [json.loads(line) for line in probed.stdout.splitlines()]
    assert identify["peerId"] == place.home.peer_id and identify["agentVersion"].startswith("taleus")
    assert {"/taleus/bootstrap/1.0.0", "/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"} <= set(identify["protocols"])
    assert "earlyMuxer" not in identify or identify["earlyMuxer"] is True
    assert [one["event"] for one in pings] == ["ping"] * 3


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("role", ["stock", "foil"])
def test_dialer_as_in_the_field(place, peer, role):
    """A new partyId at each attempt, no extensions, and message 3 is done when it is written: its answer is not read."""
    made = place.invite(role)
    dialled = dial(peer, made["link"], "--behaviour", "field", "--sessions", 3)
    assert all("acknowledgement" not in one and not one["partyId"].startswith("party") for one in dialled.sessions)
    until("all three are recorded", lambda: place.home.count("sessions", "state = 'DONE' AND token = (SELECT token FROM invitations WHERE id = ?)", made["id"]) == 3)
    place.home.settle()
    for party, record in place.sessions(made).items():
        [told] = [one for one in dialled.sessions if one["partyId"] == party]
        assert record["tally"]["tally_id"] == told["tallyId"] and record["peer"] == told["peerId"]
        assert path_of_transitions(record["transitions"]) == LISTENER_PATH[role]


@pytest.mark.parametrize("peer", PEERS)
def test_dialer_as_in_the_field_that_repeats_makes_one_tally_per_use(place, peer):
    made = place.home.invite("stock")
    dialled = dial(peer, made["link"], "--behaviour", "field", "--sessions", 3, done=1)
    assert [one["outcome"] for one in dialled.sessions].count("refused") == 2
    for one in dialled.sessions:
        if one["outcome"] == "refused":
            assert one["reason"] == "Invalid token"
    assert place.home.invitation(made["id"])["spent"] == 1
    assert len([one for one in place.home.tallies() if one["invitation"] == made["id"]]) == 1


@pytest.mark.parametrize("peer", PEERS)
def test_refusals_are_understood(place, peer):
    made = place.invite("foil")
    place.home.run("invite", "revoke", made["id"])
    revoked = dial(peer, made["link"], done=0).session
    assert (revoked["outcome"], revoked["reason"], revoked["code"]) == ("refused", "Invalid token", "token_revoked")
    unknown = dial(peer, {**made["link"], "token": "nobody made it"}, done=0).session
    assert (unknown["outcome"], unknown["reason"], unknown["code"]) == ("refused", "Invalid token", "invalid_token")
    assert "cadrePeerAddrs" not in revoked["response"] and "cadrePeerAddrs" not in unknown["response"]


@pytest.mark.parametrize("peer", PEERS)
def test_a_link_of_the_other_role_is_noticed(place, peer):
    for role, other in (("stock", "foil"), ("foil", "stock")):
        made = place.invite(role)
        session = dial(peer, {**made["link"], "initiatorRole": other}, done=0).session
        assert (session["outcome"], session["code"]) == ("failed", "role_mismatch")


@pytest.mark.parametrize("peer", PEERS)
def test_half_a_contact_leaves_nothing(place, peer):
    made = place.invite("stock")
    dial(peer, made["link"], "--behaviour", "half-contact", "--sessions", 5, "--concurrency", 5, "--party-prefix", "half")
    shown = place.home.invitation(made["id"])
    assert (shown["spent"], shown["reserved"]) == (0, 0) and place.sessions(made) == {}


# --- foil sessions of one identity that echo no session id

def test_two_waiting_sessions_of_one_identity_are_ambiguous(place):
    made = place.invite("foil")
    with libp2p.Connection(place.listener.addresses[0]) as here:
        first, second = (here.ask(libp2p.contact(made["link"], party)) for party in ("first", "second"))
        refused = here.ask(libp2p.database("tally-x"))
        assert (refused["accepted"], refused["code"]) == (False, "ambiguous_session")
        for party in ("first", "second"):  # they stay as they are
            until("it waits on record", lambda: place.sessions(made)[party]["state"] == "AWAITING_DATABASE")  # after the answer has left
        assert here.ask(libp2p.database("tally-1", first["sessionId"]))["accepted"] is True
        assert here.ask(libp2p.database("tally-2"))["accepted"] is True  # only one waits now
        assert here.ask(libp2p.database("tally-3"))["code"] == "no_such_session"
        assert here.ask(libp2p.database("tally-2"))["accepted"] is True  # a repeat
    records = place.sessions(made)
    assert (records["first"]["tally_id"], records["second"]["tally_id"]) == ("tally-1", "tally-2")
    assert records["second"]["id"] == second["sessionId"]


@pytest.mark.parametrize("peer", PEERS)
def test_peers_without_session_ids_are_told_that_they_are_ambiguous(tmp_path, peer):
    """Twenty of one identity at once. Some may find themselves alone; the rest waits until its deadline, here 6 s, and costs no use."""
    place = Place(tmp_path, {"timeouts.await_database": "6s"})
    with place.listener:
        made = place.invite("foil")
        dialled = dial(peer, made["link"], "--sessions", 20, "--concurrency", 20, "--extensions", "off", done=ANY)
        refused = [one for one in dialled.sessions if one["outcome"] == "refused"]
        done = [one for one in dialled.sessions if one["outcome"] == "done"]
        assert refused and len(refused) + len(done) == 20
        assert {one["code"] for one in refused} == {"ambiguous_session"}
        until("all have ended", lambda: place.home.count("sessions", "ended IS NULL") == 0, 30)
        records = place.sessions(made)
        assert {party for party, one in records.items() if one["state"] == "DONE"} == {one["partyId"] for one in done}
        assert {one["state"] for one in records.values()} <= {"DONE", "TIMED_OUT"}
        shown = place.home.invitation(made["id"])
        assert (shown["spent"], shown["reserved"]) == (len(done), 0)


# --- peers that say nothing

@pytest.mark.parametrize("peer", PEERS)
def test_idle_streams_and_connections_are_ended(tmp_path, peer):
    place = Place(tmp_path, {"timeouts.step": "1s", "timeouts.idle": "4s"})
    with place.listener as running:
        made = place.invite("stock")
        idle = dial(peer, made["link"], "--behaviour", "idle", "--sessions", 5, "--concurrency", 5, "--timeout-ms", 10000)
        assert len(idle.closed) == 5
        for one in idle.closed:
            assert one["what"] == "stream" and 900 <= one["afterMs"] < 4500  # of five, where none is set
            assert one.get("response") is None or (one["response"]["approved"], one["response"]["code"]) == (False, "timeout")
        silent = dial(peer, made["link"], "--behaviour", "idle-connection", "--sessions", 5, "--concurrency", 5, "--identities", "N", "--timeout-ms", 20000)
        assert all(one["what"] == "connection" and 1000 <= one["afterMs"] < 15000 for one in silent.closed) and len(silent.closed) == 5
        until("it serves", lambda: dial(peer, made["link"], "--party-prefix", "after", done=ANY).session["outcome"] == "done", 30)
        until("all connections are gone", lambda: running.descriptors() < 50)
