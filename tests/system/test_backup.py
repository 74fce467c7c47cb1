"""`taleus backup` of a home in use, `taleus restore` of what it made: whole, checked, never over anything."""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import threading

import pytest

from faults import Faults
from libp2p import Connection, Identity, contact, database
from records import check_no_orphans, check_records
from taleus import DONE, FAILED, USAGE, Home, Listener, assert_both_sides, taleus, until


STRIDE = 1 if os.environ.get("STEPS") == "all" else 23


def back_up(home, to, code=DONE, **options):
    return home.run("backup", to, "--json", code=code, **options)


def restore(path, backup, code=DONE, **options):
    run = taleus("restore", backup, "--home", path, "--json", code=code, **options)
    return Home(path, init=False) if run.code == DONE else run


def test_a_restored_home_goes_on(alice, bob, tmp_path):
    """Made while a foil session waits: the restored listener answers retries as before and takes the database."""
    me = Identity()
    with Listener(alice, set={"timeouts.await_database": "60s", "timeouts.session": "60s"}) as running:
        port = running.port
        done, waiting = alice.invite("stock"), alice.invite("foil")
        tally = bob.join(done["uri"]).result["tally"]["tallyId"]
        with Connection(running.addresses[0], me) as here:
            assert here.ask(contact(waiting["link"]))["approved"] is True
        until("it waits", lambda: alice.count("sessions", "state = 'AWAITING_DATABASE'") == 1)
        made = back_up(alice, tmp_path / "backup").result
        running.kill()
    assert made["tallies"] == 1 and made["bytes"] > 0
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "backup", check=True)
    for path in (tmp_path / "backup").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    shutil.rmtree(alice.path)
    again = restore(alice.path, tmp_path / "backup")
    assert stat.S_IMODE(again.path.stat().st_mode) == 0o700
    assert again.audit()[-1]["kind"] == "trail_started" and again.audit()[-1]["body"]["cause"] == "restored"
    with Listener(again, listen=f"/ip4/127.0.0.1/tcp/{port}") as running:
        assert running.ready["peerId"] == alice.peer_id
        assert bob.join(done["uri"]).result["tally"]["tallyId"] == tally
        with Connection(running.addresses[0], me) as here:
            assert here.ask(database("tally-x"))["accepted"] is True
        fresh = again.invite("stock")
        again.peer_id = alice.peer_id
        assert_both_sides(again, bob, bob.join(fresh["uri"]).result["tally"]["tallyId"], "stock")
        again.settle()
    check_records(again)
    check_no_orphans(again)


def test_a_backup_under_load_is_of_one_moment(alice, home, listener, tmp_path):
    """Each copy made while others bootstrap is a home by itself: every tally on record has its database, every session its trail."""
    bobs, over = [home(f"bob-{number}") for number in range(3)], threading.Event()

    def dial(bob):
        while not over.is_set():
            for role in ("stock", "foil"):
                bob.join(alice.invite(role)["uri"])

    dialers = [threading.Thread(target=dial, args=(bob,)) for bob in bobs]
    for dialer in dialers:
        dialer.start()
    try:
        for number in range(4):
            until("one more", lambda: alice.count("tallies") > number, 30)
            back_up(alice, tmp_path / f"backup-{number}")
    finally:
        over.set()
        for dialer in dialers:
            dialer.join()
    for number in range(4):
        again = restore(tmp_path / f"home-{number}", tmp_path / f"backup-{number}")
        with Listener(again):
            pass
        check_records(again)
        on_record = {row["tally_id"] for row in again.rows("SELECT tallies.tally_id FROM tallies JOIN sessions ON number = session WHERE role = 'stock'")}
        assert on_record <= {file.stem for file in (again.path / "tallies").iterdir()} and again.count("tallies") > 0


def test_nothing_is_overwritten(alice, bob, tmp_path):
    back_up(alice, tmp_path / "backup")
    before = {path: path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()}
    assert "exists" in back_up(alice, tmp_path / "backup", code=FAILED).err
    assert {path: path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()} == before
    content = bob.content()
    assert "never overwritten" in restore(bob.path, tmp_path / "backup", code=FAILED).err
    assert bob.content() == content
    assert restore(tmp_path / "third", tmp_path / "backup").path.is_dir()


@pytest.mark.parametrize("file", ["taleus.db", "identity.key", "config.toml", "SHA256SUMS"])
def test_a_damaged_backup_makes_no_home(alice, tmp_path, file):
    back_up(alice, tmp_path / "backup")
    damaged = bytearray((tmp_path / "backup" / file).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "backup" / file).write_bytes(damaged)
    restore(tmp_path / "again", tmp_path / "backup", code=FAILED)
    (tmp_path / "backup" / file).unlink()
    restore(tmp_path / "again", tmp_path / "backup", code=FAILED)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alice", "backup"]


def test_a_backup_of_settings_that_are_refused_by_now_is_restored(alice, tmp_path):
    """Found in review: after an upgrade it was not, its file named no more than a folder that was gone, and to mend the backup broke its sums."""
    back_up(alice, tmp_path / "backup")
    again, config, sums = tmp_path / "again", tmp_path / "backup" / "config.toml", tmp_path / "backup" / "SHA256SUMS"

    def put(text):
        before = hashlib.sha256(config.read_bytes()).hexdigest()
        config.write_text(text)
        sums.write_text(sums.read_text().replace(before, hashlib.sha256(config.read_bytes()).hexdigest()))

    put('[limits]\nsessions = 0\n[store]\nurl = "postgres://127.0.0.1/taleus"\n')
    assert "on a server" in restore(again, tmp_path / "backup", code=FAILED).err and not again.exists()
    put("[limits]\nsessions = 0\n")
    why = f"{again / 'config.toml'}:2: limits.sessions must be a number from 1"
    run = taleus("restore", tmp_path / "backup", "--home", again, "--json")
    assert run.result["home"] == str(again) and why in run.err, run
    assert why in taleus("config", "check", again / "config.toml", code=USAGE).err
    restored = Home(again, init=False)
    assert restored.audit()[-1]["body"]["cause"] == "restored"
    (again / "config.toml").write_text("[limits]\nsessions = 1\n")
    check_records(restored)
    assert restored.run("config", "get", "limits.sessions").out == "1\n"


def test_names_from_a_backup_stay_below_the_home(alice, tmp_path):
    back_up(alice, tmp_path / "backup")
    (tmp_path / "outside.db").write_text("x")
    sums = tmp_path / "backup" / "SHA256SUMS"
    sums.write_text(sums.read_text() + "0" * 64 + "  tallies/../../outside.db\n")
    assert "no backup has" in restore(tmp_path / "again", tmp_path / "backup", code=FAILED).err


def test_a_backup_and_a_restore_that_are_killed_leave_nothing_half(alice, tmp_path):
    """Killed at each step: the directory is there whole, or it is not there."""
    class Anywhere:  # every step below the test's folder counts
        path = tmp_path

    faults = Faults("/dev/shm/" + tmp_path.name + "-faults", Anywhere)
    try:
        for number in range(1, 400, STRIDE):
            target, again = tmp_path / f"backup-{number}", tmp_path / f"again-{number}"
            faults.kill_at(number)
            killed = back_up(alice, target, code=None, env=faults.environment)
            assert killed.code in (DONE, -signal.SIGKILL), killed
            if not target.exists():
                assert killed.code != DONE
                back_up(alice, target)
            faults.kill_at(number)
            ended = taleus("restore", target, "--home", again, code=None, env=faults.environment)
            assert ended.code in (DONE, -signal.SIGKILL), ended
            if not again.exists():
                assert ended.code != DONE
                restore(again, target)
            assert Home(again, init=False).run("session", "list").code == DONE
            if killed.code == DONE and ended.code == DONE:
                break
        else:
            raise AssertionError("more steps than expected")
    finally:
        faults.file.unlink()
