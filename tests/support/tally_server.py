"""A PostgreSQL server on which tallies are provisioned: SCRAM for everybody but its superuser, and a log of every statement; what the
logins of both parties may do there; and networks on which something happens at the worst moment."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading

from postgres import Server, binaries

PROVISIONER_PASSWORD = "canary-provisioner-4f1d"


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
        self.sql(f"CREATE ROLE provisioner LOGIN CREATEROLE PASSWORD '{PROVISIONER_PASSWORD}'")
        self.sql("CREATE DATABASE tallies OWNER provisioner")
        self.sql("REVOKE CONNECT, TEMPORARY ON DATABASE tallies FROM PUBLIC")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def provisioning(self, folder, by=None):
        """Settings of a side that provisions here, by way of the proxy `by` if given; its password is a file in `folder`."""
        secret = folder / "provisioner.password"
        secret.write_text(PROVISIONER_PASSWORD + "\n")
        told = {"provisioner.endpoint": f"postgres://127.0.0.1:{self.port}/tallies"} if by else {}
        return {"provisioner.kind": "postgres", "provisioner.url": f"postgres://provisioner@127.0.0.1:{(by or self).port}/tallies",
                "provisioner.password_file": str(secret), **told}

    def schemas(self):
        return set(self.sql(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 'taleus\_%'", "tallies").split())

    def logins(self):
        return set(self.sql(r"SELECT rolname FROM pg_roles WHERE rolname LIKE 'taleus\_%'").split())

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


def access(home, tally_id):
    return home.run("tally", "access", tally_id, "--json").result


def check_logins(cluster, alice, bob, tally_id):
    """Each party logs in with its own secret, reads the draft by its search path, and can do no more than that."""
    logins = [access(home, tally_id) for home in (alice, bob)]
    for login in logins:
        def ask(text, ok=True):
            return cluster.ask(text, login["login"], login["secret"], ok)
        assert ask("SELECT tally_id FROM tally") == [[tally_id]]
        for forbidden in ("DELETE FROM tally", "UPDATE tally SET draft = ''", "CREATE TABLE mine (x int)", "CREATE TABLE public.mine (x int)",
                          "CREATE SCHEMA mine", "CREATE ROLE mine", "CREATE TEMPORARY TABLE mine (x int)", "SELECT * FROM pg_authid",
                          "SET ROLE provisioner", "COPY tally TO '/tmp/x'"):
            assert any(why in ask(forbidden, ok=False) for why in ("permission denied", "must be superuser")), forbidden
        for schema in cluster.schemas():
            if not login["login"].startswith(schema):
                assert "permission denied" in ask(f"SELECT * FROM {schema}.tally", ok=False)
    powers = cluster.sql("SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit FROM pg_roles "
                         f"WHERE rolname = '{logins[0]['login']}'")
    assert powers.strip() == "f|f|f|f|f|f"


class AtCommit:
    """Stands between a client and the server, and does something when the first COMMIT comes by, before the server gets it."""

    def __init__(self, cluster, act):
        self.cluster, self.act, self.has_acted = cluster, act, threading.Event()
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
                for way in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(*way, way[0] is client), daemon=True).start()

    def _pass(self, source, to, is_asking):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_asking and b"COMMIT\0" in data and not self.has_acted.is_set():
                    self.act()
                    self.has_acted.set()
                to.sendall(data)
        with contextlib.suppress(OSError):
            to.shutdown(socket.SHUT_WR)


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
