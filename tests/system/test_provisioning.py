"""Tally databases beyond a file: on a real PostgreSQL server and by external code; who may see what, what is told to whom, and what
becomes of those that nobody completed."""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import signal
import socket
import sqlite3
import stat
import threading

import pytest

from libp2p import Connection, contact, database
from tally_server import PROVISIONER_PASSWORD, SilentAfterCommit, TallyServer, access, check_logins
from taleus import (DONE, REFUSED, UNTHROTTLED, USAGE, Listener, assert_both_sides, check_audit_is_gapless, finish, let_two_days_pass, taleus,
                    until)

# A machine that is busy with other things is no reason not to read back.
PATIENT = {"timeouts.step": "20s", "timeouts.respond": "20s", "timeouts.session": "40s", "timeouts.join_step": "20s", "verify.timeout": "15s"}


@pytest.fixture(scope="module")
def cluster():
    with TallyServer() as running:
        yield running


@pytest.fixture
def postgres(cluster, tmp_path):
    """Settings of a side that provisions there."""
    return {**PATIENT, **cluster.provisioning(tmp_path)}


def again(home, earlier, set=None):
    """A listener at the address that an earlier one told in its invitations."""
    return Listener(home, set=set, listen=f"/ip4/127.0.0.1/tcp/{earlier.port}")


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_each_party_has_a_login_and_reads_the_draft_back(cluster, postgres, alice, bob, role):
    serving = {**(postgres if role == "stock" else PATIENT), "verify.connect": "any"}
    with Listener(alice, set=serving):
        made = alice.invite(role)
        joined = bob.join(made["uri"], set=postgres if role == "foil" else PATIENT)
        another = bob.join(alice.invite(role)["uri"], set=postgres if role == "foil" else PATIENT)
    result, tally_id = joined.result, joined.result["tally"]["tallyId"]
    assert (result["draft"], result["acknowledged"], result["confirmed"]) == ("verified", role == "foil", True)
    assert result["dbConnectionInfo"]["endpoint"] == f"postgres://127.0.0.1:{cluster.port}/tallies"
    maker, partner = (alice, bob) if role == "stock" else (bob, alice)
    assert partner.tally(tally_id)["access"] == "verified" and maker.tally(tally_id)["access"] == "not_tried"
    assert result["access"] == bob.tally(tally_id)["access"]
    told = alice.tally(tally_id), bob.tally(tally_id)
    assert told[0]["dbConnectionInfo"] == told[1]["dbConnectionInfo"] and told[0]["draftTally"] == told[1]["draftTally"]
    assert partner.tally(tally_id)["ownLogin"] == result["dbConnectionInfo"]["credentialsRef"]
    for home in (alice, bob):
        assert [one["outcome"] for one in home.sessions()] == ["done", "done"]
        kinds = [row["kind"] for row in home.audit()]
        assert kinds.count("access") == (2 if home is partner else 0)
        check_audit_is_gapless(home)
    mine, theirs = access(alice, tally_id), access(bob, tally_id)
    assert mine["login"] != theirs["login"] and mine["secret"] != theirs["secret"]
    check_logins(cluster, alice, bob, tally_id)
    assert access(bob, another.result["tally"]["tallyId"])["login"] != theirs["login"]
    assert theirs["secret"] not in bob.run("tally", "show", tally_id).out


def test_many_at_once_do_not_disturb_one_another(cluster, postgres, alice):
    """Found in review: who may connect to a database stands in one row, and PostgreSQL fails who changes it at the same time."""
    with Listener(alice, set={**postgres, **UNTHROTTLED, "limits.sessions_per_token": 100, "limits.sessions_per_peer": 100}) as running:
        made = alice.invite("stock", "--uses", "unlimited")
        told = taleus("bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--role", "stock", "--sessions", 40, "--concurrency", 8,
                      "--timeout", 60, "--json").result
    assert told["ok"] == 40, told
    assert len(alice.tallies()) == 40 and {one["outcome"] for one in alice.sessions()} == {"done"}
    assert {row["body"]["outcome"] for row in alice.audit() if row["kind"] == "ended"} == {"done"}
    check_audit_is_gapless(alice)


def test_secrets_stand_nowhere_in_the_clear(cluster, postgres, alice, bob):
    """Not in messages, logs at their loudest, trails, stores, arguments, nor in the server's own log of every statement."""
    loud, watched, seen = {"log.level": "trace"}, threading.Event(), set()

    def watch_arguments():
        while not watched.is_set():
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        seen.add((process / name).read_bytes())
                    except OSError:
                        pass
            watched.wait(0.01)

    watcher = threading.Thread(target=watch_arguments)
    watcher.start()
    try:
        with Listener(alice, set={**postgres, **loud, "verify.connect": "any"}) as running:
            stock = bob.join(alice.invite("stock")["uri"], set={**postgres, **loud})
            foil = bob.join(alice.invite("foil")["uri"], set={**postgres, **loud})
        shown = [running.log(), *running.out, stock.out, stock.err, foil.out, foil.err]
    finally:
        watched.set()
        watcher.join()
    secrets = [login["secret"] for run in (stock, foil) for login in (access(home, run.result["tally"]["tallyId"]) for home in (alice, bob))]
    assert len(set(secrets)) == 4
    for secret in [*secrets, PROVISIONER_PASSWORD]:
        assert all(secret not in text for text in shown)
        assert all(secret.encode() not in process for process in seen)
        for home in (alice, bob):
            for name, content in home.content().items():
                assert secret.encode() not in content, (home, name)
    assert all(secret not in cluster.statements() for secret in secrets) and "SCRAM-SHA-256$" in cluster.statements()


def test_a_listener_dials_nothing_inside_unless_told_to(cluster, postgres, alice, bob):
    with Listener(alice):  # verify.connect is public for a listener
        result = bob.join(alice.invite("foil")["uri"], set=postgres).result
    assert result["outcome"] == "done" and result["confirmed"] is True
    tally = alice.tally(result["tally"]["tallyId"])
    assert (tally["access"], tally["draft"]) == ("not_tried", "verified")
    assert access(alice, tally["tallyId"])["secret"]  # kept all the same
    login = tally["ownLogin"]
    assert f"user={login}" not in cluster.statements()


def test_a_login_that_does_not_work_is_told_and_changes_nothing(cluster, postgres, alice, bob):
    with Listener(alice, set=postgres):
        made = alice.invite("stock")
        result = bob.join(made["uri"], set={"verify.tls": "verify-full"}).result  # the server has no certificate
    assert (result["outcome"], result["access"], result["confirmed"]) == ("done", "failed", True)
    assert bob.tally(result["tally"]["tallyId"])["access"] == "failed"


def test_reading_back_can_be_turned_off(cluster, postgres, alice, bob):
    with Listener(alice, set=postgres):
        result = bob.join(alice.invite("stock")["uri"], set={"verify.connect": "off"}).result
    assert (result["outcome"], result["access"]) == ("done", "not_tried")
    assert f"user={access(bob, result['tally']['tallyId'])['login']}" not in cluster.statements()


# --- crashes, and what nobody completes

@pytest.mark.parametrize("role", ["stock", "foil"])
def test_what_was_made_before_a_crash_is_adopted_with_the_same_secret(cluster, postgres, alice, bob, role):
    """The server has made it, the side that provisions dies before it hears of it, and the next attempt finds the same."""
    before = cluster.schemas()
    maker = alice if role == "stock" else bob
    with SilentAfterCommit(cluster) as silent:
        cut = {**postgres, "provisioner.url": f"postgres://provisioner@127.0.0.1:{silent.port}/tallies?sslmode=disable"}
        running = Listener(alice, set=cut if role == "stock" else None)
        made = alice.invite(role)
        process = bob.start_join(made["uri"], set=cut if role == "foil" else None)
        assert silent.committed.wait(20)
        process.kill()
        finish(process)
        running.kill()
    [first] = cluster.schemas() - before
    [kept] = maker.rows("SELECT secret, state FROM instances")
    assert kept["state"] == "made" and kept["secret"]
    with again(alice, running, {**(postgres if role == "stock" else PATIENT), "verify.connect": "any"}):
        result = bob.join(made["uri"], set=postgres if role == "foil" else PATIENT).result
    assert result["outcome"] == "done" and result["dbConnectionInfo"]["credentialsRef"].startswith(first)
    assert cluster.schemas() - before == {first}
    assert maker.rows("SELECT secret, state FROM instances") == [{**kept, "state": "adopted"}]
    assert (bob if role == "stock" else alice).tally(result["tally"]["tallyId"])["access"] == "verified"
    check_logins(cluster, alice, bob, result["tally"]["tallyId"])
    assert len(alice.tallies()) == len(bob.tallies()) == 1
    assert (alice.invitation(made["id"])["spent"], alice.invitation(made["id"])["reserved"]) == (1, 0)


# Enough for a busy machine to come to the point where a session is to be cut off.
SLOW = {"timeouts.session": "4s", "timeouts.step": "4s", "timeouts.respond": "4s"}


def test_what_a_listener_never_completed_is_removed_and_what_it_completed_stays(cluster, postgres, alice, bob, home):
    before = cluster.schemas()
    with Listener(alice, set=postgres) as first:
        kept = bob.join(alice.invite("stock")["uri"]).result["tally"]["tallyId"]
        made = alice.invite("stock")
    [stays] = cluster.schemas() - before
    with SilentAfterCommit(cluster) as silent:
        cut = {**postgres, **SLOW, "provisioner.url": f"postgres://provisioner@127.0.0.1:{silent.port}/tallies?sslmode=disable"}
        with again(alice, first, cut):
            joining = home("carol").start_join(made["uri"])
            assert silent.committed.wait(20)
            joining.kill()
            assert finish(joining).code != DONE
            until("the session has ended", lambda: alice.count("sessions", "ended IS NULL") == 0)
    assert len(cluster.schemas() - before) == 2 and alice.count("instances", "state = 'made'") == 1
    with again(alice, first, postgres):
        assert home("dave").join(made["uri"]).result["outcome"] == "done"  # the use was given back
    assert alice.count("instances", "state = 'made'") == 1  # it is young
    let_two_days_pass(alice)
    with Listener(alice, set=postgres):
        until("it is gone", lambda: alice.count("instances", "state <> 'adopted'") == 0, 30)
    assert alice.count("audit", "kind = 'instance_removed'") == 1
    assert len(cluster.schemas() - before) == 2 and stays in cluster.schemas()
    assert {name.rsplit("_", 1)[0] for name in cluster.logins()} == cluster.schemas()
    check_logins(cluster, alice, bob, kept)


def test_a_removal_that_comes_late_leaves_what_was_made_since(cluster, postgres, alice, bob):
    """Found in review: a schema is named by its key, so that it is the same again when it was removed and made anew. Who had claimed it
    before, and was slow, dropped the database of the tally that there was by then."""
    before = cluster.schemas()
    with Listener(alice, set=postgres):
        tally_id = bob.join(alice.invite("stock")["uri"], set=PATIENT).result["tally"]["tallyId"]
    [stays] = cluster.schemas() - before
    with contextlib.closing(sqlite3.connect(alice.store, timeout=10)) as db, db:  # the claim of before, under the same instance
        db.execute("INSERT INTO instances (instance, side, key, session, tally_id, draft, secret, state, since) "
                   "SELECT instance, side, randomblob(32), session, 'of-before', draft, secret, 'made', since - 2 * 86400000 FROM instances")
    with Listener(alice, set=postgres):
        until("the claim is done with", lambda: alice.count("instances", "state <> 'adopted'") == 0, 30)
    assert alice.count("instances") == 1 and alice.count("audit", "kind = 'instance_removed'") == 1
    assert stays in cluster.schemas() and {f"{stays}_own", f"{stays}_partner"} <= cluster.logins()
    check_logins(cluster, alice, bob, tally_id)


def test_what_a_dialer_never_completed_is_removed_by_its_next_join(cluster, postgres, alice, bob):
    before = cluster.schemas()
    with Listener(alice), SilentAfterCommit(cluster) as silent:
        cut = {**postgres, "provisioner.url": f"postgres://provisioner@127.0.0.1:{silent.port}/tallies?sslmode=disable"}
        process = bob.start_join(alice.invite("foil")["uri"], set=cut)
        assert silent.committed.wait(20)
        process.kill()
        finish(process)
        [abandoned] = cluster.schemas() - before
        other = alice.invite("foil")
        bob.join(other["uri"], set=postgres)
        assert abandoned in cluster.schemas()  # too young to be removed
        let_two_days_pass(bob)
        bob.join(other["uri"], set=postgres)
    assert abandoned not in cluster.schemas() and len(cluster.schemas() - before) == 1
    assert bob.count("instances") == 1 and bob.count("audit", "kind = 'instance_removed'") == 1
    assert {one["outcome"] for one in bob.sessions()} == {"done", "failed"}
    check_audit_is_gapless(bob)


def test_abandoned_files_are_removed_too(alice, bob, home, tmp_path):
    """With SQLite, where the process dies between an intent and its file."""
    with Listener(alice) as first:
        kept = bob.join(alice.invite("stock")["uri"]).result["tally"]["tallyId"]
        other = alice.invite("stock")
    (alice.path / "tallies").rename(tmp_path / "aside")
    (alice.path / "tallies").write_text("no directory: nothing can be made")
    with again(alice, first):
        joining = home("carol").start_join(other["uri"])
        until("it was tried", lambda: alice.count("instances", "state = 'made'") == 1)
        joining.kill()
        assert finish(joining).code != DONE
    (alice.path / "tallies").unlink()
    (tmp_path / "aside").rename(alice.path / "tallies")
    [instance] = alice.rows("SELECT tally_id FROM instances WHERE state = 'made'")
    (alice.path / "tallies" / f".{instance['tally_id']}.new").write_text("half made")
    let_two_days_pass(alice)
    with Listener(alice):
        until("it is gone", lambda: alice.count("instances", "state <> 'adopted'") == 0, 30)
    assert [file.name for file in (alice.path / "tallies").iterdir()] == [f"{kept}.db"]


def test_an_external_provisioner_that_is_late_is_asked_to_remove(alice, bob, tmp_path):
    there = tmp_path / "there"
    script = executable(tmp_path / "hook", f"""
if asked["call"] == "provision":
    open({str(there)!r}, "w").write(asked["idempotencyKey"])
    time.sleep(1000)
assert open({str(there)!r}).read() == asked["idempotencyKey"]
os.unlink({str(there)!r})
print('{{"removed":true}}')
""")
    external = {"provisioner.kind": "external", "provisioner.hook": script}
    with Listener(alice, set={**external, **SLOW}):
        joining = bob.start_join(alice.invite("stock")["uri"])
        until("it was asked", there.exists, 20)
        joining.kill()
        assert finish(joining).code != DONE
        until("the session has ended", lambda: alice.count("sessions", "ended IS NULL") == 0)
    let_two_days_pass(alice)
    with Listener(alice, set=external):
        until("it is gone", lambda: not there.exists() and alice.count("instances") == 0, 30)
    assert alice.count("audit", "kind = 'instance_removed'") == 1
    assert alice.tallies() == bob.tallies() == []


# --- what partners say

ELSEWHERE = ["postgres:///tallies?host=/tmp", "postgres://u:p@127.0.0.1/tallies", "postgres://127.0.0.1/t?options=-csearch_path%3Dx",
             "postgres://169.254.169.254/latest", "service=x", "postgres://%2Ftmp/t", "postgres://[::1]/t", "postgres://[fd00:ec2::254]/t"]


def test_endpoints_that_point_elsewhere_are_recorded_and_not_dialled(alice, bob):
    """A partner seals a login for them, as it should be, and a listener keeps it and stays away."""
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        trap.settimeout(0.2)
        inside = f"127.0.0.1:{trap.getsockname()[1]}"
        told = []
        with HttpHook(lambda _: {"endpoint": told[-1], "credentialsRef": "login", "logins": True}) as hook:
            external = {"provisioner.kind": "external", "provisioner.hook": hook.url}
            places = [*ELSEWHERE, f"postgres://{inside}/t", f"postgres://{inside.replace('127.0.0.1', 'localhost')}/t"]
            with Listener(alice):
                for place in places:
                    told.append(place)
                    assert bob.join(alice.invite("foil")["uri"], set=external).result["confirmed"] is True
            assert [one["access"] for one in alice.tallies()] == ["not_tried"] * len(places)
            with pytest.raises(TimeoutError):
                trap.accept()
            with Listener(alice, set={"verify.connect": "any", "verify.timeout": "1s"}):  # the trap does work
                assert bob.join(alice.invite("foil")["uri"], set=external).result["confirmed"] is True
            trap.accept()[0].close()
        assert alice.tallies()[0]["access"] == "failed"
    assert {one["outcome"] for home in (alice, bob) for one in home.sessions()} == {"done"}
    check_audit_is_gapless(alice)


def test_a_seal_that_opens_for_nobody_is_told_and_changes_nothing(alice, listener):
    with Connection(listener.addresses[0]) as here:
        answer = here.ask(contact(alice.invite("foil")["link"], "party"))
        result = database("tally-x", answer["sessionId"], endpoint="postgres://db.example/t")
        assert here.ask({**result, "sealedCredentials": base64.urlsafe_b64encode(os.urandom(120)).decode()})["accepted"] is True
    alice.settle()
    [tally] = alice.tallies()
    assert (tally["access"], alice.sessions()[0]["outcome"]) == ("failed", "done") and "ownLogin" not in alice.tally("tally-x")


def test_a_peer_in_the_field_is_not_held_up(alice, listener):
    with Connection(listener.addresses[0]) as here:
        answer = here.ask(contact(alice.invite("foil")["link"], "field"))
        accepted = here.ask(database("tally-f", answer["sessionId"]))
        assert accepted["accepted"] is True and "draft" not in accepted
    alice.settle()
    [tally] = alice.tallies()
    assert (tally["draft"], tally["confirmed"], tally["access"]) == ("none", False, "not_tried")


# --- hooks

def executable(path, body):
    path.write_text("#!/usr/bin/python3\nimport json, sys, os, time\nasked = json.load(sys.stdin)\n" + body)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


class HttpHook:
    """Answers what `answer(request)` returns: a JSON value, raw bytes, or None for never."""

    def __init__(self, answer):
        self.asked, self.release, hook = [], threading.Event(), self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.asked.append((asked, self.headers.get("Idempotency-Key")))
                answered = answer(asked)
                if answered is None:
                    hook.release.wait(30)
                    return
                body = answered if isinstance(answered, bytes) else json.dumps(answered).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@contextlib.contextmanager
def hook_of(kind, folder, answer):
    """A hook of either kind that answers `answer`, a Python expression of `asked`: its setting, and what it was asked so far."""
    notes = folder / "asked"
    if kind == "http":
        with HttpHook(lambda asked: eval(answer)) as hook:
            yield hook.url, lambda: [asked for asked, _ in hook.asked]
    else:
        yield executable(folder / "hook", f"open({str(notes)!r}, 'a').write(json.dumps(asked) + chr(10))\nprint(json.dumps({answer}))\n"), \
            lambda: [json.loads(line) for line in notes.read_text().splitlines()]


def made_by_hook(asked):
    return {"endpoint": "wss://db.example/t", "credentialsRef": "partner", "ownCredentialsRef": "own", "logins": True}


@pytest.mark.parametrize("role", ["stock", "foil"])
@pytest.mark.parametrize("kind", ["http", "executable"])
def test_an_external_provisioner(alice, bob, tmp_path, role, kind):
    notes = tmp_path / "asked"
    script = executable(tmp_path / "hook", f"open({str(notes)!r}, 'w').write(json.dumps([asked, sys.argv[1:], dict(os.environ)]))\n"
                        f"print(json.dumps({made_by_hook({})!r}))\n")
    with HttpHook(made_by_hook) as hook:
        external = {"provisioner.kind": "external", "provisioner.hook": hook.url if kind == "http" else script}
        with Listener(alice, set=external if role == "stock" else None):
            result = bob.join(alice.invite(role)["uri"], set=external if role == "foil" else None).result
    assert result["outcome"] == "done" and result["dbConnectionInfo"] == {"endpoint": "wss://db.example/t", "credentialsRef": "partner"}
    asked = hook.asked[0][0] if kind == "http" else json.loads(notes.read_text())[0]
    if kind == "http":
        assert hook.asked[0][1] == asked["idempotencyKey"]
    else:
        assert json.loads(notes.read_text())[1] == [] and not [name for name in json.loads(notes.read_text())[2] if name.startswith("TALEUS")]
    assert asked["call"] == "provision" and asked["tallyId"] == result["tally"]["tallyId"] and asked["deadlineMs"] > 0
    maker, partner = (alice, bob) if role == "stock" else (bob, alice)
    assert access(maker, asked["tallyId"])["secret"] == asked["ownSecret"] and access(maker, asked["tallyId"])["login"] == "own"
    assert access(partner, asked["tallyId"])["secret"] == asked["partnerSecret"] and access(partner, asked["tallyId"])["login"] == "partner"
    assert [one["tallyId"] for one in alice.tallies()] == [one["tallyId"] for one in bob.tallies()] == [asked["tallyId"]]
    assert [alice.sessions()[0]["outcome"], bob.sessions()[0]["outcome"]] == ["done", "done"]
    for home in (alice, bob):
        check_audit_is_gapless(home)


BAD_HOOKS = {"never": lambda _: None, "nonsense": lambda _: b"nonsense", "twice": lambda _: b'{"accepted":true}{"accepted":true}',
             "huge": lambda _: b'{"accepted":true,"x":"' + b"x" * 100_000 + b'"}', "mistyped": lambda _: {"accepted": "true"}}


@pytest.mark.parametrize("how", BAD_HOOKS)
def test_an_identity_hook_that_misbehaves_costs_its_own_session_only(alice, bob, home, how):
    short = {"timeouts.step": "2s", "timeouts.respond": "2s"} if how == "never" else PATIENT
    with HttpHook(BAD_HOOKS[how]) as hook, Listener(alice, set={"identity.hook": hook.url, **short}) as running:
        made, other = alice.invite("stock", "--identity", "external", set={"identity.hook": hook.url}), alice.invite("stock")
        joining = bob.start_join(made["uri"])
        until("the hook's failure is on record", lambda: alice.count("audit", "kind = 'hook'"))
        joining.send_signal(signal.SIGINT)
        failed = finish(joining)
        assert failed.code != DONE and failed.result["outcome"] != "done"
        assert home("carol").join(other["uri"]).result["outcome"] == "done"  # the listener is well
        assert running.is_running()
    assert bob.tallies() == [] and len(alice.tallies()) == 1
    assert (alice.invitation(made["id"])["spent"], alice.invitation(made["id"])["reserved"]) == (0, 0)
    outcomes = {row["body"]["outcome"] for row in alice.audit() if row["kind"] == "hook" and row["body"]["hook"] == "identity"}
    assert outcomes == {"interrupted" if how == "never" else "failed"}
    check_audit_is_gapless(alice)


@pytest.mark.parametrize("kind", ["http", "executable"])
@pytest.mark.parametrize("accepted", [True, False])
def test_an_identity_hook_decides(alice, bob, tmp_path, accepted, kind):
    answer = f"{{'accepted': {accepted}, 'reason': 'not one of ours'}}"
    with hook_of(kind, tmp_path, answer) as (hook, told), Listener(alice, set={"identity.hook": hook}):
        made = alice.invite("foil", "--identity", "external", set={"identity.hook": hook})
        ended = bob.join(made["uri"], code=None)
        [asked] = told()
    assert (asked["call"], asked["peerId"], asked["partyId"]) == ("identity", bob.peer_id, bob.peer_id)
    assert asked["identityBundle"]["partyId"] == bob.peer_id
    if accepted:
        assert ended.code == DONE
        assert_both_sides(alice, bob, ended.result["tally"]["tallyId"], "foil")
    else:
        assert ended.code == REFUSED and ended.result["code"] == "invalid_identity" and "ours" not in ended.out + ended.err
        assert alice.tallies() == bob.tallies() == [] and alice.sessions()[0]["code"] == "invalid_identity"
        assert alice.invitation(made["id"])["reserved"] == 0


def test_a_hook_is_heard_where_who_starts_the_listener_ignores_its_children(alice, bob, tmp_path):
    with hook_of("executable", tmp_path, "{'accepted': True}") as (hook, told):
        usual = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            running = Listener(alice, set={"identity.hook": hook})
        finally:
            signal.signal(signal.SIGCHLD, usual)
        with running:
            made = alice.invite("foil", "--identity", "external", set={"identity.hook": hook})
            ended = bob.join(made["uri"])
        assert len(told()) == 1
    assert_both_sides(alice, bob, ended.result["tally"]["tallyId"], "foil")


def test_a_hook_that_hangs_is_killed_with_its_children(alice, bob, tmp_path):
    pids = tmp_path / "pids"
    script = executable(tmp_path / "hook", f"""
if os.fork() == 0: time.sleep(1000)
open({str(pids)!r}, 'a').write(f"{{os.getpid()}} {{os.getpgid(0)}}\\n")
time.sleep(1000)
""")
    with Listener(alice, set={"identity.hook": script, "timeouts.step": "2s", "timeouts.respond": "2s"}):
        made = alice.invite("stock", "--identity", "external", set={"identity.hook": script})
        joining = bob.start_join(made["uri"])
        until("it was asked", lambda: pids.exists() and pids.read_text().endswith("\n"), 30)
        joining.kill()
        finish(joining)
        groups = {int(line.split()[1]) for line in pids.read_text().splitlines()}

        def is_gone(group):
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return True
            return False
        until("every process of every call is gone", lambda: all(map(is_gone, groups)))
    assert alice.tallies() == bob.tallies() == []


@pytest.mark.parametrize("kind", ["http", "executable"])
def test_tokens_from_outside(alice, bob, home, tmp_path, kind):
    """Asked for once, then counted here as any other."""
    token = "canary-external-token-6d20"
    answer = (f"{{'known': True, 'role': 'stock', 'expiresUtc': '2099-01-01T00:00:00.000Z', 'uses': 1}} if asked['token'] == {token!r} "
              "else {'known': False}")
    with hook_of(kind, tmp_path, answer) as (hook, told), Listener(alice, set={"tokens": "external", "token.hook": hook}) as running:
        def link(text):
            return {"responderPeerAddrs": running.addresses, "token": text, "tokenExpiryUtc": "2099-01-01T00:00:00.000Z",
                    "initiatorRole": "stock"}
        done = bob.join(link(token))
        assert done.result["outcome"] == "done"
        assert bob.join(link(token)).result["tally"] == done.result["tally"]
        assert home("carol").join(link(token), code=REFUSED).result["code"] == "token_used"
        assert home("dave").join(link("unknown"), code=REFUSED).result["code"] == "invalid_token"
        asked = told()
    assert [(one["call"], one["token"]) for one in asked] == [("token", token), ("token", "unknown")]
    [made] = alice.invitations()
    assert (made["spent"], made["label"]) == (1, "external")
    assert_both_sides(alice, bob, done.result["tally"]["tallyId"], "stock")
    for content in alice.content().values():
        assert token.encode() not in content


def test_a_token_hook_that_fails_is_no_refusal_of_the_token(alice, bob):
    with HttpHook(lambda _: b"nonsense") as hook, Listener(
            alice, set={"tokens": "external", "token.hook": hook.url, "shutdown.grace": "8s"}) as running:
        link = {"responderPeerAddrs": running.addresses, "token": "a token of somewhere", "tokenExpiryUtc": "2099-01-01T00:00:00.000Z",
                "initiatorRole": "stock"}
        joining = bob.start_join(link)
        until("its session is on record", lambda: alice.count("sessions"))
        joining.send_signal(signal.SIGINT)
        ended = finish(joining)
    assert ended.code != DONE and alice.invitations() == [] and bob.tallies() == []
    assert {one["code"] for one in alice.sessions()} == {"dependency_unavailable"}


# --- settings

@pytest.mark.parametrize("wrong, says", [
    ({"provisioner.kind": "postgres"}, "provisioner.url"),
    ({"provisioner.kind": "postgres", "provisioner.url": "postgres:///tallies?host=/tmp"}, "provisioner.endpoint"),
    ({"provisioner.kind": "postgres", "provisioner.url": "postgres://u:secret@db.example/tallies"}, "provisioner.password_file"),
    ({"provisioner.kind": "external"}, "provisioner.hook"), ({"provisioner.kind": "other"}, "sqlite, postgres, external"),
    ({"tokens": "external"}, "token.hook"), ({"identity.hook": "hook"}, "identity.hook"), ({"provisioner.ttl": "1s"}, "provisioner.ttl"),
    ({"verify.tls": "allow"}, "verify-full")])
def test_settings_that_cannot_be(alice, wrong, says):
    refused = alice.run("serve", set=wrong, code=USAGE)
    assert says in refused.err and "secret@" not in refused.err
