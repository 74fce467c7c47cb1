"""Settings of a running listener: read, changed and reloaded, all or nothing, and on record."""

import collections
import errno
import json
import math
import os
import random
import re
import signal
import threading
import time

import pytest

import libp2p
from faults import Faults
from taleus import DONE, FAILED, USAGE, Listener, assert_both_sides, check_audit_is_gapless, taleus, until

SHORT = not os.environ.get("TALEUS_LONG")


def changes(home):
    return [row["body"] for row in home.audit() if row["kind"] == "settings_changed"]


def write(home, text):
    (home.path / "config.toml").write_text(text)


def reload(listener, sees):
    listener.signal(signal.SIGHUP)
    return until("the reload", sees)


def test_a_change_holds_is_written_and_is_on_record(listener, alice):
    file = alice.path / "config.toml"
    before = file.read_text()
    answer = listener.admin.patch({"limits.sessions": 500, "timeouts.step": "3s"})
    assert answer.status == 200
    assert listener.admin.setting("limits.sessions")["value"] == "500" and listener.admin.setting("limits.sessions")["source"] == "file"
    after = file.read_text()
    assert re.search(r"^sessions = 500$", after, re.M) and re.search(r'^step = "3s"$', after, re.M)
    assert [line for line in after.splitlines() if line not in ("sessions = 500", 'step = "3s"')] == before.splitlines(), "comments are kept"
    assert file.stat().st_mode & 0o777 == 0o600
    assert changes(alice) == [{"by": "admin", "persisted": True, "changes": [{"key": "timeouts.step", "from": "5s", "to": "3s"},
                                                                              {"key": "limits.sessions", "from": "1000", "to": "500"}]}]
    alice.run("config", "check", file)
    assert listener.admin.patch({"limits.sessions": 501}).status == 200
    assert re.search(r"^sessions = 501$", file.read_text(), re.M) and file.read_text().count("\nsessions = ") == 1
    check_audit_is_gapless(alice)


def test_a_change_may_leave_the_file_alone(listener, alice):
    before = (alice.path / "config.toml").read_text()
    assert listener.admin.patch({"limits.sessions": 7}, "?persist=false").status == 200
    assert (listener.admin.setting("limits.sessions")["value"], listener.admin.setting("limits.sessions")["source"]) == ("7", "runtime")
    assert (alice.path / "config.toml").read_text() == before
    assert changes(alice)[-1]["persisted"] is False
    reload(listener, lambda: listener.admin.setting("limits.sessions")["source"] == "default")


def test_what_held_already_is_on_record_when_it_is_written(listener, alice):
    """Found in review: the file was changed, and no record told it, because nothing else did."""
    file = alice.path / "config.toml"
    alice.run("config", "set", "--no-persist", "limits.sessions=500")
    alice.run("config", "set", "limits.sessions=500", "limits.waiting=7")
    told = [{"key": "limits.sessions", "from": "1000", "to": "500"}]
    again = [{"key": "limits.waiting", "from": "10000", "to": "7"}, {"key": "limits.sessions", "from": "500", "to": "500"}]
    assert [(one["persisted"], one["changes"]) for one in changes(alice)] == [(False, told), (True, again)]
    assert re.search(r"^sessions = 500$", file.read_text(), re.M)
    alice.run("config", "set", "limits.sessions=500")
    assert len(changes(alice)) == 2, "nothing was changed, and nothing written"
    check_audit_is_gapless(alice)


@pytest.mark.parametrize("values, status, code, said", [
    ({"limits.sessions": 0}, 422, "not_allowed", "limits.sessions must be a number from 1"),
    ({"limits.sessions": "many"}, 422, "not_allowed", "limits.sessions must be a number from 1"),
    ({"limits.sesions": 5}, 422, "unknown_key", "limits.sesions"),
    ({"timeouts.step": "20s", "timeouts.session": "10s"}, 422, "not_allowed", "timeouts.step must not be longer than timeouts.session"),
    ({"party.id": "other"}, 409, "needs_restart", "until the listener is restarted"),
    ({"shutdown.grace": "3s"}, 409, "fixed", "fixed by --set"),
    ({"limits.waiting": 3}, 409, "fixed", "TALEUS_LIMITS_WAITING"),
])
def test_a_change_is_refused_as_a_whole_with_its_reason(alice, values, status, code, said):
    with Listener(alice, env={"TALEUS_LIMITS_WAITING": "50"}) as running:
        file = (alice.path / "config.toml").read_bytes()
        before = running.admin.get("/v1/config").json
        answer = running.admin.patch({"log.level": "debug", **values})
        assert (answer.status, answer.json["code"]) == (status, code), answer
        assert said in answer.json["detail"] and answer.json["errors"][0]["key"] in values
        assert running.admin.get("/v1/config").json == before and (alice.path / "config.toml").read_bytes() == file
        assert changes(alice) == []


def test_a_reload_takes_the_file_as_it_is_now(listener, alice):
    write(alice, "[limits]\nsessions = 11\n[log]\nlevel = \"debug\"\n")
    reload(listener, lambda: listener.admin.setting("limits.sessions")["value"] == "11")
    assert changes(alice) == [{"by": "SIGHUP", "persisted": False, "changes": [{"key": "limits.sessions", "from": "1000", "to": "11"},
                                                                               {"key": "log.level", "from": "info", "to": "debug"}]}]


@pytest.mark.parametrize("text, said", [
    ("[limits]\nsessions = 11\nconnections = 0\n", "config.toml:3: limits.connections must be a number from 1"),
    ("[limits]\nsessions = 11\n\n[timeouts]\nstep = \"1h\"\n", "config.toml:5: timeouts.step must not be longer than timeouts.session"),
    ("[limits]\nsessions = 11\n[nothing]\nx = 1\n", "config.toml:4: unknown key nothing.x"),
    ("[limits]\nsessions = 11\n[party]\nid = \"x\"\n", "config.toml:4: party.id is"),
    ("[limits\n", "config.toml:1:"),
])
def test_a_reload_is_refused_as_a_whole_with_file_and_line(listener, alice, text, said):
    write(alice, text)
    reload(listener, lambda: said in listener.log())
    assert listener.admin.setting("limits.sessions")["value"] == "1000" and changes(alice) == []


@pytest.mark.parametrize("persist", ["", "?persist=false"])
def test_a_change_that_cannot_be_put_on_record_is_taken_back(alice, tmp_path, persist):
    """The file has it already when there is no room for the trail."""
    faults = Faults(tmp_path / "faults", alice)
    file = alice.path / "config.toml"
    before = file.read_bytes()
    with Listener(alice, env=faults.environment) as running:
        faults.only("taleus.db")
        faults.put(write_error=errno.ENOSPC)
        answer = running.admin.patch({"limits.sessions": 500}, persist)
        assert (answer.status, answer.json["code"]) == (503, "not_written") and "audit trail" in answer.json["detail"], answer
        faults.never()
        assert file.read_bytes() == before and running.admin.setting("limits.sessions")["value"] == "1000" and changes(alice) == []
        assert running.admin.metrics()['taleus_setting_changes_total{outcome="refused"}'] == 1
        assert running.admin.patch({"limits.sessions": 500}, persist).status == 200
        assert len(changes(alice)) == 1 and (file.read_bytes() == before) == bool(persist)


def test_a_reload_that_cannot_be_put_on_record_changes_nothing(alice, tmp_path):
    faults = Faults(tmp_path / "faults", alice)
    with Listener(alice, env=faults.environment) as running:
        faults.only("taleus.db")
        faults.put(write_error=errno.ENOSPC)
        write(alice, "[limits]\nsessions = 500\n")
        reload(running, lambda: "the audit trail cannot be written" in running.log())
        faults.never()
        assert running.admin.setting("limits.sessions")["value"] == "1000" and changes(alice) == []
        reload(running, lambda: running.admin.setting("limits.sessions")["value"] == "500")
        assert [one["by"] for one in changes(alice)] == ["SIGHUP"]


def test_commands_read_and_change(alice, listener):
    assert alice.run("config", "get", "limits.sessions").out == "1000\n"
    assert alice.run("config", "set", "limits.sessions=9", "--json").result == {"changed": {"limits.sessions": "9"}, "running": True, "persisted": True}
    assert listener.admin.setting("limits.sessions")["value"] == "9"
    assert next(one for one in alice.run("config", "get", "--json").lines if one["key"] == "limits.sessions")["source"] == "file"
    assert "number from 1" in alice.run("config", "set", "limits.sessions=0", code=USAGE).err
    assert "restarted" in alice.run("config", "set", "party.id=x", code=FAILED).err
    alice.run("config", "set", "limits.sessions=10", "--no-persist")
    assert "sessions = 9" in (alice.path / "config.toml").read_text()


def test_a_change_without_a_listener_is_on_record(alice):
    """Found in review: it was made, and nothing told of it."""
    alice.run("config", "set", "party.id=someone", "limits.sessions=9")
    told = [line["body"] for line in alice.run("audit", "show", "--json").lines if line["kind"] == "settings_changed"]
    assert told == changes(alice) == [{"by": "config set", "persisted": True, "changes": [{"key": "party.id", "from": "", "to": "someone"},
                                                                                          {"key": "limits.sessions", "from": "1000", "to": "9"}]}]
    alice.run("config", "set", "limits.sessions=9")  # as it is
    alice.run("config", "set", "limits.sessions=0", code=USAGE)
    assert len(changes(alice)) == 1
    check_audit_is_gapless(alice)


def test_a_change_without_a_listener_that_cannot_be_put_on_record_is_taken_back(alice, tmp_path):
    faults = Faults(tmp_path / "faults", alice)
    file = alice.path / "config.toml"
    before = file.read_bytes()
    faults.only("taleus.db")
    faults.put(write_error=errno.ENOSPC)
    alice.run("config", "set", "limits.sessions=500", code=FAILED, env=faults.environment)
    assert file.read_bytes() == before and changes(alice) == []
    faults.never()
    alice.run("config", "set", "limits.sessions=500", env=faults.environment)
    assert len(changes(alice)) == 1 and "\nsessions = 500\n" in file.read_text()
    check_audit_is_gapless(alice)


def test_a_change_in_a_home_without_a_store_begins_its_trail(alice):
    for file in alice.path.glob("taleus.db*"):
        file.unlink()
    alice.run("config", "set", "limits.sessions=9")
    assert [row["kind"] for row in alice.audit()] == ["trail_started", "settings_changed"]
    check_audit_is_gapless(alice)


def test_no_secret_of_a_change_is_on_record(alice):
    file = alice.path / "config.toml"
    alice.run("config", "set", "party.cadre=canary.example", "store.url=postgres://u:canary@127.0.0.1:1/taleus?sslpassword=canary")
    assert [{change["key"]: change["to"] for change in one["changes"]} for one in changes(alice)] == [
        {"party.cadre": "***", "store.url": "postgres://***@127.0.0.1:1/taleus?sslpassword=***"}]
    assert {name.name for name, content in alice.content().items() if b"canary" in content} == {"config.toml"}
    # And what the home has now cannot be reached, so that no other change is made.
    before = file.read_bytes()
    failed = alice.run("config", "set", "limits.sessions=9", code=FAILED)
    assert "on record" in failed.err and "canary" not in failed.err and file.read_bytes() == before


def test_no_cadre_of_a_refused_change_is_in_the_log(alice):
    """Found in review: what was not taken until a restart was told with both values, whoever's they were."""
    write(alice, '[party]\ncadre = ["canary.before.example"]\n')
    with Listener(alice) as running:
        write(alice, '[party]\ncadre = ["canary.after.example"]\n')
        reload(running, lambda: "config.toml:2: party.cadre is *** until the listener is restarted; *** was not taken" in running.log())
        answer = running.admin.patch({"party.cadre": ["canary.patched.example"]})
        assert (answer.status, answer.json["code"]) == (409, "needs_restart") and "canary" not in answer.text
        until("the refusal is in the log", lambda: "settings refused to admin: party.cadre is ***" in running.log())
    assert "canary" not in running.log()


def test_an_admin_token_that_was_written_on_windows_is_the_same(alice):
    """Found in review: the CR at its end was part of it."""
    file = alice.path / "admin.token"
    file.write_bytes(file.read_bytes().strip() + b"\r\n")
    with Listener(alice) as running:
        assert running.admin.get("/v1/status").status == 200
        assert alice.run("config", "get", "limits.sessions").out == "1000\n"


def test_commands_change_the_file_where_no_listener_runs(alice, tmp_path):
    alice.run("config", "set", "party.id=someone", "limits.sessions=9")
    assert alice.run("config", "get", "party.id").out == "someone\n"
    assert "number from 1" in alice.run("config", "set", "limits.sessions=0", code=USAGE).err
    with Listener(alice) as running:
        assert running.admin.setting("limits.sessions")["value"] == "9"
    bad = tmp_path / "bad.toml"
    bad.write_text("[limits]\nsessions = 0\n")
    assert f"{bad}:2: limits.sessions must be a number from 1" in alice.run("config", "check", bad, code=USAGE).err
    assert "there is no file" in alice.run("config", "check", tmp_path / "none", code=USAGE).err


def test_a_long_value_is_shown_whole(alice):
    """Found in review: the bare value ended after a KiB, with three dots, and what was read could not be set again."""
    value = ",".join(f"/dns4/node-{number:03}.tally.example.org/tcp/9000" for number in range(50))
    assert len(value) > 2048
    alice.run("config", "set", f"p2p.announce={value}")
    shown = alice.run("config", "get", "p2p.announce").out
    assert shown == value + "\n"
    with Listener(alice):
        assert alice.run("config", "get", "p2p.announce").out == shown
    before = (alice.path / "config.toml").read_bytes()
    alice.run("config", "set", f"p2p.announce={shown.strip()}")
    assert (alice.path / "config.toml").read_bytes() == before


def unreadable(file):
    """For whoever asks, root too."""
    file.unlink()
    file.symlink_to(file.name)


def test_a_file_that_cannot_be_read_is_said_and_ends_nobody(listener, alice):
    """Found in review: SIGHUP ended the listener, and commands called it a fault of the program."""
    unreadable(alice.path / "config.toml")
    reload(listener, lambda: "config.toml was not taken: cannot read" in listener.log())
    assert listener.is_running() and listener.admin.get("/readyz").status == 200
    for command in (["config", "check", alice.path / "config.toml"], ["tally", "list"], ["audit", "verify"], ["backup", alice.path / "copy"]):
        failed = taleus(*command, *([] if command[0] == "config" else ["--home", alice.path]), code=None)
        assert failed.code in (FAILED, USAGE) and "cannot read" in failed.err and "fault of its own" not in failed.err, failed
    assert not (alice.path / "copy").exists()


def test_a_change_is_not_written_over_a_file_that_cannot_be_read(listener, alice):
    """Found in review: what could not be read was taken for an empty file, and written over."""
    file = alice.path / "config.toml"
    large = file.read_text() + "# more\n" * 200_000
    write(alice, large)
    answer = listener.admin.patch({"limits.sessions": 500})
    assert (answer.status, answer.json["errors"][0]["code"]) == (503, "not_written") and "larger than" in answer.text
    assert file.read_text() == large and listener.admin.setting("limits.sessions")["value"] == "1000"


def test_what_the_next_start_would_refuse_is_not_written(listener, alice):
    """Found in review: a change was judged together with what this listener alone has."""
    before = (alice.path / "config.toml").read_text()
    alice.run("config", "set", "--no-persist", "timeouts.session=120s")
    refused = alice.run("config", "set", "timeouts.step=60s", code=USAGE)
    assert "next start" in refused.err and "timeouts.session" in refused.err
    assert (alice.path / "config.toml").read_text() == before and listener.admin.setting("timeouts.step")["value"] == "5s"
    alice.run("config", "set", "timeouts.step=60s", "timeouts.session=120s")
    alice.run("config", "check", alice.path / "config.toml")


@pytest.mark.parametrize("wrong, says", [
    ({"store.url": "mysql://x"}, "store.url"), ({"provisioner.kind": "postgres", "provisioner.url": "foo"}, "provisioner.endpoint"),
    ({"provisioner.kind": "postgres", "provisioner.url": "postgres://db.example/tallies", "provisioner.password_file": "/nowhere"}, "provisioner.password_file"),
    ({"limits.memory": "1MiB", "limits.message_bytes": "1MiB"}, "limits.memory"), ({"overload.work": 1000, "overload.work_max": 16}, "overload.work")])
def test_a_check_refuses_what_serve_refuses(alice, wrong, says):
    """Found in review: `config check` called good what `serve` would not begin with, or could serve nobody with."""
    assert says in alice.run("serve", set=wrong, code=USAGE).err
    file = alice.path / "config.toml"
    flags = [flag for key, value in wrong.items() for flag in ("--set", f"{key}={value}")]
    assert says in taleus("config", "check", file, *flags, code=USAGE).err
    before = file.read_text()
    assert says in alice.run("config", "set", *[f"{key}={value}" for key, value in wrong.items()], code=USAGE).err
    assert file.read_text() == before


def test_a_file_that_cannot_be_edited_is_left_alone(listener, alice):
    text = "limits = { sessions = 11 }\n"
    write(alice, text)
    answer = listener.admin.patch({"limits.waiting": 5})
    assert (answer.status, answer.json["code"]) == (503, "not_written") and "by hand" in answer.json["detail"]
    assert (alice.path / "config.toml").read_text() == text and listener.admin.setting("limits.waiting")["source"] == "default"


class Halfway:
    """A contact of 6 KiB, for a foil tally, of which the listener has the first half. Two settings decide what comes of it, at different times:
    whether its size is allowed, when it is read, and how long it may wait for its database, when it is approved."""

    def __init__(self, running, link):
        self.connection = libp2p.Connection(running.addresses[0])
        party = f"party-{os.urandom(4).hex()}"
        self.text = json.dumps(libp2p.contact(link, party, bundle={"partyId": party, "x": "y" * 6000})).encode()
        self.stream = self.connection.open()
        self.stream.send(self.text[:3000])

    def outcome(self):
        """`message_too_large`, or the time that it may wait: told as what is left of it, so to the next ten seconds."""
        self.stream.send(self.text[3000:])
        self.stream.end()
        told = self.stream.answer()
        self.connection.close()
        return f"{math.ceil(told['expiresInMs'] / 10_000)}0s" if told["approved"] else told["code"]


def test_a_halved_limit_ends_nobody_and_admits_nobody_until_there_is_room(alice):
    """Ten sessions fill the listener, then five are allowed. The new limit holds at once for those who come, and not for those who are there."""
    def newcomer():
        with libp2p.Connection(running.addresses[0]) as here:
            return here.ask(libp2p.contact(made["link"], f"party-{os.urandom(4).hex()}"))

    def held():
        metrics = running.admin.metrics()
        return metrics['taleus_held{resource="sessions"}'], metrics['taleus_held_max{resource="sessions"}']

    with Listener(alice, set={"timeouts.step": "30s"}) as running:
        reserved = int(running.admin.setting("limits.reserved")["value"])
        assert running.admin.patch({"limits.sessions": 10}).status == 200
        made = alice.invite("foil", "--uses", "unlimited")
        under_way = [Halfway(running, made["link"]) for _ in range(10)]
        until("all are being served", lambda: held() == (10, 10 + reserved))
        assert newcomer()["code"] == "overloaded"
        assert running.admin.patch({"limits.sessions": 5}).status == 200
        assert held() == (10, 5 + reserved)
        while len(under_way) > 5:
            assert newcomer()["code"] == "overloaded"
            assert under_way.pop().outcome() == "20s"
            until("it is gone", lambda: held()[0] == len(under_way))
        assert newcomer()["code"] == "overloaded"
        assert under_way.pop().outcome() == "20s"
        until("there is room", lambda: held()[0] == 4)
        assert newcomer()["approved"] is True
        assert [one.outcome() for one in under_way] == ["20s"] * 4
        until("nothing is held", lambda: held()[0] == 0)
        assert running.admin.metrics()["taleus_sessions_unaccounted"] == 0
    ends = collections.Counter((session["state"], session.get("code")) for session in alice.sessions())
    assert ends.pop(("AWAITING_DATABASE", None)) == 11 and set(ends) <= {("REJECTED", "overloaded")}, ends


def test_reloads_under_load_drop_no_session_and_none_sees_two_versions(alice, home):
    """Valid and invalid files and changes, at random, while dialers bootstrap and one more session is halfway at each change: 1,000 with
    TALEUS_LONG, 60 otherwise."""
    seed = int(os.environ.get("TALEUS_SEED", "20261124"))
    random_source = random.Random(seed)
    rounds = 60 if SHORT else 1000
    done, errors, over = [], [], threading.Event()

    def invite(role):  # a command reads the same file, and refuses a bad one as well
        return until("a good file", lambda: (lambda run: run.result["uri"] if run.code == DONE else None)(
            alice.run("invite", "create", "--role", role, "--json", code=None)), 30)

    def dial(dialer):
        try:
            while not over.is_set():
                role = "foil" if len(done) % 2 else "stock"
                done.append((dialer, role, dialer.join(invite(role)).result["tally"]["tallyId"]))
        except BaseException as error:  # noqa: BLE001: told below
            errors.append(error)

    counts, refused_at = {True: 0, False: 0}, []
    version = {"limits.sessions": 1000, "limits.message_bytes": "64KiB", "timeouts.await_database": "30s"}
    with Listener(alice, set={"shutdown.grace": "10s", "timeouts.step": "1m", "timeouts.session": "5m"}, grace=20) as running:
        assert running.admin.patch(version).status == 200
        halfway_link = alice.invite("foil", "--uses", "unlimited")["link"]
        threads = [threading.Thread(target=dial, args=(home(f"bob{i}"),)) for i in range(2)]
        for thread in threads:
            thread.start()
        for number in range(rounds):
            halfway, began_with = Halfway(running, halfway_link), version
            good = random_source.random() < 0.5
            wanted = {"limits.sessions": random_source.randint(100, 9999), "limits.message_bytes": random_source.choice(["4KiB", "8KiB"]),
                      "timeouts.await_database": f"{random_source.randint(1, 5)}0s"}
            key = random_source.choice(["limits.sessions", "timeouts.await_database"])
            sent = wanted if good else {**wanted, key: {"limits.sessions": 0, "timeouts.await_database": "1ms"}[key]}
            # The log has at most 50 lines of one cause in 10 s, and these are to be read there.
            told_enough = not good and sum(time.monotonic() - at < 11 for at in refused_at) >= 45
            if random_source.random() < 0.5 or told_enough:
                answer = running.admin.patch(sent, random_source.choice(["", "?persist=false"]))
                assert answer.status == (200 if good else 422), (seed, number, answer)
                assert good or answer.json["errors"][0]["key"] == key, (seed, number, answer)
            else:
                text, line = as_file(sent, random_source, key)
                write(alice, text)
                outcome = "taleus_setting_changes_total" + ('{outcome="made"}' if good else '{outcome="refused"}')
                before, logged = running.admin.metrics()[outcome], len(running.log())
                running.signal(signal.SIGHUP)
                until(f"reload {number} of seed {seed}", lambda: running.admin.metrics()[outcome] == before + 1)
                if not good:
                    refused_at.append(time.monotonic())
                    until("the reason", lambda: f"config.toml:{line}: {key} must be" in running.log()[logged:])
            counts[good] += 1
            version = wanted if good else version
            values = {one["key"]: one["value"] for one in running.admin.get("/v1/config").json["settings"]}
            assert {name: values[name] for name in version} == {name: str(value) for name, value in version.items()}, (seed, number)
            told = halfway.outcome()
            assert told == ("message_too_large" if began_with["limits.message_bytes"] == "4KiB" else began_with["timeouts.await_database"]), (seed, number, began_with, version)
            assert not errors, errors[0]
        write(alice, "")
        over.set()
        for thread in threads:
            thread.join(90)
            assert not thread.is_alive()
        metrics = running.admin.metrics()
        assert metrics["taleus_sessions_unaccounted"] == 0
        assert metrics["taleus_setting_changes_total{outcome=\"made\"}"] == counts[True] + 1
        assert metrics["taleus_setting_changes_total{outcome=\"refused\"}"] == counts[False]
    assert not errors, errors[0]
    assert counts[True] and counts[False] and done
    for dialer, role, tally in done:
        assert_both_sides(alice, dialer, tally, role)
    for session in alice.sessions():  # of the others each was told, and waited in vain for its time or for longer than the listener ran
        assert session["state"] in ("DONE", "TIMED_OUT", "AWAITING_DATABASE") or session.get("code") == "message_too_large", session
    assert len(changes(alice)) == counts[True] + 1, "each is on record"


def as_file(version, random_source, key):
    """config.toml with these settings and some lines of comment, and the number of the line that `key` is on."""
    lines, numbers = [], {}
    for section in random_source.sample(["limits", "timeouts"], 2):
        lines += ["#"] * random_source.randint(0, 99) + [f"[{section}]"]
        own = [(name, value) for name, value in version.items() if name.startswith(section)]
        for name, value in random_source.sample(own, len(own)):
            lines.append(f"{name.split('.')[1]} = {json.dumps(value)}")
            numbers[name] = len(lines)
    return "\n".join(lines) + "\n", numbers[key]
