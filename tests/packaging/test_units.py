"""The unit files: sound, hardened, and the socket unit what the program takes over."""

import re
import shutil
import subprocess

from taleus import ROOT
from tools import tool

UNITS = ROOT / "packaging/systemd"
EXPOSURE_MAX = 1.1  # of 10, by systemd-analyze security; docs/operating.md states it


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


def test_the_units_are_sound(tmp_path):
    analyze = tool("systemd-analyze", "systemd")
    for unit in UNITS.glob("taleus.s*[et]"):  # with a program and without a manual that may not be installed here
        text = re.sub(r"^Documentation=.*\n", "", unit.read_text(), flags=re.M)
        (tmp_path / unit.name).write_text(text.replace("/usr/bin/taleus", shutil.which("true")))
    verified = run(analyze, "verify", tmp_path / "taleus.service", tmp_path / "taleus.socket")
    assert verified.returncode == 0 and verified.stderr == "", verified.stderr


def test_the_service_is_exposed_no_more_than_stated():
    judged = run(tool("systemd-analyze", "systemd"), "security", "--offline=true", UNITS / "taleus.service")
    level = float(re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)[1])
    assert level <= EXPOSURE_MAX
    assert f"exposure of {level}" in (ROOT / "docs/operating.md").read_text()


def test_it_is_not_started_again_where_that_mends_nothing():
    prevented = re.search(r"^RestartPreventExitStatus=(.*)$", (UNITS / "taleus.service").read_text(), re.M)[1].split()
    codes = dict(re.findall(r"^\| (\d+) \| (.*) \|$", (ROOT / "docs/commands.md").read_text(), re.M))
    assert "a setting that is not allowed" in codes[prevented[0]] and "check the disk, then start again" in codes[prevented[1]]


def test_each_family_has_a_socket_of_its_own():
    text = (UNITS / "taleus.socket").read_text()
    assert len(re.findall(r"^ListenStream=", text, flags=re.M)) == 2
    assert "BindIPv6Only=ipv6-only" in text, "the program refuses a socket that takes both families"
