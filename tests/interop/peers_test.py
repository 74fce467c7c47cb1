"""Runs the third-party peers against one another: what they say of our service is worth something only if they agree among themselves.

Needs what `tests/interop/build` leaves in build/interop/bin; a peer that is not there is skipped, loudly. Every test asserts the
outcome that the dialer tells and the events of the listener.
"""

import itertools
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time

import pytest

BIN = pathlib.Path(os.environ.get("INTEROP_BIN", pathlib.Path(__file__).resolve().parents[2] / "build/interop/bin"))
MUXERS = {"js3": ["yamux", "mplex"], "js2": ["mplex"], "go": ["yamux"], "rust": ["yamux", "mplex"]}
PEERS = list(MUXERS)
SESSIONS = 5
TOKEN = "token-of-the-matrix"


def command(peer, *args):
    if not (BIN / peer).exists():
        pytest.skip(f"peer {peer} is not built")
    return [str(BIN / peer), *args]


class Listener:
    def __init__(self, peer, *args, env=None):
        self.process = subprocess.Popen(
            command(peer, "listen", *args), stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        self.events = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()
        self.ready = self.wait("ready")

    def _read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def wait(self, event, seconds=10, **members):
        """The first event of this name and with these members; events are kept, so the order of the waits does not matter."""
        deadline = time.monotonic() + seconds
        while True:
            for one in self.seen:
                if one["event"] == event and all(one.get(name) == value for name, value in members.items()):
                    return one
            try:
                self.seen.append(self.events.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no {event} {members} among {self.seen}") from None

    def names(self):
        while not self.events.empty():
            self.seen.append(self.events.get())
        return [one["event"] for one in self.seen]

    def link(self, role, token=TOKEN):
        return json.dumps({
            "responderPeerAddrs": self.ready["addrs"], "token": token, "tokenExpiryUtc": "2099-12-31T00:00:00.000Z", "initiatorRole": role})

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0


@pytest.fixture(scope="module")
def listeners():
    """One listener for each way of starting it, shared by all dialers of the matrix."""
    running = {}

    def get(peer, *args):
        if (peer, *args) not in running:
            running[(peer, *args)] = Listener(peer, *args)
        return running[(peer, *args)]

    yield get
    for one in running.values():
        one.stop()


@pytest.fixture
def listen():
    running = []

    def get(*args, **kwargs):
        running.append(Listener(*args, **kwargs))
        return running[-1]

    yield get
    for one in running:
        one.stop()


def dial(peer, link, *args, ok=True, seconds=60):
    done = subprocess.run(command(peer, "dial", "--link", "-", *args), input=link, capture_output=True, text=True, timeout=seconds)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == (0 if ok else 1), done.stdout + done.stderr
    assert events[-1]["event"] == "summary"
    sessions = [one for one in events if one["event"] == "session"]
    assert len(sessions) == events[-1]["sessions"]
    for outcome in ("done", "refused", "failed"):
        assert events[-1][outcome] == sum(one["outcome"] == outcome for one in sessions)
    return events


def one_session(events):
    [session] = [one for one in events if one["event"] == "session"]
    return session


def pairs():
    for listener, dialer in itertools.product(PEERS, PEERS):
        for muxer in MUXERS[listener]:
            if muxer in MUXERS[dialer]:
                yield listener, dialer, muxer


MATRIX = list(pairs())


@pytest.mark.parametrize("extensions", ["on", "off"])
@pytest.mark.parametrize("role", ["stock", "foil"])
@pytest.mark.parametrize("listener,dialer,muxer", MATRIX)
def test_every_peer_bootstraps_with_every_other(listeners, listener, dialer, muxer, role, extensions):
    there = listeners(listener, "--role", role, "--tokens", TOKEN, "--muxer", muxer, "--extensions", extensions)
    # Without session ids a peer may have one foil session waiting at a time, so there each session has an identity of its own.
    identities = "N" if (role, extensions) in (("foil", "off"), ("stock", "on")) else "1"
    prefix = f"{dialer}-{muxer}"
    events = dial(dialer, there.link(role), "--sessions", str(SESSIONS), "--concurrency", str(SESSIONS), "--identities", identities,
                  "--muxer", muxer, "--extensions", extensions, "--party-prefix", prefix)
    sessions = [one for one in events if one["event"] == "session"]
    assert {one["index"] for one in sessions} == set(range(SESSIONS))
    assert len({one["peerId"] for one in sessions}) == (SESSIONS if identities == "N" else 1)
    assert len({one["tallyId"] for one in sessions}) == SESSIONS
    for one in sessions:
        assert one["outcome"] == "done" and one["role"] == role and one["partyId"] == f"{prefix}-{one['index']}"
        response = one["response"]
        assert response["approved"] is True and response["cadrePeerAddrs"] == there.ready["addrs"]
        assert ("sessionId" in response) == ("sessionId" in one) == (extensions == "on")
        assert ("expiresInMs" in response) == (extensions == "on" and role == "foil")
        assert ("provisionResult" in response) == (role == "stock")
        contact = there.wait("contact", partyId=one["partyId"], peerId=one["peerId"])
        assert contact["token"] == TOKEN and contact["extra"] == [] and contact["cadrePeerAddrs"] == [f"cadre-node-1.{prefix}.example.com"]
        approved = there.wait("approved", partyId=one["partyId"], peerId=one["peerId"])
        assert approved.get("sessionId") == one.get("sessionId")
        if role == "stock":
            assert approved["tallyId"] == one["tallyId"] and one["endpoint"].startswith("wss://")
        else:
            database = there.wait("database", tallyId=one["tallyId"])
            assert (database["createdBy"], database["endpoint"], database["peerId"]) == ("foil", one["endpoint"], one["peerId"])
            assert database.get("sessionId") == one.get("sessionId") and database["extra"] == []
            assert database["credentialsRef"]
            assert one["acknowledged"] is True and one["acknowledgement"] == {"accepted": True, "tallyId": one["tallyId"]}
            assert there.wait("acknowledged", tallyId=one["tallyId"])["peerId"] == one["peerId"]
    assert "refused" not in there.names() and "error" not in there.names()


@pytest.mark.parametrize("listener,dialer,muxer", MATRIX)
def test_every_peer_answers_identify_and_ping(listeners, listener, dialer, muxer):
    there = listeners(listener, "--role", "stock", "--tokens", TOKEN, "--muxer", muxer, "--extensions", "on")
    done = subprocess.run(command(dialer, "probe", "--addr", there.ready["addrs"][0], "--muxer", muxer, "--timeout-ms", "10000"),
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    identify, *pings = [json.loads(line) for line in done.stdout.splitlines()]
    assert identify["event"] == "identify" and identify["peerId"] == there.ready["peerId"]
    assert {"/taleus/bootstrap/1.0.0", "/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"} <= set(identify["protocols"])
    assert "taleus-interop-" + listener in identify["agentVersion"]
    assert [one["event"] for one in pings] == ["ping"] * 3


def test_mixed_extensions(listeners):
    """Neither side may require the extensions of the other."""
    for listener, dialer, muxer in [one for one in MATRIX if one[0] != one[1]][::3]:
        if not (BIN / listener).exists() or not (BIN / dialer).exists():
            continue
        for here, there in (("on", "off"), ("off", "on")):
            other = listeners(listener, "--role", "foil", "--tokens", TOKEN, "--muxer", muxer, "--extensions", there)
            session = one_session(dial(dialer, other.link("foil"), "--muxer", muxer, "--extensions", here, "--party-prefix", "mixed"))
            assert session["acknowledged"] is True
            assert "sessionId" not in other.wait("database", tallyId=session["tallyId"])


# How listeners behave that are not quite well. The dialer is the same peer.

@pytest.mark.parametrize("peer", PEERS)
def test_listener_as_in_the_field(listen, peer):
    there = listen(peer, "--role", "foil", "--behaviour", "field")
    session = one_session(dial(peer, there.link("foil"), ok=False))
    assert "sessionId" not in session["response"] and "expiresInMs" not in session["response"]
    assert (session["outcome"], session["code"]) == ("failed", "not_acknowledged")
    assert session["acknowledgement"] == {"approved": False, "reason": "Invalid token"}
    assert there.wait("database")["tallyId"] == session["tallyId"]
    assert there.wait("refused")["reason"] == "Invalid token"


@pytest.mark.parametrize("peer", PEERS)
def test_listener_that_is_silent_talks_garbage_or_resets(listen, peer):
    for behaviour in ("silent", "garbage", "reset"):
        there = listen(peer, "--role", "stock", "--behaviour", behaviour)
        begun = time.monotonic()
        session = one_session(dial(peer, there.link("stock"), "--timeout-ms", "1000" if behaviour == "silent" else "20000", ok=False))
        assert session["outcome"] == "failed" and session["error"] and "response" not in session
        assert time.monotonic() - begun < 10
        if behaviour == "reset":
            assert there.wait("reset")["peerId"] == session["peerId"]
        else:
            assert there.wait("contact")["partyId"] == "party-0"
        assert session.get("code") == ("malformed" if behaviour == "garbage" else None) or behaviour == "reset"
        there.stop()


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("extensions", ["on", "off"])
def test_listener_that_refuses(listen, peer, extensions):
    there = listen(peer, "--role", "stock", "--behaviour", "refuse:overloaded", "--extensions", extensions)
    session = one_session(dial(peer, there.link("stock"), ok=False))
    full = "Service temporarily unavailable - too many concurrent sessions"
    assert (session["outcome"], session["reason"], session.get("code")) == ("refused", full, "overloaded" if extensions == "on" else None)
    assert session["response"].get("retryAfterMs") == (200 if extensions == "on" else None)
    assert there.wait("refused")["code"] == "overloaded"
    there = listen(peer, "--role", "stock", "--tokens", "one,two", "--extensions", extensions)
    assert one_session(dial(peer, there.link("stock", "two")))["outcome"] == "done"
    session = one_session(dial(peer, there.link("stock", "three"), ok=False))
    assert (session["outcome"], session["reason"], session.get("code")) == ("refused", "Invalid token", "invalid_token" if extensions == "on" else None)


@pytest.mark.parametrize("peer", PEERS)
def test_a_link_of_the_wrong_role_is_not_followed(listen, peer):
    for real, claimed in (("stock", "foil"), ("foil", "stock")):
        there = listen(peer, "--role", real)
        session = one_session(dial(peer, there.link(claimed), ok=False))
        assert (session["outcome"], session["code"]) == ("failed", "role_mismatch")
        assert "database" not in there.names()


# How dialers behave that are not quite well.

@pytest.mark.parametrize("peer", PEERS)
def test_dialer_as_in_the_field(listen, peer):
    there = listen(peer, "--role", "foil")
    events = dial(peer, there.link("foil"), "--behaviour", "field", "--sessions", "3")
    sessions = [one for one in events if one["event"] == "session"]
    assert len({one["partyId"] for one in sessions}) == 3 and not any(one["partyId"].startswith("party") for one in sessions)
    for one in sessions:
        assert "acknowledgement" not in one
        assert "sessionId" not in there.wait("database", tallyId=one["tallyId"])


@pytest.mark.parametrize("peer", PEERS)
def test_dialer_that_says_half_or_leaves(listen, peer):
    there = listen(peer, "--role", "foil")
    assert one_session(dial(peer, there.link("foil"), "--behaviour", "no-message-3"))["response"]["approved"] is True
    assert there.wait("approved")
    one_session(dial(peer, there.link("foil"), "--behaviour", "half-contact", "--party-prefix", "half"))
    assert there.wait("error")
    assert "database" not in there.names() and not any(one.get("partyId") == "half-0" for one in there.seen)


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("behaviour,what", [("idle", "stream"), ("idle-connection", "connection")])
def test_dialer_that_idles_tells_when_it_was_closed(listen, peer, behaviour, what):
    there = listen(peer, "--role", "foil")
    threading.Timer(3, there.stop).start()
    events = dial(peer, there.link("foil"), "--behaviour", behaviour)
    [closed] = [one for one in events if one["event"] == "closed"]
    assert closed["what"] == what and closed["index"] == 0 and 0 < closed["afterMs"] < 5000


@pytest.mark.parametrize("peer", PEERS)
def test_many_streams_of_one_connection(listen, peer):
    """More than the 64 that js-libp2p opens, and the 32 that it accepts, unless told otherwise."""
    there = listen(peer, "--role", "stock")
    events = dial(peer, there.link("stock"), "--sessions", "100", "--concurrency", "100")
    assert events[-1]["done"] == 100


@pytest.mark.parametrize("peer", PEERS)
def test_unreachable_and_wrong_usage(listen, peer):
    there = listen(peer, "--role", "stock")
    link = there.link("stock")
    there.stop()
    session = one_session(dial(peer, link, "--timeout-ms", "5000", ok=False))
    assert session["outcome"] == "failed" and session["error"]
    for wrong in (["dial", "--link", "-", "--behaviour", "none"], ["listen", "--role", "both"], ["listen", "--role", "stock", "--muxer", "none"], ["sing"]):
        done = subprocess.run(command(peer, *wrong), input=link, capture_output=True, text=True, timeout=20)
        assert done.returncode == 2 and json.loads(done.stdout)["event"] == "error"
