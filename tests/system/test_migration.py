"""Stores of every version that ever landed, brought forward by the program of today, which goes on with what they hold.

tests/stores/VERSION is what the program of that version left, as text, with how it was made (tests/stores/make)."""

import base64
import contextlib
import datetime
import itertools
import json
import os
import signal
import sqlite3
import time

import pytest

from faults import Faults
from libp2p import base58
from taleus import DONE, FAILED, REFUSED, ROOT, Home, Listener, assert_both_sides, check_audit_is_gapless

STORES = ROOT / "tests/stores"
VERSIONS = sorted((path.name for path in STORES.iterdir() if path.is_dir()), key=int)
LATER = datetime.timedelta(minutes=1)


def restore(version, path, name):
    """The home of that version, as files again."""
    home = Home(path / name, init=False)
    (home.path / "tallies").mkdir(parents=True, mode=0o700)
    key = home.path / "identity.key"
    key.write_bytes(base64.b64decode((STORES / version / f"{name}.key").read_text()))
    key.chmod(0o600)
    with contextlib.closing(sqlite3.connect(home.store)) as store:
        store.executescript((STORES / version / f"{name}.sql").read_text())
    home.store.chmod(0o600)
    home.peer_id = base58(b"\x00\x24\x08\x01\x12\x20" + key.read_bytes()[-32:])  # of an Ed25519 key
    return home


def version_of(home):
    """Reading what a killed program left may have to roll it back first, so this may write."""
    with contextlib.closing(sqlite3.connect(home.store)) as store:
        return store.execute("PRAGMA user_version").fetchone()[0]


def counts(home):
    return {table: home.count(table) for table in ("invitations", "sessions", "tallies", "instances", "audit")}


def ways(home, version):
    """Which states each session went through, by its id. Until version 6 a table told it beside the trail."""
    ids = [row["id"] for row in home.rows("SELECT id FROM sessions")]
    if version > 6:
        return {name: [(step["from"], step["to"], step["cause"]) for step in home.session(name)["transitions"]] for name in ids}
    rows = home.rows("SELECT id, from_state, to_state, cause FROM transitions JOIN sessions ON number = session ORDER BY session, step")
    return {name: [(row["from_state"], row["to_state"], row["cause"]) for row in rows if row["id"] == name] for name in ids}


@pytest.fixture
def today(home):
    """The schema of a new home."""
    made = home("new")
    return {"version": version_of(made), "schema": made.rows("SELECT type, name, sql FROM sqlite_schema ORDER BY name")}


class Clock:
    """Both homes' programs, in the hour of the story."""

    def __init__(self, tmp_path, alice, bob, made):
        self.faults = {home: Faults(tmp_path / f"faults-{home.path.name}", home) for home in (alice, bob)}
        for one in self.faults.values():
            one.clock_jumps(datetime.timedelta(seconds=made - time.time()) + LATER)

    def of(self, home):
        return self.faults[home].environment


@pytest.mark.parametrize("version", VERSIONS)
def test_a_store_of_an_earlier_version_goes_on(tmp_path, today, version):
    alice, bob = (restore(version, tmp_path, name) for name in ("alice", "bob"))
    story = json.loads((STORES / version / "story.json").read_text())
    told, clock, before = story["invitations"], Clock(tmp_path, alice, bob, story["made"]), counts(alice)
    assert version_of(alice) == int(version)

    def join(name, code=DONE):
        return bob.join(told[name]["uri"], code=code, env=clock.of(bob)).result

    with Listener(alice, listen=story["listen"], env=clock.of(alice)):
        bob.run("tally", "list", env=clock.of(bob))
        for home in (alice, bob):
            assert version_of(home) == today["version"]
            assert home.rows("SELECT type, name, sql FROM sqlite_schema ORDER BY name") == today["schema"]
        after = counts(alice)
        assert all(after[table] >= before[table] for table in before), (before, after)
        assert {row["id"] for row in alice.rows("SELECT id FROM invitations")} == {one["id"] for one in told.values()}
        for name, one in told.items():  # what was told is told again
            if "tally" in one:
                assert join(name)["tally"]["tallyId"] == one["tally"]
        for name in ("waiting", "unheard", "broken"):  # what was under way comes to its end
            result = join(name)
            assert_both_sides(alice, bob, result["tally"]["tallyId"], "foil" if name == "waiting" else "stock", resumed=True)
        assert join("revoked", code=REFUSED)["code"] == "token_revoked"
        assert join("untouched")["outcome"] == "done"
        new = alice.invite("foil", env=clock.of(alice))
        assert bob.join(new["uri"], env=clock.of(bob)).result["outcome"] == "done"
    for home in (alice, bob):
        check_audit_is_gapless(home)
        assert home.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert home.rows("PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_is_killed_is_whole_or_absent(tmp_path, today, version):
    if int(version) == today["version"]:
        pytest.skip("the store is of today's version: nothing is migrated")
    seen, told = set(), ways(restore(version, tmp_path / "before", "alice"), int(version))
    for number in itertools.count(1, 1 if os.environ.get("STEPS") == "all" else 3):
        path = tmp_path / str(number)
        alice = restore(version, path, "alice")
        before, faults = counts(alice), Faults(tmp_path / "faults", alice)
        before["audit"] += int(version) < 3  # the trail's own beginning
        faults.kill_at(number, torn=number % 2 == 0)
        ended = alice.run("tally", "list", code=None, env=faults.environment)
        assert ended.code in (DONE, -signal.SIGKILL), ended
        left = version_of(alice)
        assert left in (int(version), today["version"]), faults.last
        seen.add(left)
        alice.run("tally", "list")
        assert version_of(alice) == today["version"] and counts(alice) == before, faults.last
        assert alice.rows("SELECT type, name, sql FROM sqlite_schema ORDER BY name") == today["schema"], faults.last
        assert alice.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        if ended.code == DONE:
            assert ways(alice, today["version"]) == told and sum(len(way) for way in told.values()) > 10
            break
    assert seen == {int(version), today["version"]} and number > 5


def test_a_newer_store_is_refused_and_left_alone(alice, today):
    with contextlib.closing(sqlite3.connect(alice.store)) as store:
        store.execute(f"PRAGMA user_version={today['version'] + 1}")
    content = alice.store.read_bytes()
    for command in (["serve"], ["tally", "list"], ["invite", "create", "--role", "stock"]):
        run = alice.run(*command, code=FAILED)
        assert f"version {today['version'] + 1}" in run.err and "newer program" in run.err, run
    assert alice.store.read_bytes() == content
