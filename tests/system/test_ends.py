"""Every way in which a join ends other than well, and the exit code that scripts get for it: links, tokens, the network, the other side."""

import json
import signal
import socket

import pytest

from libp2p import Connection, contact, database
from taleus import NONSENSE, REFUSED, TIMED_OUT, UNREACHABLE, USAGE, Listener, assert_both_sides, finish, until

ANNOUNCE = {"p2p.announce": "/ip4/127.0.0.1/tcp/1"}


class Ear:
    """A TCP port that counts who calls: nothing may, where a link is refused before it is dialled."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.socket.close()

    def called(self):
        try:
            self.socket.accept()
            return True
        except BlockingIOError:
            return False


# --- forms of a link

def bare(link):
    """As peers in the field make it: JSON without a signature."""
    return {name: value for name, value in link.items() if name != "signed"}


def test_every_form_of_a_link(alice, bob, home, listener, tmp_path):
    def made():
        return alice.invite("stock")

    def done(run, signed):
        assert run.result["outcome"] == "done" and run.result["signed"] is signed
        assert_both_sides(alice, bob, run.result["tally"]["tallyId"], "stock")

    done(bob.run("join", made()["uri"], "--json"), True)
    done(bob.run("join", json.dumps(made()["link"]), "--json"), True)
    done(bob.run("join", "-", "--json", stdin=made()["uri"] + "\n"), True)
    unsigned = bob.run("join", "-", "--json", stdin=json.dumps(bare(made()["link"]), indent=2))
    done(unsigned, False)
    assert "warning" in unsigned.err
    (tmp_path / "link").write_text(made()["uri"] + "\n")
    done(bob.run("join", tmp_path / "link", "--json"), True)
    (tmp_path / "link.json").write_text(json.dumps({"unknown member": [1], **made()["link"]}))
    done(bob.run("join", tmp_path / "link.json", "--json"), True)
    uri = made()["uri"].lower()  # case and white space mean nothing
    done(bob.run("join", "-", "--json", stdin="\n".join(uri[at:at + 40] for at in range(0, len(uri), 40))), True)


def damages(uri, link):
    middle = len(uri) // 2
    swapped = "A" if uri[middle] != "A" else "B"
    other = {"stock": "foil", "foil": "stock"}[link["initiatorRole"]]
    address = link["responderPeerAddrs"][0]
    return {
        "nothing": "", "prose": "see you at eight", "only the scheme": "taleus:1", "another version": "taleus:2" + uri[8:], "cut": uri[:-1], "one letter": uri[:middle] + swapped + uri[middle + 1:],
        "more": uri + "AA", "not base32": uri[:middle] + "!" + uri[middle + 1:], "cut JSON": json.dumps(link)[:-2], "an array": json.dumps([link]),
        "no token": json.dumps({name: value for name, value in bare(link).items() if name != "token"}),
        "empty token": json.dumps({**bare(link), "token": ""}), "long token": json.dumps({**bare(link), "token": "t" * 513}),
        "no address": json.dumps({**bare(link), "responderPeerAddrs": []}), "17 addresses": json.dumps({**bare(link), "responderPeerAddrs": [address] * 17}),
        "no peer id": json.dumps({**bare(link), "responderPeerAddrs": [address.rpartition("/p2p/")[0]]}),
        "no multiaddr": json.dumps({**bare(link), "responderPeerAddrs": ["example.com:9000"]}),
        "no expiry": json.dumps({name: value for name, value in bare(link).items() if name != "tokenExpiryUtc"}),
        "no time": json.dumps({**bare(link), "tokenExpiryUtc": "tomorrow"}), "another role": json.dumps({**bare(link), "initiatorRole": "both"}),
        "long requirement": json.dumps({**bare(link), "identityRequirements": "r" * 1025}),
        "edited role under a signature": json.dumps({**link, "initiatorRole": other}), "edited token under a signature": json.dumps({**link, "token": link["token"] + "x"}),
        "edited expiry under a signature": json.dumps({**link, "tokenExpiryUtc": "2099-01-01T00:00:00.000Z"}),
        "edited address under a signature": json.dumps({**link, "responderPeerAddrs": [address.replace("/tcp/", "/tcp/1")]}),
        "two tokens": json.dumps(bare(link))[:-1] + ',"token":"another"}',
    }


def test_a_damaged_link_is_told_before_anything_is_dialled(alice, bob):
    with Ear() as ear:
        made = alice.invite("stock", set={"p2p.announce": f"/ip4/127.0.0.1/tcp/{ear.port}"})
        for what, text in damages(made["uri"], made["link"]).items():
            failed = bob.join("-", stdin=text, code=None)
            assert (failed.code, failed.result["outcome"], failed.result["code"]) == (USAGE, "failed", "bad_link"), (what, failed)
            assert made["link"]["token"] not in failed.out + failed.err, what
        assert not ear.called()
    assert bob.sessions() == []
    assert bob.tallies() == []


def test_a_file_that_is_not_there(bob, tmp_path):
    assert str(tmp_path / "no-such-link") in bob.run("join", tmp_path / "no-such-link", "--json", code=USAGE).result["reason"]
    assert bob.run("join", code=USAGE).err


def test_signer_and_signature_can_be_required(alice, bob, home, listener):
    made = alice.invite("stock")
    carol = home("carol")
    with Ear() as ear:
        elsewhere = alice.invite("stock", set={"p2p.announce": f"/ip4/127.0.0.1/tcp/{ear.port}"})
        for link, options in [(elsewhere["uri"], ["--expect", carol.peer_id]), (bare(elsewhere["link"]), ["--expect", alice.peer_id]),
                              (bare(elsewhere["link"]), ["--require-signed"]), (elsewhere["uri"], ["--expect", "nobody"])]:
            failed = bob.join(link, *options, code=USAGE)
            assert failed.result["code"] == ("malformed" if "nobody" in options else "bad_link")
        assert not ear.called()
    done = bob.join(made["uri"], "--expect", alice.peer_id, "--require-signed").result
    assert_both_sides(alice, bob, done["tally"]["tallyId"], "stock")


def test_an_expired_link_is_not_dialled(alice, bob):
    with Ear() as ear:
        link = bare(alice.invite("stock", set={"p2p.announce": f"/ip4/127.0.0.1/tcp/{ear.port}"})["link"])
        failed = bob.join({**link, "tokenExpiryUtc": "2001-01-01T00:00:00.000Z"}, code=REFUSED).result
        assert failed["code"] == "token_expired"
        assert not ear.called()


def test_the_clock_of_the_listener_decides(alice, bob, listener):
    """Within the skew that is allowed, a link that just expired is dialled, and refused there."""
    made = alice.invite("stock", "--expires", "1s")
    until("it has expired", lambda: alice.invitation(made["id"])["state"] == "expired", 5)
    refused = bob.join(made["uri"], code=REFUSED)
    assert refused.result == {"outcome": "rejected", "code": "token_expired", "reason": "Invalid token"}
    assert "SENDING_CONTACT" in refused.steps
    [session] = until("the refusal is on record", alice.sessions)  # it follows the answer
    assert (session["outcome"], session["code"]) == ("rejected", "token_expired")


# --- tokens

def test_a_single_use_token_makes_one_tally(alice, bob, home, listener):
    carol = home("carol")
    for role in ("stock", "foil"):
        made = alice.invite(role)
        tally_id = bob.join(made["uri"]).result["tally"]["tallyId"]
        refused = carol.join(made["uri"], code=REFUSED).result
        assert refused == {"outcome": "rejected", "code": "token_used", "reason": "Invalid token"}
        assert_both_sides(alice, bob, tally_id, role)
        assert carol.tallies() == [] and len([one for one in alice.tallies() if one["invitation"] == made["id"]]) == 1
        [session] = [one for one in carol.sessions() if one["invitation"] == made["id"]]
        assert (session["outcome"], session["code"]) == ("rejected", "token_used")
        [refused] = until("the refusal is on record", lambda: [
            one for one in alice.sessions() if one["invitation"] == made["id"] and one.get("outcome") == "rejected"])
        assert (refused["code"], refused["peer"]) == ("token_used", carol.peer_id)


def test_a_token_of_several_uses(alice, home, listener):
    made = alice.invite("stock", "--uses", "3")
    for number in range(3):
        assert alice.invitation(made["id"])["spent"] == number
        one = home(f"party-{number}")
        assert_both_sides(alice, one, one.join(made["uri"]).result["tally"]["tallyId"], "stock")
    assert alice.invitation(made["id"])["state"] == "exhausted"
    assert home("one-too-many").join(made["uri"], code=REFUSED).result["code"] == "token_used"


def test_uses_of_one_peer(alice, bob, home, listener):
    made = alice.invite("stock", "--uses", "unlimited", "--per-peer", "2")
    for party in ("bob-1", "bob-2"):
        bob.join(made["uri"], set={"party.id": party})
    assert bob.join(made["uri"], set={"party.id": "bob-3"}, code=REFUSED).result["code"] == "token_used"
    assert home("carol").join(made["uri"]).result["outcome"] == "done"
    assert bob.join(made["uri"], set={"party.id": "bob-1"}).result["resumed"] is True
    assert alice.invitation(made["id"])["spent"] == 3


def test_a_revoked_token(alice, bob, home, listener):
    made = alice.invite("foil", "--uses", "unlimited")
    kept = bob.join(made["uri"]).result["tally"]["tallyId"]
    alice.run("invite", "revoke", made["id"])
    refused = home("carol").join(made["uri"], code=REFUSED).result
    assert refused == {"outcome": "rejected", "code": "token_revoked", "reason": "Invalid token"}
    assert_both_sides(alice, bob, kept, "foil")
    assert bob.join(made["uri"]).result["resumed"] is True


def test_revoking_does_not_end_what_is_past_its_token(alice, listener):
    made = alice.invite("foil")
    with Connection(listener.addresses[0]) as here:
        answer = here.ask(contact(made["link"]))
        alice.run("invite", "revoke", made["id"])
        assert here.ask(contact(made["link"]))["sessionId"] == answer["sessionId"]  # a retry is not a second use
        assert here.ask(contact(made["link"], "another party"))["code"] == "token_revoked"
        assert here.ask(database("tally-x", answer["sessionId"]))["accepted"] is True


def test_an_unknown_token(alice, bob, listener):
    link = {**bare(alice.invite("stock")["link"]), "token": "a token that nobody made"}
    refused = bob.join(link, code=REFUSED).result
    assert refused == {"outcome": "rejected", "code": "invalid_token", "reason": "Invalid token"}


def test_a_token_in_use_is_waited_for(alice, bob, listener):
    """While another peer's session holds the only use, a join repeats, and gets it once that session has ended without a tally."""
    assert listener.admin.patch({"timeouts.session": "10m", "timeouts.await_database": "10m"}).status == 200
    made = alice.invite("foil")
    with Connection(listener.addresses[0]) as here, Connection(listener.addresses[0]) as there:
        answer = here.ask(contact(made["link"]))
        refused = there.ask(contact(made["link"], "second"))
        assert (refused["code"], refused["reason"]) == ("token_in_use", "Invalid token") and refused["retryAfterMs"] >= 0
        assert "cadrePeerAddrs" not in refused
        timed_out = bob.join(made["uri"], set={"timeouts.join_session": "5s"}, code=TIMED_OUT)
        assert timed_out.result["outcome"] == "timed_out" and timed_out.steps.count("CONNECTING") >= 2
        process = bob.start_join(made["uri"])
        steps = []
        while steps.count("CONNECTING") < 2:
            steps.append(json.loads(process.stdout.readline()).get("step"))
        invalid = database("tally-x", answer["sessionId"])
        invalid["draft"] = {"tally": {}, "signer": "nobody", "signature": "none"}
        assert here.ask(invalid)["code"] == "invalid_database"  # ends it, the use comes back
    ended = finish(process)
    assert ended.code == 0, ended
    assert_both_sides_of_repeated(alice, bob, ended.result["tally"]["tallyId"])


def assert_both_sides_of_repeated(alice, bob, tally_id):
    assert_both_sides(alice, bob, tally_id, "foil", resumed=True)
    path = [step["to"] for step in bob.session(bob.tally(tally_id)["sessionId"])["transitions"]]
    assert path[-1] == "DONE" and path.count("PROVISIONING_DATABASE") == 1


# --- the network and the other side

def test_nobody_there(alice, bob):
    with Listener(alice):
        made = alice.invite("stock")
    failed = bob.join(made["uri"], code=UNREACHABLE)
    assert (failed.result["outcome"], failed.result["code"]) == ("failed", "unreachable")
    [session] = bob.sessions()
    assert (session["outcome"], session["code"]) == ("failed", "unreachable")
    with Listener(alice, listen=made["link"]["responderPeerAddrs"][0].rpartition("/p2p/")[0]):
        assert_both_sides(alice, bob, bob.join(made["uri"]).result["tally"]["tallyId"], "stock")


def test_somebody_else_there(alice, bob, home):
    carol = home("carol")
    with Listener(alice) as running:
        made = alice.invite("stock")
    with Listener(carol, listen=f"/ip4/127.0.0.1/tcp/{running.port}"):
        failed = bob.join(made["uri"], code=UNREACHABLE)
        assert failed.result["code"] == "unreachable" and made["link"]["token"] not in failed.out
        assert carol.sessions() == []


def test_somebody_silent_there(alice, bob):
    with Ear() as ear:
        made = alice.invite("stock", set={"p2p.announce": f"/ip4/127.0.0.1/tcp/{ear.port}"})
        failed = bob.join(made["uri"], set={"timeouts.join_connect": "500ms"}, code=UNREACHABLE)
        assert failed.result["code"] == "unreachable"


def test_the_own_deadline(alice, bob, listener):
    made = alice.invite("stock")
    listener.signal(signal.SIGSTOP)
    try:
        late = bob.join(made["uri"], set={"timeouts.join_session": "3s"}, code=TIMED_OUT)
        assert (late.result["outcome"], late.result["code"]) == ("timed_out", "timeout")
    finally:
        listener.signal(signal.SIGCONT)
    [session] = bob.sessions()
    assert session["outcome"] == "timed_out"
    assert_both_sides(alice, bob, bob.join(made["uri"]).result["tally"]["tallyId"], "stock")


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_a_link_with_the_wrong_role_is_not_followed(alice, bob, listener, role):
    """Edited by somebody who took the signature away: the dialer sees it by the answer and provisions nothing."""
    made = alice.invite(role)
    edited = {**bare(made["link"]), "initiatorRole": {"stock": "foil", "foil": "stock"}[role]}
    failed = bob.join(edited, code=NONSENSE).result
    assert (failed["outcome"], failed["code"]) == ("failed", "role_mismatch")
    assert bob.tallies() == [] and list((bob.path / "tallies").iterdir()) == []
    [session] = bob.sessions()
    assert (session["outcome"], session["code"]) == ("failed", "role_mismatch")
