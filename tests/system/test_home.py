"""Homes, settings and the command line as such: what every command shares."""

import contextlib
import ctypes
import errno
import json
import os
import platform
import re
import socket
import sqlite3
import stat
import subprocess
import threading

import pytest

from taleus import FAILED, PROGRAM, USAGE, Home, Listener, in_parallel, taleus, until

COMMANDS = [["init"], ["serve"], ["invite"], ["invite", "create"], ["invite", "list"], ["invite", "show"], ["invite", "revoke"], ["join"], ["tally", "list"],
            ["tally", "show"], ["session", "list"], ["session", "show"]]


def test_init_makes_a_home_that_only_its_owner_can_read(tmp_path):
    made = taleus("init", "--home", tmp_path / "deep" / "home", "--json").result
    home = Home(tmp_path / "deep" / "home", init=False)
    assert re.fullmatch("12D3KooW[1-9A-HJ-NP-Za-km-z]{44}", made["peerId"]) and made["home"] == str(home.path)
    found = home.permissions()
    assert found["."] == found["tallies"] == 0o700
    assert found["identity.key"] == found["config.toml"] == 0o600
    assert found["taleus.db"] & 0o077 == 0
    assert {name for name, mode in found.items() if mode & 0o077} == set()


def test_init_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        home = Home(tmp_path / "home")
        with Listener(home) as running:
            home.invite("stock", "--out", home.path / "link", "--png", home.path / "link.png")
            Home(tmp_path / "bob").join(str(home.path / "link"))
            assert running.is_running()
        assert {name for name, mode in home.permissions().items() if mode & 0o077} == set()
        assert {name for name, mode in Home(tmp_path / "bob", init=False).permissions().items() if mode & 0o077} == set()
    finally:
        os.umask(before)


def test_init_never_overwrites(alice):
    alice.run("invite", "create", "--role", "stock", "--token", "x" * 20, set={"p2p.announce": "/ip4/203.0.113.7/tcp/9000"})
    (alice.path / "config.toml").write_text('[log]\nlevel = "warn"\n')
    before = {name: data for name, data in alice.content().items() if name.name in ("identity.key", "config.toml")}
    again = alice.run("init", "--json", code=FAILED)
    assert again.result["error"]["code"] == "conflict"
    assert {name: data for name, data in alice.content().items() if name in before} == before
    assert len(alice.invitations()) == 1


def test_commands_on_no_home_say_what_to_do(tmp_path):
    for command in (["serve"], ["invite", "list"], ["join", "taleus:1A"], ["tally", "list"], ["session", "list"]):
        failed = taleus(*command, "--home", tmp_path / "nowhere", code=FAILED)
        assert "taleus init" in failed.err
    assert not (tmp_path / "nowhere").exists()


def test_the_home_is_named_by_flag_environment_or_xdg(tmp_path):
    taleus("init", env={"TALEUS_HOME": str(tmp_path / "by-env")})
    assert (tmp_path / "by-env" / "identity.key").exists()
    taleus("init", "--home", tmp_path / "by-flag", env={"TALEUS_HOME": str(tmp_path / "other")})
    assert (tmp_path / "by-flag" / "identity.key").exists() and not (tmp_path / "other").exists()
    taleus("init", env={"XDG_DATA_HOME": str(tmp_path / "data")})
    assert (tmp_path / "data" / "taleus" / "identity.key").exists()


def test_a_key_that_others_may_read_is_refused(alice):
    (alice.path / "identity.key").chmod(0o644)
    assert "chmod 600" in alice.run("invite", "list", code=FAILED).err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(command):
    shown = taleus(*command, "--help").out
    assert "xample" in shown and f"taleus {' '.join(command)}" in shown, shown


def test_version():
    assert re.fullmatch(r"taleus \d+\.\d+\.\d+\S*\n", taleus("--version").out)


@pytest.mark.parametrize("wrong", [[], ["sing"], ["invite"], ["invite", "create"], ["invite", "create", "--role", "both"], ["serve", "--no-such-flag"],
                                   ["invite", "create", "--role", "stock", "--uses", "0"], ["invite", "create", "--role", "stock", "--uses", "-1"],
                                   ["invite", "create", "--role", "stock", "--expires", "yesterday"], ["invite", "create", "--role", "stock", "--identity", "none"],
                                   ["invite", "create", "--role", "stock", "--per-peer", "0"], ["invite", "show"], ["session", "list", "--limit", "0"]],
                         ids=" ".join)
def test_wrong_usage_ends_with_2(alice, wrong):
    refused = taleus(*wrong, "--home", alice.path, code=USAGE) if wrong else taleus(code=USAGE)
    assert refused.err or refused.out


@pytest.mark.parametrize("kind", ["tally", "session"])
def test_what_does_not_exist_is_said(alice, kind):
    assert "error" in alice.run(kind, "show", "b" * 30, "--json", code=FAILED).result
    assert alice.run(kind, "list", "--json").out == ""
    assert f"no {'tallies' if kind == 'tally' else 'sessions'}" in alice.run(kind, "list").err


# --- settings

def test_config_toml_documents_every_key_at_its_default(alice):
    text = (alice.path / "config.toml").read_text()
    keys = {"p2p.listen", "p2p.announce", "timeouts.step", "timeouts.session", "limits.sessions", "limits.sessions_per_peer", "limits.message_bytes",
            "shutdown.grace", "log.level", "log.format"}
    section, found, uncommented = "", set(), []
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif match := re.match(r"#(\w+) = .+", line):
            found.add(f"{section}.{match[1]}")
            uncommented.append(line[1:])
            continue
        uncommented.append(line)
    assert keys <= found
    (alice.path / "config.toml").write_text("\n".join(uncommented))  # all defaults, said aloud, are accepted
    alice.run("invite", "list")


@pytest.mark.parametrize("text,line,words", [
    ('[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\nlisten_all = true\n', 3, ["p2p.listen_all"]),
    ('[timeouts]\n\nstep = 5\n', 3, ["timeouts.step", "5s"]),
    ('[timeouts]\nstep = "5 parsecs"\n', 2, ["timeouts.step"]),
    ('[limits]\nsessions = 0\n', 2, ["limits.sessions", "1"]),
    ('[limits]\nmessage_bytes = "1GiB"\n', 2, ["limits.message_bytes", "MiB"]),
    ('[log]\nlevel = "loud"\n', 2, ["log.level", "debug"]),
    ('[log]\nlevel = \n', 2, []),
    ('[p2p]\nmplex = "yes"\n', 2, ["p2p.mplex", "true"]),
])
def test_a_wrong_setting_names_file_line_key_and_range(alice, text, line, words):
    (alice.path / "config.toml").write_text(text)
    refused = alice.run("invite", "list", code=USAGE)
    assert f"config.toml:{line}" in refused.err
    for word in words:
        assert word in refused.err


def test_an_address_that_is_none_is_refused(alice):
    assert "p2p.listen" in alice.run("serve", set={"p2p.listen": "127.0.0.1:9000"}, code=USAGE).err


def test_environment_wins_over_the_file_and_flags_over_both(alice):
    announce = {name: f"/ip4/203.0.113.{number}/tcp/9000" for number, name in enumerate(["file", "environment", "flag"])}
    (alice.path / "config.toml").write_text(f'[p2p]\nannounce = ["{announce["file"]}"]\n')
    environment = {"TALEUS_P2P_ANNOUNCE": announce["environment"] + "," + announce["file"]}

    def addresses(**options):
        return [text.rpartition("/p2p/")[0] for text in alice.invite(**options)["link"]["responderPeerAddrs"]]

    assert addresses() == [announce["file"]]
    assert addresses(env=environment) == [announce["environment"], announce["file"]]
    assert addresses(env=environment, set={"p2p.announce": announce["flag"]}) == [announce["flag"]]
    assert "TALEUS_LOG_LEVEL" in alice.run("invite", "list", env={"TALEUS_LOG_LEVEL": "loud"}, code=USAGE).err
    assert "limits.sesions" in alice.run("invite", "list", set={"limits.sesions": "5"}, code=USAGE).err


# --- serve

def test_the_ready_line_comes_first_and_names_real_ports(alice):
    with Listener(alice) as running:
        ready = running.ready
        assert list(ready)[0] == "event" and ready["event"] == "ready" and ready["peerId"] == alice.peer_id
        assert running.addresses == [f"/ip4/127.0.0.1/tcp/{running.port}/p2p/{alice.peer_id}"] and running.port != 0
        assert "admin" in ready
    assert len(running.out) == 1


def test_ready_fd(alice):
    read, write = os.pipe()
    try:
        process = subprocess.Popen([PROGRAM, "serve", "--home", alice.path, "--set", "p2p.listen=/ip4/127.0.0.1/tcp/0", "--ready-fd", str(write)],
                                   pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        write = None
        with os.fdopen(read, closefd=False) as pipe:
            assert json.loads(pipe.readline())["event"] == "ready"
        process.terminate()
        assert process.wait(10) == 0
    finally:
        for descriptor in (read, write):
            if descriptor is not None:
                os.close(descriptor)


def test_one_listener_a_home(alice, listener):
    second = alice.run("serve", set={"p2p.listen": "/ip4/127.0.0.1/tcp/0"}, code=FAILED, seconds=20)
    assert second.err
    assert listener.is_running()


def test_a_taken_port_is_said(alice, home, listener):
    """Found in review: it was taken for missing memory."""
    carol, free = home("carol"), {"p2p.listen": "/ip4/127.0.0.1/tcp/0", "admin.listen": "127.0.0.1:0"}
    for key, taken in (("p2p.listen", f"/ip4/127.0.0.1/tcp/{listener.port}"), ("admin.listen", listener.ready["admin"])):
        refused = carol.run("serve", "--json", set={**free, key: taken}, code=FAILED, seconds=20)
        assert refused.result["error"]["code"] == "conflict" and taken in refused.err, refused
        assert "check p2p.listen and admin.listen" in refused.err and "ulimit" not in refused.err, refused
    foreign = carol.run("serve", set={**free, "p2p.listen": "/ip4/192.0.2.1/tcp/9000"}, code=FAILED, seconds=20)
    assert "192.0.2.1" in foreign.err and "check p2p.listen" in foreign.err and "ulimit" not in foreign.err, foreign


class Step(ctypes.Structure):
    """Of a filter of system calls (struct sock_filter)."""
    _fields_ = [("code", ctypes.c_uint16), ("if_so", ctypes.c_uint8), ("if_not", ctypes.c_uint8), ("value", ctypes.c_uint32)]


class Steps(ctypes.Structure):
    _fields_ = [("count", ctypes.c_uint16), ("first", ctypes.POINTER(Step))]


def without_ipv6(work):
    """What `work` gives, on a thread that can open no socket of IPv6, nor can what it starts: the kernel says what it says where it has none. As
    systemd does it for RestrictAddressFamilies=; nobody needs to be root for it."""
    call = {"x86_64": 41, "aarch64": 198}.get(platform.machine())  # socket(2)
    if call is None:
        pytest.skip(f"HOW SOCKETS ARE MADE ON {platform.machine()} IS NOT KNOWN HERE: nothing is known of machines without IPv6")
    load, jump_if_equal, answer, first_argument, as_ever, with_error = 0x20, 0x15, 0x06, 16, 0x7FFF0000, 0x00050000
    steps = (Step * 6)(Step(load, 0, 0, 0), Step(jump_if_equal, 0, 3, call), Step(load, 0, 0, first_argument), Step(jump_if_equal, 0, 1, socket.AF_INET6),
                       Step(answer, 0, 0, with_error | errno.EAFNOSUPPORT), Step(answer, 0, 0, as_ever))
    no_new_privileges, seccomp, by_filter = 38, 22, 2
    libc = ctypes.CDLL(None, use_errno=True)

    def run():
        for words in ((no_new_privileges, 1, 0, 0, 0), (seccomp, by_filter, ctypes.byref(Steps(len(steps), steps)), 0, 0)):
            if libc.prctl(*words) != 0:
                pytest.skip(f"SYSTEM CALLS CANNOT BE FILTERED HERE ({os.strerror(ctypes.get_errno())}): nothing is known of machines without IPv6")
        return work()

    [done] = in_parallel([run], 1)
    return done


def test_a_machine_without_ipv6_serves_by_its_default(alice):
    """Found in review: the two wildcards of p2p.listen were all or none, and a start without IPv6 failed."""
    both = "/ip6/::/tcp/0,/ip4/127.0.0.1/tcp/0"
    with without_ipv6(lambda: Listener(alice, listen=both)) as running:
        assert [address.split("/")[1] for address in running.addresses] == ["ip4"]
        until("it says so", lambda: "this machine has no IPv6: /ip6/::/tcp/0 is left out" in running.log())
    with Listener(alice, listen=both) as running:
        assert len(running.addresses) == 2 and "left out" not in running.log()
    for asked in ("/ip6/::/tcp/0", "/ip4/127.0.0.1/tcp/0,/ip6/::1/tcp/0"):  # what was meant is not to be had
        refused = without_ipv6(lambda: alice.run("serve", set={"p2p.listen": asked, "admin.listen": ""}, code=FAILED, seconds=20))
        assert "Address family not supported" in refused.err and "check p2p.listen" in refused.err, refused
    for asked, verdict in ((both, "warning"), ("/ip6/::/tcp/0", "failed")):
        lines = without_ipv6(lambda: alice.run("doctor", "--json", set={"p2p.listen": asked}, code=None)).lines
        assert {line["verdict"] for line in lines if line["check"] == "ports" and "/ip6/" in line["what"]} == {verdict}, lines


def test_a_store_that_is_held_is_not_taken_for_a_port(alice):
    """Found in review: whatever ended a start was answered by `check p2p.listen`."""
    with Listener(alice):
        pass
    with contextlib.closing(sqlite3.connect(alice.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        held = alice.run("serve", set={"p2p.listen": "/ip4/127.0.0.1/tcp/0", "admin.listen": "127.0.0.1:0"}, code=FAILED, seconds=60)
        assert "locked" in held.err and "p2p.listen" not in held.err and "ulimit" not in held.err, held


def test_json_logs_are_json(alice):
    with Listener(alice, set={"log.format": "json", "log.level": "debug"}) as running:
        pass
    lines = [json.loads(line) for line in running.err if line.strip()]
    assert lines and all(isinstance(line, dict) for line in lines)


def test_stored_files_stay_private_while_serving(alice, bob, listener):
    link = alice.invite("stock")["uri"]
    bob.join(link)
    for home in (alice, bob):
        for name, mode in home.permissions().items():
            assert stat.S_IMODE(mode) & 0o077 == 0, (home, name, oct(mode))
