"""`kill -9` of listener and dialers at random moments under load, in both roles.

    KILLS=1000 SEED=7 python3 -m pytest -s tests/system/test_random_kills.py

Several dialers bootstrap all the time, each with a home of its own, while the listener is killed KILLS times (40 unless set), at any moment from
its start on, and they themselves are killed as often. After each kill of the listener every tally that was told to anybody is
in its store, once. In the end everybody has asked again: same answers, one tally an invitation on both sides, no database too many.
The seed is printed; times of processes are not replayed by it, the choices are.
"""

import os
import random
import threading
import time

from records import check_no_orphans, check_records, check_same_tallies
from taleus import DONE, UNREACHABLE, Listener, finish, in_parallel

KILLS = int(os.environ.get("KILLS", 40))
SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))
DIALERS = 4
TRIES = 40  # of one bootstrap; those that were killed, or that reached nobody, are not counted
NOBODY = 300  # seconds without anybody there, after which they are


class Told:
    """The outcomes that were told to dialers, by invitation."""

    def __init__(self):
        self.lock, self.tallies, self.kills = threading.Lock(), {}, 0

    def add(self, made, result):
        tally = result["tally"]["tallyId"]
        with self.lock:
            assert self.tallies.setdefault(made["id"], tally) == tally, made["id"]

    def count_kill(self):
        with self.lock:
            self.kills += 1

    def copy(self):
        with self.lock:
            return dict(self.tallies)


def bootstrap(alice, bob, chance, told, given_up):
    """One invitation until it is answered, with joins that are killed now and then."""
    made = alice.invite(chance.choice(["stock", "foil"]))
    unanswered, reached = [], time.monotonic()
    while len(unanswered) < TRIES:
        if given_up.is_set():
            return
        joining = bob.start_join(made["uri"])
        is_killed = False
        if chance.random() < 0.6:
            pause(chance.uniform(0, 0.08))
            if joining.poll() is None:
                joining.kill()
                told.count_kill()
                is_killed = True
        run = finish(joining)
        if run.code == DONE:
            told.add(made, run.result)
            return
        if is_killed:
            continue
        # While no listener is there a join ends at once, and how many of them find room in that time is for the machine to say.
        if run.code != UNREACHABLE or "SENDING_CONTACT" in run.steps:
            reached = time.monotonic()
        elif time.monotonic() - reached < NOBODY:
            continue
        unanswered.append(str(run))
    raise AssertionError(f"{made['id']} got no tally in {TRIES} tries:\n" + "\n".join(unanswered))


def pause(seconds):
    time.sleep(seconds)  # until a moment of chance: nothing is waited for


def check_told(alice, told):
    known = {}
    for row in alice.rows("SELECT invitations.id, tallies.tally_id FROM tallies JOIN sessions ON sessions.number = session JOIN invitations USING (token) "
                          "WHERE side = 'listener'"):
        assert row["id"] not in known, f"invitation {row['id']} has two tallies"
        known[row["id"]] = row["tally_id"]
    lost = {made: tally for made, tally in told.items() if known.get(made) != tally}
    assert not lost, f"told, and not on record: {lost}"


def test_random_kills(alice, home):
    print(f"KILLS={KILLS} SEED={SEED}")
    chance, told, over, given_up, errors = random.Random(SEED), Told(), threading.Event(), threading.Event(), []
    bobs = in_parallel([lambda number=number: home(f"bob-{number}") for number in range(DIALERS)], 4)
    with Listener(alice) as first:
        port = first.port

    def dial(number):
        own = random.Random(SEED + 1 + number)
        try:
            while not over.is_set():
                bootstrap(alice, bobs[number], own, told, given_up)
        except BaseException as error:  # noqa: BLE001: told by the test
            errors.append(error)

    dialers = [threading.Thread(target=dial, args=(number,)) for number in range(DIALERS)]
    for dialer in dialers:
        dialer.start()
    kills = 0
    try:
        while (kills < KILLS or told.kills < KILLS) and not errors:
            with Listener(alice, listen=f"/ip4/127.0.0.1/tcp/{port}", is_awaited=False) as running:
                pause(chance.expovariate(1 / 0.5))
                running.kill()
            kills += 1
            check_told(alice, told.copy())
        with Listener(alice, listen=f"/ip4/127.0.0.1/tcp/{port}"):
            over.set()
            for dialer in dialers:
                dialer.join()
            if errors:
                raise errors[0]
            alice.settle()
    finally:
        given_up.set()  # where the test fails nobody would ever be reached
        over.set()
        for dialer in dialers:
            dialer.join()
    outcomes = told.copy()
    check_told(alice, outcomes)
    for each in (alice, *bobs):
        check_records(each)
        check_no_orphans(each)
    check_same_tallies(alice, *bobs)
    assert alice.count("invitations") == alice.count("tallies") == len(outcomes)
    assert alice.count("sessions", "ended IS NULL") == 0
    interrupted = alice.count("audit", "kind = 'transition' AND json_extract(body, '$.cause') = 'interrupted'")
    print(f"killed: the listener {kills} times, dialers {told.kills} times; {len(outcomes)} bootstraps, {interrupted} sessions taken up or ended "
          f"by a next listener")
