"""`taleus bench` puts load on third-party listeners, by whichever muxer they have."""

import pytest

from peers import KINDS, PeerListener
from taleus import taleus, until

SESSIONS = 20


@pytest.mark.parametrize("mode,peers", [("warm", 4), ("cold", SESSIONS)])
@pytest.mark.parametrize("role", ["stock", "foil"])
@pytest.mark.parametrize("peer,muxer", KINDS)
def test_load_on_every_listener(peer, muxer, role, mode, peers):
    """Found in review: it offered yamux alone, and the peers in the field know nothing but mplex."""
    with PeerListener(peer, "--role", role, "--muxer", muxer) as there:
        told = taleus("bench", "--addr", there.ready["addrs"][0], "--token", there.link(role)["token"], "--role", role, "--mode", mode,
                      "--sessions", SESSIONS, "--concurrency", 5, "--json").result
        assert (told["sessions"], told["ok"], told["refused"], told["failed"], told["codes"]) == (SESSIONS, SESSIONS, 0, 0, {})
        last = "acknowledged" if role == "foil" else "approved"
        until("its last word is read", lambda: len(there.events(last)) == SESSIONS)
        contacts = there.events("contact")
        assert len({one["partyId"] for one in contacts}) == len(contacts) == len(there.events("approved")) == SESSIONS
        assert len({one["peerId"] for one in contacts}) == peers
        assert there.events("refused") == []
