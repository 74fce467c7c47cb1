"""taleus doctor: finds what is wrong with a home and a machine, says what to do, and changes nothing."""

import contextlib
import pathlib
import resource
import socket
import sqlite3

from taleus import DONE, FAILED, ROOT, Home, Listener, taleus


def findings(home, code=DONE, **options):
    lines = home.run("doctor", "--json", code=code, **options).lines
    return {line["check"]: line for line in lines}


def test_a_sound_home_beside_its_running_listener(alice):
    with Listener(alice):
        found = findings(alice)
    assert {line["verdict"] for line in found.values()} <= {"ok", "warning", "skipped"}, found
    for check in ("versions", "home", "key", "disk", "settings", "store", "listener", "reachability"):
        assert found[check]["verdict"] == "ok", found[check]
    assert "it is this node" in found["reachability"]["what"]


def test_without_a_listener_its_ports_are_tried(alice):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"/ip4/127.0.0.1/tcp/{other.getsockname()[1]}"
        found = findings(alice, set={"p2p.listen": taken}, code=FAILED)
        assert found["ports"]["verdict"] == "failed" and "in use" in found["ports"]["what"] and found["ports"]["next"]
    found = findings(alice, set={"p2p.listen": taken})
    assert found["ports"]["verdict"] == "ok" and found["listener"]["verdict"] == found["reachability"]["verdict"] == "skipped"


def test_a_key_that_others_can_read_is_a_fault_with_its_remedy(alice):
    key = alice.path / "identity.key"
    key.chmod(0o644)
    found = findings(alice, set={"p2p.listen": "/ip4/127.0.0.1/tcp/0"}, code=FAILED)
    assert found["key"]["verdict"] == "failed" and str(key) in found["key"]["what"] + found["key"]["next"]
    assert key.stat().st_mode & 0o777 == 0o644, "it changes nothing"


def test_an_announced_address_that_nobody_answers_at_is_found(alice):
    with socket.socket() as held:  # nobody else's, and nobody listens
        held.bind(("127.0.0.1", 0))
        dead = f"/ip4/127.0.0.1/tcp/{held.getsockname()[1]}"
        with Listener(alice, set={"p2p.announce": dead}):
            found = findings(alice, code=FAILED)
    assert found["reachability"]["verdict"] == "failed" and "p2p.announce" in found["reachability"]["next"]


def test_another_node_at_an_announced_address_is_not_this_one(alice, bob):
    with Listener(bob) as other, Listener(alice, set={"p2p.announce": f"/ip4/127.0.0.1/tcp/{other.port}"}):
        assert findings(alice, code=FAILED)["reachability"]["verdict"] == "failed"


def test_bad_settings_and_a_damaged_store_are_named(alice):
    alice.store.write_text("x" * 5000)
    assert findings(alice, code=FAILED)["store"]["verdict"] == "failed"
    (alice.path / "config.toml").write_text("p2p.lisden = 1\n")
    found = findings(alice, code=FAILED)
    assert found["settings"]["verdict"] == "failed" and "lisden" in found["settings"]["what"]


def test_a_store_that_is_missing_or_of_an_older_program_is_found_and_left_as_it_is(alice):
    """Found in review: it was made, or brought forward, and called sound."""
    alice.store.unlink()
    found = findings(alice, code=FAILED)
    assert found["store"]["verdict"] == "failed" and "restore" in found["store"]["next"] and not alice.store.exists()
    with contextlib.closing(sqlite3.connect(alice.store)) as store:
        store.executescript((ROOT / "tests/stores/6/alice.sql").read_text())
    before = alice.store.read_bytes()
    found = findings(alice, code=FAILED)
    assert found["store"]["verdict"] == "failed" and "version 6" in found["store"]["what"]
    assert alice.store.read_bytes() == before


def test_a_listener_that_cannot_be_asked_is_not_taken_for_none(alice):
    with Listener(alice):
        token = alice.path / "admin.token"
        kept = token.read_text()
        token.unlink()
        found = findings(alice, code=FAILED)
        assert found["listener"]["verdict"] == "failed" and "admin.token" in found["listener"]["what"] and "ports" not in found
        assert not token.exists(), "it changes nothing"
        token.write_text("x" * 64)
        token.chmod(0o600)
        assert "restart the listener" in alice.run("status", code=FAILED).err
        token.write_text(kept)
    with Listener(alice, set={"admin.listen": ""}):
        assert "no admin interface" in findings(alice, set={"p2p.listen": "/ip4/127.0.0.1/tcp/0"})["listener"]["what"]


def test_no_home_is_said_and_what_to_do(tmp_path):
    found = findings(Home(tmp_path / "none", init=False), code=FAILED)
    assert found["home"]["verdict"] == "failed" and "taleus init" in found["home"]["next"]
    assert not (tmp_path / "none").exists()


def test_people_read_lines():
    assert "versions" in taleus("doctor", "--home", "/nowhere", code=FAILED).out


def test_a_listener_has_the_descriptors_that_doctor_says_are_allowed(alice):
    """Found in review: doctor looked at what is allowed at most, and the listener had what a shell allows at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        running = Listener(alice)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with running:
        limits = pathlib.Path(f"/proc/{running.pid}/limits").read_text()
        [allowed] = [line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")]
        assert int(allowed) == hard
        assert findings(alice)["descriptors"]["what"].startswith(f"{hard} allowed")
