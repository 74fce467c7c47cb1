"""A machine with nothing on it but a minimal Debian 12, in a folder: for what is installed. Its network is its own, and has a loopback
only; what installs uses ours. Needs root and mmdebstrap."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest

from taleus import until
from tools import tool


class BareMachine:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        for needed in ("mmdebstrap", "unshare", "nsenter"):
            tool(needed, needed if needed == "mmdebstrap" else "util-linux")
        if os.geteuid() != 0:
            pytest.skip("NOT ROOT: a machine in a folder cannot be made")
        made = subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "bookworm", self.root], capture_output=True, text=True)
        if made.returncode != 0:
            pytest.skip(f"NO DEBIAN TO INSTALL FROM: {made.stderr[-500:]}")
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        self.started = {}
        script = 'mount -t proc proc "$0/proc" && ip link set lo up && echo up && exec sleep infinity'
        self.keeper = subprocess.Popen(["unshare", "--mount", "--net", "sh", "-c", script, self.root], stdout=subprocess.PIPE, text=True)
        assert self.keeper.stdout.readline() == "up\n", "its network and its /proc"

    def command(self, *command, user=None, online=False, env=None):
        """How a command is started in it. `online`: with our network."""
        enter = ["nsenter", "--target", str(self.keeper.pid), "--mount", *([] if online else ["--net"])]
        values = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", **(env or {})}
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        return [*enter, "chroot", str(self.root), *become, "env", "-i", *(f"{name}={value}" for name, value in values.items()), *map(str, command)]

    def run(self, *command, code=0, stdin="", **options):
        ended = subprocess.run(self.command(*command, **options), input=stdin, capture_output=True, text=True, timeout=600)
        assert code is None or ended.returncode == code, f"{command} ended with {ended.returncode}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}"
        return ended

    def start(self, name, *command, **options):
        """A program that goes on; its output is in `log`."""
        file = (self.root / f"tmp/{name}.log").open("w+")
        self.started[name] = subprocess.Popen(self.command(*command, **options), stdin=subprocess.DEVNULL, stdout=file, stderr=file, text=True)
        return self.started[name]

    def log(self, name):
        return (self.root / f"tmp/{name}.log").read_text()

    def stop(self, name, seconds=60):
        process = self.started.pop(name)
        process.terminate()
        return process.wait(seconds)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for process in self.started.values():
            process.kill()
            process.wait()
        self.keeper.kill()
        self.keeper.wait()

    # --- what systemd would do, which does not run here
    def systemctl(self, words):
        """`enable --now`, `restart` and `stop` of a service, by its unit file: ExecStart as User with Environment."""
        unit = words[-1].removesuffix(".service")
        if unit in self.started:
            assert self.stop(unit) == 0, self.log(unit)
        if "stop" in words:
            return
        text = (self.root / f"lib/systemd/system/{unit}.service").read_text()

        def value(key):
            return re.findall(rf"^{key}=(.*)$", text, re.M)

        env = dict(line.split("=", 1) for line in value("Environment"))
        for file in value("EnvironmentFile"):
            lines = (self.root / file.lstrip("-/")).read_text().splitlines()
            env |= {name: " ".join(shlex.split(quoted)) for name, quoted in (line.split("=", 1) for line in lines if re.match(r"\w+=", line))}
        command = shlex.split(re.sub(r"\$(\w+)", lambda found: env.get(found[1], ""), value("ExecStart")[0]))
        self.start(unit, *command, user=value("User")[0], env=env)
        if "Type=notify" in text:
            until("it is ready", lambda: '"event":"ready"' in self.log(unit) or self.started[unit].poll() is not None, 30)
            assert self.started[unit].poll() is None, self.log(unit)
