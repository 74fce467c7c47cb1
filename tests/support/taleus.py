"""Drives the program `taleus` as its users do: homes, listeners, joins, and what both sides have on record afterwards.

TALEUS names the program (build/release/taleus unless set). Nothing here sleeps for synchronisation: `until` polls an observable
fact up to a deadline.
"""

import contextlib
import json
import os
import pathlib
import re
import resource
import signal
import sqlite3
import stat
import subprocess
import threading
import time

import pytest

from admin import AdminClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("TALEUS", ROOT / "build/release/taleus"))

DONE, FAILED, USAGE, REFUSED, UNREACHABLE, TIMED_OUT, NONSENSE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

# The arrows that an undisturbed session takes (docs/states), in the order of the records.
LISTENER_PATH = {
    "stock": ["READING_REQUEST", "VALIDATING_TOKEN", "VALIDATING_IDENTITY", "PROVISIONING_DATABASE", "SENDING_RESPONSE", "DONE"],
    "foil": ["READING_REQUEST", "VALIDATING_TOKEN", "VALIDATING_IDENTITY", "SENDING_RESPONSE", "AWAITING_DATABASE", "VALIDATING_DATABASE", "DONE"],
}
DIALER_PATH = {
    "stock": ["CONNECTING", "SENDING_CONTACT", "AWAITING_RESPONSE", "VALIDATING_RESPONSE", "DONE"],
    "foil": ["CONNECTING", "SENDING_CONTACT", "AWAITING_RESPONSE", "VALIDATING_RESPONSE", "PROVISIONING_DATABASE", "SENDING_DATABASE",
             "AWAITING_ACKNOWLEDGEMENT", "DONE"],
}


def until(what, holds, seconds=10.0, pause=0.02):
    """Polls `holds` until it returns something true, and returns it. The last look is after the time is over: a machine that stands
    still for as long fails nobody."""
    deadline = time.monotonic() + seconds
    while True:
        is_over = time.monotonic() > deadline
        found = holds()
        if found:
            return found
        if is_over:
            raise AssertionError(f"{what}: not within {seconds} s, last seen: {found!r}")
        time.sleep(pause)


def stop_still(process):
    """SIGSTOP, until each thread stands: the signal reaches one of them first, and on a loaded machine the others go on for a while, which once
    answered what was to come while all stood still."""
    def stands(file):
        try:
            return file.read_text().rpartition(")")[2].split()[0] in "TZX"  # or has ended, as below
        except (FileNotFoundError, ProcessLookupError):
            return True

    process.send_signal(signal.SIGSTOP)
    until("every thread stands", lambda: all(map(stands, pathlib.Path(f"/proc/{process.pid}/task").glob("*/stat"))), pause=0.001)


def raise_descriptor_limit(wanted):
    """For tests that hold thousands of sockets, here and in children; skips loudly where the system does not allow it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
        except (ValueError, OSError):
            pytest.skip(f"needs {wanted} file descriptors, the limit is {hard}")


class Run:
    """What one finished command left: exit code, stdout, stderr, and stdout as JSON lines."""

    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.split("\n") if line]

    @property
    def result(self):
        return self.lines[-1]

    @property
    def steps(self):
        return [line["step"] for line in self.lines if "step" in line]

    def __repr__(self):
        return f"{' '.join(map(str, self.command))}\n-> {self.code}\nstdout: {self.out}\nstderr: {self.err}"


def environment(extra=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TALEUS")}
    return {**clean, **(extra or {})}


def taleus(*args, code=DONE, stdin=None, env=None, seconds=60, cwd=None):
    """Runs the program and asserts its exit code (None: any)."""
    command = [str(PROGRAM), *map(str, args)]
    ended = subprocess.run(command, input=stdin if stdin is not None else "", capture_output=True, text=True, timeout=seconds,
                           env=environment(env), cwd=cwd)
    run = Run(command, ended.returncode, ended.stdout, ended.stderr)
    assert code is None or run.code == code, f"expected exit {code}: {run}"
    return run


# For tests that put more on one listener, from one address, than any default is meant for.
UNTHROTTLED = {
    "limits.memory": "16GiB", "limits.sessions_per_address": 1_000_000, "limits.connections_per_peer": 1_000_000, "limits.streams": 1_000_000,
    "limits.streams_per_peer": 1_000_000, "overload.work": 100_000, "overload.work_max": 100_000,
    **{f"rates.{name}": 0 for name in ("connections", "connections_per_address", "contacts", "contacts_per_address", "contacts_per_peer", "contacts_per_token")},
    **{f"rates.{name}": "0B" for name in ("bytes", "bytes_per_address", "bytes_per_peer")},
}


def settings(values):
    """{"p2p.listen": "…"} as --set flags."""
    return [flag for key, value in (values or {}).items() for flag in ("--set", f"{key}={value}")]


# The trail as a table of records, which the store has a bundle a row. `line` is ours (`by_line`).
RECORDS = """CREATE TEMP VIEW records AS SELECT number AS written, trail, first AS bundle, first + one.key AS seq, line(records, one.key) AS record,
    substr(leaves, one.key * 32 + 1, 32) AS leaf, rtrim(substr(line(details, one.key), 1, instr(line(details, one.key), ' '))) AS salt,
    substr(line(details, one.key), instr(line(details, one.key), ' ') + 1) AS details
    FROM bundles, json_each('[' || replace(rtrim(records, char(10)), char(10), ',') || ']') AS one"""


def by_line(text, number):
    lines = text.split("\n")
    return lines[number] if number < len(lines) else ""


# The same as a table of events: their members, the personal ones too. Those that a record tells of after its first have their time where it
# differs from the one before. By `written, seq, place` they are in the order in which they were kept, whatever the trail.
AUDIT = """CREATE TEMP VIEW audit AS SELECT {written} AS written, trail, node, seq, coalesce(event.key + 1, 0) AS place,
    coalesce(json_extract(event.value, '$.kind'), json_extract(record, '$.kind')) AS kind,
    coalesce(json_extract(record, '$.session'), '') AS session_id,
    coalesce(json_extract(record, '$.token'), '') AS token_id,
    coalesce((SELECT json_extract(before.value, '$.at') FROM json_each(record, '$.then') AS before
        WHERE before.key <= event.key AND json_extract(before.value, '$.at') IS NOT NULL ORDER BY before.key DESC LIMIT 1),
        json_extract(record, '$.at')) AS at,
    coalesce(json_extract(event.value, '$.body'),
        json_patch(json_extract(record, '$.body'), CASE details WHEN '' THEN '{{}}' ELSE details END)) AS body
    FROM records JOIN trails ON number = trail
    JOIN (SELECT -1 AS first UNION ALL SELECT 0) AS part
    LEFT JOIN json_each(CASE part.first WHEN -1 THEN NULL ELSE record END, '$.then') AS event
    WHERE part.first = -1 OR event.key IS NOT NULL"""


class Home:
    def __init__(self, path, init=True):
        self.path = pathlib.Path(path)
        self.peer_id = taleus("init", "--home", self.path, "--json").result["peerId"] if init else None

    def __repr__(self):
        return f"Home({self.path.name})"

    def run(self, *args, set=None, **options):
        return taleus(*args, "--home", self.path, *settings(set), **options)

    # --- commands
    def invite(self, role="stock", *options, set=None, **run_options):
        """The made invitation: {"id", "uri", "link"}."""
        return self.run("invite", "create", "--role", role, "--json", *options, set=set, **run_options).result

    def join(self, link, *options, code=DONE, set=None, stdin=None, seconds=90, **run_options):
        """Joins by a file, a URI, a JSON text or a JSON object, always by standard input unless told otherwise."""
        if isinstance(link, dict):
            link = json.dumps(link)
        if stdin is None and not str(link).startswith(("/", "-")):
            link, stdin = "-", link
        return self.run("join", link, "--json", *options, set=set, code=code, stdin=stdin, seconds=seconds, **run_options)

    def start_join(self, link, *options, set=None, env=None):
        """A join under way, as a process."""
        text = json.dumps(link) if isinstance(link, dict) else link
        process = subprocess.Popen([str(PROGRAM), "join", "-", "--json", "--home", str(self.path), *settings(set), *options], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(env))
        with contextlib.suppress(BrokenPipeError):  # one that was killed while it opened its home reads no link
            process.stdin.write(text)
            process.stdin.close()
        process.stdin = None
        return process

    def tallies(self):
        return self.run("tally", "list", "--json").lines

    def tally(self, tally_id):
        return self.run("tally", "show", tally_id, "--json").result

    def sessions(self, limit=1_000_000):
        return self.run("session", "list", "--json", "--limit", limit).lines

    def session(self, session_id):
        return self.run("session", "show", session_id, "--json").result

    def invitations(self):
        return self.run("invite", "list", "--json").lines

    def invitation(self, invitation_id):
        return self.run("invite", "show", invitation_id, "--json").result

    # --- files
    @property
    def store(self):
        return self.path / "taleus.db"

    def rows(self, sql, *values):
        """Rows of the store as dicts, read without disturbing whoever writes it."""
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
            if "bundles" in tables:
                db.create_function("line", 2, by_line, deterministic=True)
                db.execute(RECORDS)
            if tables & {"bundles", "records"}:  # of version 3 and 4: a row each
                db.execute(AUDIT.format(written="written" if "bundles" in tables else "trail"))
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, values)]

    def count(self, table, where="1 = 1", *values):
        return self.rows(f"SELECT count(*) AS n FROM {table} WHERE {where}", *values)[0]["n"]

    def audit(self, session_id=None):
        rows = self.rows("SELECT * FROM audit ORDER BY trail, seq, place")
        for row in rows:
            row["body"] = json.loads(row["body"])
        return rows if session_id is None else [row for row in rows if row["session_id"] == session_id]

    def settle(self, seconds=10):
        """Waits until every session that has a tally has its last record too: it follows the answer, which follows the tally."""
        until("the last records are written", lambda: self.count("sessions", """tally_id <> '' AND id NOT IN
              (SELECT session_id FROM audit WHERE kind = 'ended')""") == 0, seconds)

    def database(self, tally_id):
        """The file of a tally that this home provisioned."""
        return self.path / "tallies" / f"{tally_id}.db"

    def content(self):
        """Every file of the home as one byte string each, for searches."""
        return {file.relative_to(self.path): file.read_bytes() for file in self.path.rglob("*") if file.is_file()}

    def permissions(self):
        found = {}
        for entry in [self.path, *self.path.rglob("*")]:
            found[str(entry.relative_to(self.path))] = stat.S_IMODE(entry.lstat().st_mode)
        return found


class Listener:
    """`taleus serve` on a free port of the loopback, for the length of a `with`. Ends it by SIGTERM and asserts exit 0."""

    def __init__(self, home, set=None, env=None, listen="/ip4/127.0.0.1/tcp/0", grace=30.0, args=(), is_awaited=True):
        """`is_awaited`: is it ready when this returns?"""
        self.home, self.grace = home, grace
        self.out, self.err = [], []
        self.has_ended = False
        values = {"shutdown.grace": "2s", "admin.listen": "127.0.0.1:0", **({"p2p.listen": listen} if listen else {}), **(set or {})}
        self.process = subprocess.Popen([str(PROGRAM), "serve", "--home", str(home.path), *settings(values), *args], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(env))
        self.readers = [threading.Thread(target=self._read, args=(self.process.stdout, self.out), daemon=True),
                        threading.Thread(target=self._read, args=(self.process.stderr, self.err), daemon=True)]
        for reader in self.readers:
            reader.start()
        if not is_awaited:
            return
        try:
            until("the ready line", lambda: self.out or self.process.poll() is not None, 20)
            assert self.out, f"serve ended with {self.process.poll()}: {''.join(self.err)}"
            self.ready = json.loads(self.out[0])
        except BaseException:
            self.process.kill()
            raise

    @staticmethod
    def _read(stream, to):
        for line in stream:
            to.append(line)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.process.kill()
            self.process.wait()
        elif not self.has_ended:
            self.stop()

    @property
    def admin(self):
        return AdminClient(self.ready["admin"], (self.home.path / "admin.token").read_text().strip())

    @property
    def pid(self):
        return self.process.pid

    @property
    def addresses(self):
        return self.ready["addrs"]

    @property
    def port(self):
        return int(re.search(r"/tcp/(\d+)", self.addresses[0])[1])

    def log(self):
        return "".join(self.err)

    def is_running(self):
        return self.process.poll() is None

    def signal(self, number=signal.SIGTERM):
        if number == signal.SIGSTOP:
            stop_still(self.process)
        else:
            self.process.send_signal(number)

    def wait(self, seconds=None):
        """The exit code; whoever asked for it judges it."""
        code = self.process.wait(seconds or self.grace)
        self.has_ended = True
        for reader in self.readers:
            reader.join(5)
        return code

    def stop(self, code=0):
        assert self.is_running(), f"serve has ended by itself with {self.process.poll()}:\n{self.log()}"
        self.signal()
        try:
            ended = self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"serve did not end within {self.grace} s of SIGTERM:\n{self.log()}") from None
        assert ended == code, f"serve ended with {ended}:\n{self.log()}"

    def kill(self):
        self.process.kill()
        self.wait()

    # --- what it holds
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident_kib(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS")


def let_two_days_pass(home):
    """For what is not completed yet, whose time to live is a day, and for what is claimed to be removed."""
    with contextlib.closing(sqlite3.connect(home.store, timeout=10)) as db, db:
        db.execute("UPDATE instances SET since = since - 2 * 86400000 WHERE state <> 'adopted'")


def finish(process, seconds=90):
    """The Run of a process that `start_join` began. What somebody read ahead of its output is in Python's buffer, which `communicate` passes by."""
    texts = {}

    def read(name):
        with getattr(process, name) as stream:
            texts[name] = stream.read()

    readers = [threading.Thread(target=read, args=(name,), daemon=True) for name in ("stdout", "stderr")]
    for reader in readers:
        reader.start()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    for reader in readers:
        reader.join(seconds)
    return Run(process.args, process.returncode, texts["stdout"], texts["stderr"])


def in_parallel(works, width):
    """Runs callables on at most `width` threads and returns their results in order; the first error is raised."""
    results, errors, todo = [None] * len(works), [], iter(enumerate(works))
    lock = threading.Lock()

    def run():
        while not errors:
            with lock:
                index, work = next(todo, (None, None))
            if work is None:
                return
            try:
                results[index] = work()
            except BaseException as error:  # noqa: BLE001: told to whoever called
                errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(min(width, len(works)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def path_of(home, session_id):
    """The states that a session of this home went through, from its stored transitions, which must be connected."""
    return path_of_transitions(home.session(session_id)["transitions"])


def path_of_transitions(transitions):
    for before, after in zip(transitions, transitions[1:]):
        assert before["to"] == after["from"], transitions
        assert before["at"] <= after["at"], transitions
    return [transitions[0]["from"], *(step["to"] for step in transitions)]


def check_trail(home, session_id, path):
    """The audit trail of a session tells its transitions in order, and that it was opened, decided and how it ended."""
    trail = home.audit(session_id)
    kinds = [row["kind"] for row in trail]
    assert kinds, f"{home}: no audit records of {session_id}"
    assert kinds.count("opened") == 1 and kinds.count("ended") == 1, kinds
    moves = [row["body"] for row in trail if row["kind"] == "transition"]
    assert [moves[0]["from"], *(move["to"] for move in moves)] == path, moves
    assert [row["at"] for row in trail] == sorted(row["at"] for row in trail)
    return trail


def check_audit_is_gapless(home):
    """And what is there is what was signed."""
    assert home.count("unsealed") == 0, f"{home}: records of before have no place in the trail"
    home.run("audit", "verify")


def tables_hold(file, text):
    """True when some row of some table of a SQLite file holds this text."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
        return any(text in str(value) for name in names for row in db.execute(f'SELECT * FROM "{name}"') for value in row)


def assert_both_sides(alice, bob, tally_id, role, resumed=False):
    """The whole of what a finished bootstrap must leave: outcome, records, the tally's database and the trail, on both sides.
    `resumed`: it was interrupted on the way, so that neither path nor trail are the undisturbed ones."""
    if resumed:  # others may be under way still
        until("its end is on record", lambda: alice.count("sessions", "tally_id = ? AND ended IS NULL", tally_id) == 0)  # it follows the answer
    else:
        alice.settle()
        bob.settle()
    a, b = alice.tally(tally_id), bob.tally(tally_id)
    assert (a["tallyId"], b["tallyId"]) == (tally_id, tally_id)
    assert (a["side"], b["side"]) == ("listener", "dialer")
    assert (a["role"], b["role"], a["createdBy"], b["createdBy"]) == (role,) * 4
    assert a["ownSide"] == role and b["ownSide"] == {"stock": "foil", "foil": "stock"}[role]
    assert (a["ownParty"], a["partnerParty"]) == (b["partnerParty"], b["ownParty"])
    assert (a["partnerPeer"], b["partnerPeer"]) == (bob.peer_id, alice.peer_id)
    assert a["invitation"] == b["invitation"]
    assert a["dbConnectionInfo"] == b["dbConnectionInfo"]
    assert (a["draft"], b["draft"]) == ("verified", "verified")
    assert a["draftTally"] == b["draftTally"]
    parties = a["draftTally"]["tally"]
    assert (parties[a["ownSide"]]["partyId"], parties[b["ownSide"]]["partyId"]) == (a["ownParty"], b["ownParty"])
    assert (a["confirmed"], b["confirmed"]) == (True, True)
    assert a["partnerCadre"] == [] and b["partnerCadre"] != []
    if role == "foil":
        assert (a["acknowledged"], b["acknowledged"]) == (True, True)

    # The database exists once, with the side that provisions, and the draft is in it.
    maker, other = (alice, bob) if role == "stock" else (bob, alice)
    assert a["dbConnectionInfo"]["endpoint"] == f"taleus-sqlite:{tally_id}"
    assert maker.database(tally_id).is_file() and not other.database(tally_id).exists()
    assert stat.S_IMODE(maker.database(tally_id).stat().st_mode) == 0o600
    assert tables_hold(maker.database(tally_id), parties["nonce"])

    # One finished session each, which took the documented path, and a trail that tells the same.
    for home, side, tally, path in ((alice, "listener", a, LISTENER_PATH[role]), (bob, "dialer", b, DIALER_PATH[role])):
        session = home.session(tally["sessionId"])
        assert (session["side"], session["role"], session["state"], session["outcome"]) == (side, role, "DONE", "done")
        assert session["tallyId"] == tally_id and session["invitation"] == tally["invitation"]
        assert "code" not in session
        if resumed:
            assert {"opened", "decided"} <= {row["kind"] for row in home.audit(session["sessionId"])}
        else:
            assert path_of_transitions(session["transitions"]) == path
            check_trail(home, session["sessionId"], path)
        assert home.count("tallies", "tally_id = ?", tally_id) == 1
        check_audit_is_gapless(home)
    return a, b
