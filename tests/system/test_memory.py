"""The program has less memory than it wants: it refuses, or ends at once and says why, and what it acknowledged is there."""

import contextlib
import pathlib
import resource
import subprocess

import pytest

from libp2p import Closed, Connection, Identity, contact, database
from records import check_no_orphans, check_records
from taleus import DONE, FAILED, PROGRAM, Listener, assert_both_sides, environment, settings, until

MIB = 1 << 20


def ends_without_memory(code, said):
    return code == FAILED and "memory" in said


def skip_under_asan():
    if b"__asan_init" in PROGRAM.read_bytes():
        pytest.skip("ASan has an allocator of its own, and reserves all addresses there are: no limit of them can be set")


def start(limit, *words):
    return subprocess.Popen([str(PROGRAM), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))


def needed_to_begin():
    """What its libraries need before `main` is reached; below that the dynamic loader, or one of them, ends it."""
    limit = 16 * MIB
    while start(limit, "--version").communicate(timeout=20)[0] == "":
        limit += MIB
    return limit


def test_a_start_with_too_little_memory_is_refused(alice):
    """Found: a thread's first allocation, without memory, was a segmentation fault in the allocator. Each start, with a MiB more than the one
    before, ends with a word about memory, or serves."""
    skip_under_asan()
    limit, refused = needed_to_begin(), 0
    told = settings({"shutdown.grace": "2s", "admin.listen": "127.0.0.1:0", "p2p.listen": "/ip4/127.0.0.1/tcp/0"})
    while True:
        process = start(limit, "serve", "--home", str(alice.path), *told)
        if process.stdout.readline():
            break
        _, said = process.communicate(timeout=20)
        assert ends_without_memory(process.returncode, said), (limit / MIB, process.returncode, said)
        refused += 1
        limit += MIB
    process.terminate()
    assert process.wait(20) == 0
    assert refused > 10
    check_records(alice)


@pytest.mark.parametrize("room", [0, 1, 4, 16])
def test_memory_that_runs_out_under_load_costs_no_acknowledged_session(alice, bob, room):
    """From one moment on the listener gets `room` MiB more and nothing beyond it, while many call and stay. When they have gone and there
    is memory again it serves, by itself or started anew, and whoever was let in is told the same."""
    skip_under_asan()
    told, long = {}, {"timeouts.await_database": "300s", "timeouts.session": "300s"}
    with Listener(alice, set={"rates.connections_per_address": 0, "limits.connections_per_address": 4096, **long}) as running:
        made = {role: alice.invite(role, "--uses", "unlimited") for role in ("stock", "foil")}
        resource.prlimit(running.pid, resource.RLIMIT_DATA, (data_bytes(running.pid) + room * MIB, resource.RLIM_INFINITY))
        held = [call(running, made, told, number) for number in range(150)]
        for connection in held:
            if connection:
                connection.close()
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(running.pid, resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until("it is ready again, or has ended", lambda: not running.is_running() or is_ready(running), 30)
        if running.is_running():
            check_told(running, made, told)
            serves(alice, bob, made)
        else:
            code = running.wait(5)
            assert ends_without_memory(code, running.log()), (code, running.log())
    if running.process.returncode != DONE:
        with Listener(alice, set=long) as running:
            check_told(running, made, told)
            serves(alice, bob, {role: alice.invite(role) for role in made})  # whose links say where it is now
    for home in (alice, bob):
        check_records(home)
        check_no_orphans(home, may_fail=True)


def is_ready(running):
    with contextlib.suppress(OSError):
        return running.admin.get("/readyz").status == 200
    return False


def data_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmData")


def call(running, made, told, number):
    """A caller with a large identity, who stays connected. What it was told, if anything; there may be nobody to hear it."""
    me, role = Identity(), ("stock", "foil")[number % 2]
    message = contact(made[role]["link"], f"party-{number}")
    message["identityBundle"]["weight"] = "x" * 40_000
    try:
        connection = Connection(running.addresses[0], me)
        answer = connection.ask(message)
    except (Closed, OSError):
        return None
    if answer and answer["approved"]:
        told[number] = (me, message, answer)
    return connection


def check_told(running, made, told):
    for number, (me, message, answer) in told.items():
        with Connection(running.addresses[0], me) as here:
            again = here.ask(message)
            for one in (again, answer):
                one.pop("expiresInMs", None)
            assert again == answer, number
            if number % 2:
                assert here.ask(database(f"tally-{number}"))["accepted"] is True


def serves(alice, bob, made):
    for role in ("stock", "foil"):
        result = bob.join(made[role]["uri"]).result
        assert_both_sides(alice, bob, result["tally"]["tallyId"], role)


def test_the_allocator_has_the_settings_of_the_program():
    """Found: since symbols are hidden the library did not see them, and what a burst had taken stayed."""
    skip_under_asan()
    told = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True, env={**environment(), "MALLOC_CONF": "stats_print:true"}).stderr
    assert "opt.narenas: 1\n" in told and "opt.background_thread: true" in told and "opt.dirty_decay_ms: 2000" in told, told[:4000]
