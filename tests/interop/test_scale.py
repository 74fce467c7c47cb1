"""Thousands at once, and nothing left of them: memory and descriptors of the listener return to what they were when it was idle.

Limits are raised by configuration to what each test holds open, as stated in LIMITS; no default is meant for one address with ten
thousand connections. Baseline: the idle listener after a first, smaller round of the same, so that what is allocated once (pages of
SQLite, stacks, arenas) is there already. Descriptors must return to it exactly. Memory may exceed it by SLACK_KIB: the listener keeps up
to 16 MiB of what was freed for the next burst, and the pages of SQLite are not all warm after a tenth of the rows.
"""

import selectors
import socket
import threading
import time

import pytest

from peers import dial
from taleus import UNTHROTTLED, Listener, assert_both_sides, check_audit_is_gapless, raise_descriptor_limit, taleus, until

SLACK_KIB = 24 * 1024
MANY = 20_000
# Ten thousand at once are served in the order of their coming; the last of them waits for longer than a peer would.
PATIENCE = {"timeouts.step": "60s", "timeouts.respond": "60s", "timeouts.session": "2m", "timeouts.await_database": "60s"}
LIMITS = {
    **UNTHROTTLED,
    "limits.sessions": MANY, "limits.sessions_per_peer": MANY, "limits.sessions_per_token": MANY, "limits.waiting": MANY, "limits.waiting_per_peer": MANY, "limits.waiting_per_token": MANY,
    "limits.connections": MANY, "limits.handshakes": MANY, "limits.connections_per_address": MANY, "limits.streams_per_connection": MANY, "limits.streams_negotiating": MANY,
}


def bench(address, token, *args, code=0, seconds=280):
    """Runs the load generator and returns its last line."""
    ended = taleus("bench", "--addr", address, "--token", token, "--json", *args, seconds=seconds, code=code)
    return ended.result


class Baseline:
    """What the listener holds when it is idle: as few descriptors as ever, and memory that has not changed for 3 s, by when a listener has
    given back what it does not use."""

    def __init__(self, running):
        self.running = running
        self.resident, self.descriptors = self.idle()

    def idle(self):
        seen = []

        def still():
            seen.append((time.monotonic(), self.running.resident_kib(), self.running.descriptors()))
            latest = [one[1:] for one in seen if one[0] > seen[-1][0] - 3]
            return seen[-1][0] - seen[0][0] >= 3 and max(latest) == min(latest) and latest[0]

        return until("it is idle", still, 30, 0.2)

    def check_back(self):
        resident, descriptors = self.idle()
        assert descriptors == self.descriptors
        assert resident <= self.resident + SLACK_KIB, f"{self.resident} KiB before, {resident} KiB after"


@pytest.fixture
def running(alice):
    with Listener(alice, set={**LIMITS, **PATIENCE}) as listener:
        yield listener


# Of the stock role a tenth: each of its sessions makes a database file, and the disk, not the service, would be what is tested.
@pytest.mark.parametrize("role,first,sessions", [("stock", 200, 1_000), ("foil", 1_000, 10_000)])
def test_ten_thousand_sessions_over_one_connection(alice, running, role, first, sessions):
    made = alice.invite(role, "--uses", "unlimited")
    arguments = ("--role", role, "--mode", "warm", "--connections", 1, "--concurrency", 200)
    bench(running.addresses[0], made["link"]["token"], *arguments, "--sessions", first)
    before = Baseline(running)
    told = bench(running.addresses[0], made["link"]["token"], *arguments, "--sessions", sessions)
    assert (told["sessions"], told["ok"], told["refused"], told["failed"], told["repeated"]) == (sessions, sessions, 0, 0, 0)
    assert alice.count("tallies") == first + sessions  # each is on record before it is told; that its session has ended follows
    alice.settle()
    assert alice.count("sessions", "state = 'DONE'") == alice.count("sessions") == first + sessions
    assert alice.count("(SELECT DISTINCT party_id FROM sessions)") == first + sessions
    assert alice.invitation(made["id"])["spent"] == first + sessions
    if role == "stock":
        assert len(list((alice.path / "tallies").glob("*.db"))) == len(list((alice.path / "tallies").iterdir())) == first + sessions
    before.check_back()
    check_audit_is_gapless(alice)


def test_ten_thousand_sessions_over_one_connection_of_another_implementation(alice, running):
    made = alice.invite("foil", "--uses", "unlimited")
    arguments = ("--concurrency", 200, "--timeout-ms", 120_000)
    dial("go", made["link"], *arguments, "--sessions", 1000, "--party-prefix", "first")
    before = Baseline(running)
    dialled = dial("go", made["link"], *arguments, "--sessions", 10_000, seconds=200)
    assert dialled.summary["done"] == 10_000 and len({one["tallyId"] for one in dialled.sessions}) == 10_000
    recorded = {row["party_id"]: row["tally_id"] for row in alice.rows("SELECT party_id, tally_id FROM sessions WHERE state = 'DONE'")}
    assert {one["partyId"]: one["tallyId"] for one in dialled.sessions}.items() <= recorded.items() and len(recorded) == 11_000
    before.check_back()


def test_a_thousand_connections_with_ten_sessions_each(alice, running):
    raise_descriptor_limit(4096)
    made = alice.invite("foil", "--uses", "unlimited")
    arguments = ("--role", "foil", "--mode", "warm", "--connections", 1000)

    def ten_thousand():
        told = bench(running.addresses[0], made["link"]["token"], *arguments, "--sessions", 10_000, "--concurrency", 10_000)
        assert (told["ok"], told["refused"], told["failed"], told["repeated"]) == (10_000, 0, 0, 0)

    # What a first round makes the listener allocate for good is not a leak; what a second one as large adds to it would be.
    ten_thousand()
    before = Baseline(running)
    ten_thousand()
    assert alice.count("tallies") == 20_000
    alice.settle()
    peers = alice.rows("SELECT peer, count(*) AS n FROM sessions WHERE state = 'DONE' GROUP BY peer")
    assert sorted(row["n"] for row in peers) == [10] * 2000
    assert alice.count("tallies") == alice.count("sessions") == 20_000
    before.check_back()


def test_ten_thousand_silent_peers(alice, home):
    """They connect and say nothing. Others bootstrap while all of them are held; each is ended, none before the deadline of the handshake."""
    raise_descriptor_limit(11_000)
    deadline, number = 20, 10_000  # seconds, in which all must have connected, and the others have joined
    with Listener(alice, set={**LIMITS, "timeouts.handshake": f"{deadline}s"}) as running:
        links = [alice.invite(role)["uri"] for role in ("stock", "foil") * 3]
        home("quick").join(alice.invite("foil")["uri"])
        before = Baseline(running)
        silent, bobs = Silent(running.port, number), [home(f"bob-{index}") for index in range(len(links))]

        def are_held():
            return running.descriptors() >= before.descriptors + number * 0.99
        silent.connect()
        until("all are held", are_held)
        joined = [bob.join(link).result for bob, link in zip(bobs, links)]
        assert are_held(), "the others waited for their end"
        silent.wait()
        assert len(silent.lasted) == number and min(silent.lasted) > deadline - 0.1
        for bob, result in zip(bobs, joined):
            assert_both_sides(alice, bob, result["tally"]["tallyId"], result["role"])
        before.check_back()
        assert len(alice.tallies()) == 7
    check_audit_is_gapless(alice)


class Silent:
    """Connections that say nothing, and how long the other side let each of them: no less than from before it was there until its end was seen."""

    def __init__(self, port, number):
        self.port, self.number = port, number
        self.lasted = []
        self.selector = selectors.EpollSelector()
        self.thread = threading.Thread(target=self._watch)

    def connect(self):
        for _ in range(self.number):
            begun = time.monotonic()
            one = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ, begun)
        self.thread.start()

    def _watch(self):
        give_up = time.monotonic() + 120  # ends with the test, whatever is still open
        while self.selector.get_map() and time.monotonic() < give_up:
            for key, _ in self.selector.select(1):
                try:
                    if key.fileobj.recv(4096):
                        continue
                except BlockingIOError:
                    continue
                except ConnectionError:
                    pass
                self.lasted.append(time.monotonic() - key.data)
                self.selector.unregister(key.fileobj)
                key.fileobj.close()

    def wait(self):
        self.thread.join()
        assert not self.selector.get_map(), f"{self.number - len(self.lasted)} connections are still open"
