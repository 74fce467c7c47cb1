"""PostgreSQL servers of a test's own: a primary, standbys that follow it synchronously, their deaths; and a TCP proxy that cuts.

They run as an unprivileged user (initdb refuses root), on loopback ports that the kernel chose, in a directory that goes with them.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import pytest

from taleus import Home, until


def binaries():
    """Where the server's programs are; skips loudly where there are none."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not found:
        pytest.skip("no PostgreSQL server is installed (scripts/setup does)")
    return found[-1]


def as_server():
    """initdb refuses root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process. `primary` given: its standby, which it waits for at each commit."""

    def __init__(self, root, name, primary=None):
        self.root, self.name, self.bin = pathlib.Path(root), name, binaries()
        self.data, self.log = self.root / name, self.root / f"{name}.log"
        if primary is None:
            self._run("initdb", "-D", self.data, "-U", "taleus", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        else:
            self._run("pg_basebackup", "-D", self.data, "-h", "127.0.0.1", "-p", primary.port, "-U", "taleus", "-R", "-X", "stream", "-c", "fast",
                      "-d", f"application_name={name}")
        self.process = None
        self.port = free_port()
        self.start()
        if primary is not None:
            primary.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
            primary.sql("SELECT pg_reload_conf()")
            until("the standby follows", lambda: primary.value("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1, 30)

    def _run(self, program, *args):
        subprocess.run([*as_server(), self.bin / program, *map(str, args)], check=True, cwd=self.root, stdout=subprocess.DEVNULL)

    def start(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.root, "max_connections": 200,
                    "wal_level": "replica", "hot_standby": "on", "wal_receiver_timeout": "2s"}
        flags = [flag for key, value in settings.items() for flag in ("-c", f"{key}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*as_server(), self.bin / "postgres", "-D", self.data, *flags], cwd=self.root, stdout=log, stderr=log)
        until("the server answers", lambda: self.process.poll() is not None or self.answers(), 30)
        assert self.process.poll() is None, self.log.read_text()

    def answers(self):
        return subprocess.run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0

    def kill(self):
        """SIGKILL to the server and to every process of it at once, as a machine that loses its power."""
        pid = self.process.pid
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
        for victim in [pid, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        self.process.wait()

    def promote(self):
        self._run("pg_ctl", "promote", "-D", self.data, "-w")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)

    # --- asking it
    def sql(self, text, database="postgres"):
        ended = subprocess.run([self.bin / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "taleus", "-d", database, "-X", "-q", "-At", "-v",
                                "ON_ERROR_STOP=1"], input=text, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def rows(self, query, database):
        return json.loads(self.sql(f"SELECT coalesce(json_agg(found), '[]') FROM ({query}) found", database).strip())

    def value(self, query, database="postgres"):
        [row] = self.rows(query, database)
        return next(iter(row.values()))


@contextlib.contextmanager
def servers():
    """A maker of servers, which end with the `with`."""
    binaries()
    root = pathlib.Path(tempfile.mkdtemp(prefix="taleus-postgres-"))
    if os.getuid() == 0:
        shutil.chown(root, "postgres", "postgres")
    made = []

    def make(name, primary=None):
        made.append(Server(root, name, primary))
        return made[-1]

    try:
        yield make
    finally:
        for server in made:
            server.stop()
        shutil.rmtree(root, ignore_errors=True)


class Store:
    """A database for one inviter, and the URL by which nodes reach it."""

    def __init__(self, server, name, others=()):
        self.server, self.name = server, name
        server.sql(f'CREATE DATABASE "{name}"')
        self.ports = [server.port, *(other.port for other in others)]

    @property
    def url(self):
        return f"postgres://taleus@{','.join(f'127.0.0.1:{port}' for port in self.ports)}/{self.name}"

    def rows(self, query):
        return self.server.rows(query, self.name)


# The trail as a table, as taleus.AUDIT has it.
AUDIT = """WITH records AS (SELECT number AS written, trail, first + nth - 1 AS seq, record,
    regexp_replace(split_part(details, E'\\n', nth::int), '^[^ ]* ', '') AS details
    FROM bundles CROSS JOIN LATERAL string_to_table(rtrim(records, E'\\n'), E'\\n') WITH ORDINALITY AS line(record, nth)),
audit AS (SELECT written, trail, node, seq, event.place, event.kind, coalesce(whole->>'session', '') AS session_id,
    coalesce(whole->>'token', '') AS token_id, event.at, event.body::text AS body
    FROM records JOIN trails ON number = trail CROSS JOIN LATERAL (SELECT record::jsonb) AS parsed(whole)
    CROSS JOIN LATERAL (
        SELECT 0 AS place, whole->>'kind' AS kind, whole->'at' AS at,
            (whole->'body') || (CASE details WHEN '' THEN '{}' ELSE details END)::jsonb AS body
        UNION ALL SELECT place, one->>'kind', coalesce(
            (SELECT before->'at' FROM jsonb_array_elements(whole->'then') WITH ORDINALITY AS earlier(before, number)
                WHERE number <= place AND before->'at' IS NOT NULL ORDER BY number DESC LIMIT 1), whole->'at'), one->'body'
        FROM jsonb_array_elements(coalesce(whole->'then', '[]')) WITH ORDINALITY AS after(one, place)) AS event) """


def quoted(value):
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


class NodeHome(Home):
    """A listener node's home, whose journal is in a shared store."""

    def __init__(self, path, store, set=None):
        super().__init__(path)
        self.shared = store
        self.set = {"store.url": store.url, **(set or {})}

    def run(self, *args, set=None, **options):
        return super().run(*args, set={**self.set, **(set or {})}, **options)

    def rows(self, sql, *values):
        for value in values:
            sql = sql.replace("?", quoted(value), 1)
        return self.shared.rows(AUDIT + sql)


class Cutter:
    """A TCP proxy before a server that cuts a writer's connection when it sees its COMMIT: before it is forwarded, or after it was and
    instead of its answer."""

    def __init__(self, port):
        self.to = port
        self.mode, self.cuts = None, 0
        self.lock = threading.Lock()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_next(self, mode):
        """`before` the server gets it, or `after`."""
        with self.lock:
            self.mode = mode

    def _accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                client.close()
                continue
            Pair(self, client, server).start()

    def close(self):
        self.listening.close()


class Pair:
    """One proxied connection. What the client sends is read message by message, so that a prepared COMMIT is known when it runs."""

    def __init__(self, cutter, client, server):
        self.cutter, self.client, self.server = cutter, client, server
        self.commits, self.writes, self.deaf = set(), False, False

    def start(self):
        for end in (self.client, self.server):  # small messages go as they come, or each waits for the one before
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for work in (self._up, self._down):
            threading.Thread(target=work, daemon=True).start()

    def _end(self):
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _read(self, count):
        data = b""
        while len(data) < count:
            part = self.client.recv(count - len(data))
            if not part:
                raise ConnectionError
            data += part
        return data

    def _message(self, started):
        head = self._read(1 if started else 0)
        size = self._read(4)
        return head + size + self._read(int.from_bytes(size, "big") - 4)

    def _runs_commit(self, message):
        kind, body = message[:1], message[5:]
        if kind == b"P":
            name, query = body.split(b"\0")[:2]
            if query == b"COMMIT":
                self.commits.add(name)
            self.writes = self.writes or query.startswith(b"UPDATE writers")
        return kind == b"B" and self.writes and body.split(b"\0")[1] in self.commits

    def _up(self):
        started, cut = False, None
        try:
            while True:
                message = self._message(started)
                started = started or message[4:8] == b"\0\3\0\0"
                if started and self._runs_commit(message):
                    with self.cutter.lock:
                        cut, self.cutter.mode = self.cutter.mode, None
                        self.cutter.cuts += cut is not None
                    if cut == "before":
                        return self._end()
                    self.deaf = self.deaf or cut == "after"
                self.server.sendall(message)
        except OSError:
            self._end()

    def _down(self):
        try:
            while data := self.server.recv(65536):
                if self.deaf:  # the server has answered the COMMIT: what it did is done
                    return self._end()
                self.client.sendall(data)
            self._end()
        except OSError:
            self._end()
