"""`taleus bench`: that what it tells is what the listener has on record."""

import signal
import subprocess
import time

import pytest

from libp2p import Identity
from taleus import DONE, FAILED, INTERRUPTED, PROGRAM, REFUSED, UNREACHABLE, USAGE, Listener, taleus, until

FEW = ("--sessions", 60, "--concurrency", 20)


def bench(running, made, *args, code=DONE):
    return taleus("bench", "--addr", running.addresses[0], "--token", made["link"]["token"], *args, "--json", code=code).result


@pytest.mark.parametrize("mode, peers", [("warm", 4), ("cold", 60), ("returning", 20), ("mixed", 32)])  # mixed: two of the four, since every second session is warm
@pytest.mark.parametrize("role", ["stock", "foil"])
def test_sessions_it_tells_are_on_record(alice, listener, role, mode, peers):
    made = alice.invite(role, "--uses", "unlimited")
    told = bench(listener, made, "--role", role, "--mode", mode, *FEW)
    assert list(told)[:6] == ["sessions", "ok", "refused", "failed", "perSecond", "latencyMs"]
    assert (told["sessions"], told["ok"], told["refused"], told["failed"], told["codes"]) == (60, 60, 0, 0, {})
    latency = told["latencyMs"]
    assert 0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["p999"] <= latency["max"]
    assert told["perSecond"] > 0
    alice.settle()
    assert alice.count("sessions", "state = 'DONE' AND role = ?", role) == alice.count("sessions") == alice.count("tallies") == 60
    [parties] = alice.rows("SELECT count(DISTINCT party_id) AS parties, count(DISTINCT peer) AS peers FROM sessions")
    assert parties == {"parties": 60, "peers": peers}


def test_refusals_are_counted_by_their_code(alice, listener):
    made = alice.invite("stock", "--uses", "3")
    told = bench(listener, made, "--sessions", 10, "--concurrency", 1, code=REFUSED)
    assert (told["ok"], told["refused"], told["failed"], told["codes"]) == (3, 7, 0, {"token_used": 7})
    assert bench(listener, {"link": {"token": "nobody made it"}}, "--sessions", 2, code=REFUSED)["codes"] == {"invalid_token": 2}
    assert bench(listener, alice.invite("foil"), "--role", "stock", "--sessions", 1, code=FAILED)["codes"] == {"role_mismatch": 1}


def test_it_waits_as_long_as_it_is_told_to_and_tries_again(alice):
    with Listener(alice, set={"limits.sessions_per_peer": 2}) as running:
        made = alice.invite("stock", "--uses", "unlimited")
        told = bench(running, made, "--connections", 1, "--sessions", 40, "--concurrency", 20)
        assert (told["ok"], told["refused"]) == (40, 0) and told["repeated"] == told["codes"]["overloaded"] > 0


def test_abandoned_sessions_wait(alice, listener):
    made = alice.invite("foil", "--uses", "unlimited")
    assert bench(listener, made, "--role", "foil", "--abandon", *FEW)["ok"] == 60
    assert alice.count("sessions", "state IN ('SENDING_RESPONSE', 'AWAITING_DATABASE')") == 60
    assert alice.invitation(made["id"])["reserved"] == 60


def test_a_rate_is_kept(alice, listener):
    made = alice.invite("foil", "--uses", "unlimited")
    begun = time.monotonic()
    told = bench(listener, made, "--role", "foil", "--rate", 40, "--sessions", 40, "--concurrency", 40)
    assert told["ok"] == 40 and time.monotonic() - begun >= 39 / 40 and told["perSecond"] < 42


def test_nobody_there(alice):
    with Listener(alice) as running:
        made = alice.invite("stock")
    for mode, code in (("warm", UNREACHABLE), ("cold", FAILED), ("returning", FAILED)):
        ended = taleus("bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--mode", mode, "--sessions", 2, "--json", code=code)
        assert "unreachable" in ended.out
    other = running.addresses[0].replace(alice.peer_id, Identity().peer_id)
    with Listener(alice, listen=running.addresses[0].rpartition("/p2p/")[0]):
        assert taleus("bench", "--addr", other, "--token", "t", "--sessions", 1, "--json", code=UNREACHABLE).result["error"]["code"] == "unreachable"


@pytest.mark.parametrize("wrong", [["--addr", "/ip4/127.0.0.1/tcp/9", "--token", "t"], ["--addr", "localhost:9", "--token", "t"], ["--token", "t"],
                                   ["--addr", "/ip4/127.0.0.1/tcp/9/p2p/12D3KooWCH1beG4NsY1s7viZEkYSBay3PEHTq5S4z6avPcGnfmcs"],
                                   ["--addr", "/ip4/127.0.0.1/tcp/9/p2p/12D3KooWCH1beG4NsY1s7viZEkYSBay3PEHTq5S4z6avPcGnfmcs", "--token", "t", "--sessions", "0"]])
def test_wrong_usage(wrong):
    taleus("bench", *wrong, code=USAGE)


def test_interrupted_it_tells_what_it_has(alice, listener):
    made = alice.invite("foil", "--uses", "unlimited")
    command = [PROGRAM, "bench", "--addr", listener.addresses[0], "--token", made["link"]["token"], "--role", "foil", "--rate", "20", "--sessions", "100000", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    until("some are done", lambda: alice.count("tallies") >= 5)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED and '"ok":' in out
