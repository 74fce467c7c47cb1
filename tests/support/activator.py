"""A service manager in small: listens on sockets, starts a service on them, hears its notifications, and starts it again on the
same sockets, so that what calls in between waits. What systemd does for taleus.socket and taleus.service, without systemd."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

from taleus import PROGRAM, environment, settings, until

# $LISTEN_PID is the service's own process, which is known only within it.
LAUNCH = """
import os, sys
sockets = [int(text) for text in sys.argv[1].split(",") if text]
held = [os.dup(fd) for fd in sockets]
for fd in sockets:
    os.close(fd)
for target, fd in enumerate(held, 3):
    os.dup2(fd, target)
    os.set_inheritable(target, True)
if held:
    os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


class Service:
    """`command` under this service manager. `sockets`: (name, listening socket)."""

    def __init__(self, command, sockets=(), watchdog_usec=None, env=None, user=None):
        self.command, self.sockets, self.user = command, list(sockets), user
        self.folder = tempfile.TemporaryDirectory(prefix="taleus-notify.")
        path = os.path.join(self.folder.name, "notify")
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(path)
        if user:
            os.chmod(self.folder.name, 0o755)
            os.chmod(path, 0o777)
        self.env = {**environment(env), "NOTIFY_SOCKET": path}
        if watchdog_usec:
            self.env["WATCHDOG_USEC"] = str(watchdog_usec)
        if self.sockets:
            self.env["LISTEN_FDS"] = str(len(self.sockets))
            self.env["LISTEN_FDNAMES"] = ":".join(name for name, _ in self.sockets)
        self.told = []  # datagrams, each as a dict
        self.process = None
        self.hearing = threading.Thread(target=self._hear, daemon=True)
        self.hearing.start()

    def _hear(self):
        with contextlib.suppress(OSError):
            while True:
                text = self.notify.recv(65536).decode()
                if not text:
                    return
                self.told.append(dict(line.split("=", 1) for line in text.splitlines()))

    def heard(self, name, value=None, since=0):
        return [told for told in self.told[since:] if name in told and value in (None, told[name])]

    def start(self):
        since = len(self.told)
        fds = [listening.fileno() for _, listening in self.sockets]
        self.process = subprocess.Popen([sys.executable, "-c", LAUNCH, ",".join(map(str, fds)), *map(str, self.command)], pass_fds=fds,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, text=True,
                                        user=self.user, group=self.user)
        self.out, self.err = [], []
        for stream, to in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            threading.Thread(target=lambda stream=stream, to=to: to.extend(stream), daemon=True).start()
        until("READY=1", lambda: self.heard("READY", "1", since) or self.process.poll() is not None, 30)
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {''.join(self.err)}"
        return self

    def stop(self, seconds=20):
        self.process.terminate()
        code = self.process.wait(seconds)
        assert code == 0, f"ended with {code}: {''.join(self.err)}"

    def restart(self):
        self.stop()
        self.start()

    @property
    def ready(self):
        return json.loads(until("the ready line", lambda: self.out)[0])

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.stop() if kind is None else self.process.kill()
        self.process.wait()
        # Who is still in recv() when a descriptor is closed hears, under the same number, what the next service tells.
        self.notify.shutdown(socket.SHUT_RDWR)
        self.hearing.join()
        self.notify.close()
        for _, listening in self.sockets:
            listening.close()
        self.folder.cleanup()


def listening_socket(address="127.0.0.1"):
    return socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=128)


def activated(home, set=None, sockets=None, **options):
    """`taleus serve` of a home on sockets of ours."""
    command = [pathlib.Path(PROGRAM).resolve(), "serve", "--home", home.path, *settings({"shutdown.grace": "5s", **(set or {})})]
    return Service(command, sockets if sockets is not None else [("p2p", listening_socket())], **options)
