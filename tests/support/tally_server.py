"""A PostgreSQL server of the test's own: a cluster in a temporary directory, an unprivileged user, a free port of the loopback."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading

import pytest

from taleus import until

BINARIES = next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
# PostgreSQL refuses to run as root, as which a container's tests run.
UNPRIVILEGED = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """Logs every statement, and wants SCRAM from everybody but its superuser on the socket in its own directory."""

    def __init__(self, settings=None):
        if BINARIES is None:
            pytest.skip("PostgreSQL is not installed (scripts/setup installs it)")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="taleus-pg-"))
        self.port = free_port()
        if UNPRIVILEGED:
            shutil.chown(self.directory, "postgres", "postgres")
        self.data, self.log_file = self.directory / "data", self.directory / "log"
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "scram-sha-256", "--auth-local=trust", "-N", "--no-locale", "-E", "UTF8")
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.directory), "fsync": "off",
                   "log_statement": "all", "log_connections": "on", "max_connections": 60, **(settings or {})}
        with open(self.data / "postgresql.auto.conf", "a") as file:
            file.writelines(f"{key} = '{value}'\n" for key, value in options.items())
        self.start()

    def _run(self, program, *arguments):
        done = subprocess.run([*UNPRIVILEGED, str(BINARIES / program), *map(str, arguments)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, cwd=self.directory)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self):
        # pg_ctl's children keep its pipes: no capturing here.
        subprocess.run([*UNPRIVILEGED, str(BINARIES / "pg_ctl"), "-D", str(self.data), "-l", str(self.log_file), "-w", "start"], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.directory)

    def stop(self, mode="immediate"):
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def close(self):
        subprocess.run([*UNPRIVILEGED, str(BINARIES / "pg_ctl"), "-D", str(self.data), "-m", "immediate", "stop"], capture_output=True,
                       cwd="/")
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def log(self):
        return self.log_file.read_text(errors="replace")

    def sql(self, text, database="postgres", user="postgres", password=None, ok=True):
        """Rows as lists of texts; with `ok` false, what psql says instead. A password goes over TCP, none over the socket."""
        host = "127.0.0.1" if password else str(self.directory)
        environment = {"PATH": os.environ["PATH"], "PGCONNECT_TIMEOUT": "10", **({"PGPASSWORD": password} if password else {})}
        done = subprocess.run([str(BINARIES / "psql"), "-X", "-h", host, "-p", str(self.port), "-U", user, "-d", database, "-v",
                               "ON_ERROR_STOP=1", "-At", "-F", "\t", "-c", text], capture_output=True, text=True, env=environment)
        assert (done.returncode == 0) == ok, f"{text}: {done.stdout}{done.stderr}"
        return [line.split("\t") for line in done.stdout.splitlines()] if ok else done.stderr


class SilentAfterCommit:
    """Stands between a client and the server: the first COMMIT reaches the server and takes effect there, and from then on the client
    hears nothing, as when a network or a process ends at the worst moment."""

    def __init__(self, cluster):
        self.cluster, self.committed = cluster, threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.sockets = [self.listening]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self.sockets:
            one.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.listening.accept()[0]
                server = socket.create_connection(("127.0.0.1", self.cluster.port))
                self.sockets += [client, server]
                silent = threading.Event()
                threading.Thread(target=self._ask, args=(client, server, silent), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client, silent), daemon=True).start()

    @staticmethod
    def _ask(client, server, silent):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if b"COMMIT\0" in data:
                    silent.set()
                server.sendall(data)
            server.close()

    def _answer(self, server, client, silent):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if not silent.is_set():
                    client.sendall(data)
                elif b"COMMIT" in data:
                    self.committed.set()
