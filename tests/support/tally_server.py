"""A PostgreSQL server on which tallies are provisioned: SCRAM for everybody but its superuser, and a log of every statement; and a
network that falls silent at the worst moment."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading

from postgres import Server, binaries


class TallyServer(Server):
    def __init__(self):
        binaries()
        root = tempfile.mkdtemp(prefix="taleus-tallies-")
        if os.getuid() == 0:
            shutil.chown(root, "postgres", "postgres")
        super().__init__(root, "tallies")
        (self.data / "pg_hba.conf").write_text("host all taleus 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        for setting in ("log_statement = 'all'", "log_connections = on"):
            self.sql(f"ALTER SYSTEM SET {setting}")
        self.sql("SELECT pg_reload_conf()")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def statements(self):
        """What the server logged."""
        return self.log.read_text(errors="replace")

    def ask(self, text, user, password, ok=True):
        """In the database of tallies, as who logs in: rows as lists of texts; with `ok` false, what psql says instead."""
        done = subprocess.run([self.bin / "psql", "-X", "-h", "127.0.0.1", "-p", str(self.port), "-U", user, "-d", "tallies", "-v",
                               "ON_ERROR_STOP=1", "-At", "-F", "\t", "-c", text], capture_output=True, text=True,
                              env={"PATH": os.environ["PATH"], "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"})
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
