"""A listener as a service: what it tells systemd, sockets that it is handed, and restarts that lose no caller."""

import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from activator import Service, activated, listening_socket
from admin import AdminClient
from libp2p import Connection, contact
from taleus import DONE, PROGRAM, ROOT, assert_both_sides, check_audit_is_gapless, finish, stop_still, taleus, until


def hear_out(service):
    """Until all is heard that the service has told so far: what comes behind it is."""
    since = len(service.told)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.sendto(b"HEARD_OUT=1", service.env["NOTIFY_SOCKET"])
    until("all is heard", lambda: service.heard("HEARD_OUT", since=since))


def is_listened_on(port):
    """Of IPv4, without a call, which would start what waits for the first one."""
    sockets = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(one[1].endswith(f":{port:04X}") and one[3] == "0A" for one in sockets)


def test_a_service_tells_how_it_is(alice):
    with activated(alice, watchdog_usec=300_000) as service:
        kinds = [set(told) for told in service.told]
        assert kinds[0] == {"EXTEND_TIMEOUT_USEC"}, "a large store may take its time to open"
        assert any({"READY", "STATUS"} <= kind for kind in kinds)
        until("the watchdog is fed", lambda: len(service.heard("WATCHDOG", "1")) >= 5)
        with Connection(service.ready["addrs"][0]) as here:
            assert here.ask(contact(alice.invite("foil")["link"]))["approved"] is True
            until("a status that counts", lambda: service.heard("STATUS", "0 sessions under way, 1 await their database"))
        since = len(service.told)
        service.stop()
    assert service.heard("STOPPING", "1", since)
    assert int(service.heard("EXTEND_TIMEOUT_USEC", since=since)[0]["EXTEND_TIMEOUT_USEC"]) >= 5_000_000, "the grace at least"


@pytest.mark.parametrize("text, taken", [("[limits]\nsessions = 11\n", "11"), ("[limits]\nsessions = 0\n", "1000")])
def test_a_reload_as_the_unit_asks_for_it_is_told_to_its_end(alice, text, taken):
    """systemd waits for the second READY=1; a file that is refused changes nothing, and the service is as ready as before."""
    asked = re.search(r"^ExecReload=(.*)$", (ROOT / "packaging/systemd/taleus.service").read_text(), re.M)[1]
    with activated(alice, {"admin.listen": "127.0.0.1:0"}) as service:
        (alice.path / "config.toml").write_text(text)
        since, before = len(service.told), time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        subprocess.run(shlex.split(asked.replace("$MAINPID", str(service.process.pid))), check=True)
        until("it is ready again", lambda: service.heard("READY", "1", since))
        [told] = service.heard("RELOADING", "1", since)
        assert before <= int(told["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        assert [name for one in service.told[since:] for name in one if name in ("RELOADING", "READY")] == ["RELOADING", "READY"]
        assert AdminClient(service.ready["admin"], (alice.path / "admin.token").read_text().strip()).setting("limits.sessions")["value"] == taken
        why = "config.toml:2: limits.sessions must be"
        if taken == "1000":
            until("the reason is told", lambda: why in "".join(service.err))
        else:
            assert why not in "".join(service.err)


def test_a_service_that_stands_still_is_not_called_alive(alice):
    with activated(alice, watchdog_usec=300_000) as service:
        until("the watchdog is fed", lambda: len(service.heard("WATCHDOG", "1")) >= 2)
        stop_still(service.process)
        hear_out(service)
        fed = len(service.heard("WATCHDOG"))
        deadline = time.monotonic() + 1
        until("three periods have passed", lambda: time.monotonic() > deadline)
        assert len(service.heard("WATCHDOG")) == fed
        os.kill(service.process.pid, signal.SIGCONT)
        until("it is fed again", lambda: len(service.heard("WATCHDOG")) > fed)


def test_it_listens_on_the_sockets_that_it_is_given(alice, bob):
    four, six = listening_socket(), listening_socket("::1")
    ports = [four.getsockname()[1], six.getsockname()[1]]
    with activated(alice, {"p2p.listen": "/ip4/127.0.0.1/tcp/1"}, [("p2p", four), ("taleus.socket", six)]) as service:
        addresses = service.ready["addrs"]
        assert [address.rsplit("/p2p/", 1)[0] for address in addresses] == [f"/ip4/127.0.0.1/tcp/{ports[0]}", f"/ip6/::1/tcp/{ports[1]}"]
        tally = bob.join(alice.invite("stock")["uri"]).result["tally"]["tallyId"]
    assert_both_sides(alice, bob, tally, "stock")


def test_its_admin_interface_is_at_the_socket_that_it_is_given(alice):
    """By its name, over a restart, and instead of admin.listen."""
    admin = listening_socket()
    where = f"127.0.0.1:{admin.getsockname()[1]}"
    with activated(alice, {"admin.listen": "127.0.0.1:1"}, [("admin", admin), ("p2p", listening_socket())]) as service:
        for _ in range(2):
            assert service.ready["admin"] == where and len(service.ready["addrs"]) == 1
            assert AdminClient(where, (alice.path / "admin.token").read_text().strip()).status()["state"] == "serving"
            assert alice.run("status", "--json").result["peerId"] == alice.peer_id
            service.restart()


def test_what_is_no_listening_socket_is_refused_with_what_to_do(alice):
    not_listening = socket.socket()
    not_listening.bind(("127.0.0.1", 0))
    service = activated(alice, sockets=[("p2p", not_listening)])
    with pytest.raises(AssertionError, match="ended with 2"):
        service.start()
    until("the reason", lambda: "ListenStream=" in "".join(service.err))
    # Not meant for it: sockets of a parent that did not ask.
    with activated(alice, {"p2p.listen": "/ip4/127.0.0.1/tcp/0"}, [], env={"LISTEN_PID": "1", "LISTEN_FDS": "1"}) as service:
        assert service.ready["addrs"]


def test_restarts_under_load_fail_no_bootstrap_whose_dialer_retries(alice, home):
    """Three dialers bootstrap without a pause, stock and foil, while the listener is restarted again and again on the same socket."""
    restarts, done, errors = 40 if os.environ.get("TALEUS_LONG") else 4, [], []
    over = threading.Event()

    def dial(dialer):
        try:
            while not over.is_set():
                role = "foil" if len(done) % 2 else "stock"
                result = dialer.join(alice.invite(role)["uri"], code=None, seconds=60, set={"timeouts.join_connect": "40s"})
                assert result.code == DONE, result
                done.append((dialer, role, result.result["tally"]["tallyId"]))
        except BaseException as error:  # noqa: BLE001: told below
            errors.append(error)

    dialers = [home(f"bob{i}") for i in range(3)]
    with activated(alice) as service:
        threads = [threading.Thread(target=dial, args=(dialer,)) for dialer in dialers]
        for thread in threads:
            thread.start()
        for _ in range(restarts):
            before = len(done)
            until("bootstraps go on", lambda: len(done) >= before + 4 or errors, 60)
            service.restart()
        before = len(done)
        until("bootstraps go on", lambda: len(done) >= before + 4 or errors, 60)
        over.set()
        for thread in threads:
            thread.join(90)
    assert not errors, errors[0]
    assert not any(thread.is_alive() for thread in threads)
    assert len(done) >= 4 * (restarts + 1)

    for dialer, role, tally in done:
        assert_both_sides(alice, dialer, tally, role, resumed=True)
    assert sorted(tally["tallyId"] for tally in alice.tallies()) == sorted(tally for _, _, tally in done)
    assert all(session["state"] == "DONE" for dialer in dialers for session in dialer.sessions())
    for party in (alice, *dialers):
        check_audit_is_gapless(party)
    starts = [row["kind"] for row in alice.audit() if row["kind"] in ("started", "stopped")]
    assert starts == ["started", "stopped"] * (restarts + 1)


def test_it_runs_under_systemds_own_activator(alice, bob):
    activator = shutil.which("systemd-socket-activate")
    if not activator:
        pytest.skip("systemd-socket-activate is not installed (package systemd)")
    with contextlib.closing(listening_socket()) as free:
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TALEUS")}
    process = subprocess.Popen([activator, f"--listen=127.0.0.1:{port}", "--fdname=p2p", str(PROGRAM.resolve()), "serve", "--home", str(alice.path)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        until("it listens", lambda: is_listened_on(port) or process.poll() is not None)
        # It starts the service at the first call, which waits meanwhile.
        made = alice.invite("stock", set={"p2p.announce": f"/ip4/127.0.0.1/tcp/{port}"})
        tally = bob.join(made["uri"]).result["tally"]["tallyId"]
        process.terminate()
        assert finish(process).code == 0
    finally:
        process.kill()
    assert_both_sides(alice, bob, tally, "stock")
