"""Several listener nodes of one inviter on one PostgreSQL: any node serves any token, answers any retry and completes any session; a
server that dies loses and doubles nothing. The long form: TALEUS_LONG=1."""

import contextlib
import itertools
import json
import os
import re
import shutil
import threading

import pytest

from faults import Faults
from libp2p import Connection, Identity, contact, database
from postgres import Cutter, NodeHome, Store, servers
from records import check_records
from taleus import FAILED, Listener, finish, in_parallel, taleus, until

LONG = os.environ.get("TALEUS_LONG") == "1"
CONTACTS = 1000


@pytest.fixture(scope="module")
def make_server():
    with servers() as make:
        yield make


@pytest.fixture(scope="module")
def server(make_server):
    return make_server("single")


names = (f"store_{number}" for number in itertools.count())


@pytest.fixture
def store(server):
    return Store(server, next(names))


@pytest.fixture
def nodes(store, tmp_path):
    """Three nodes that serve. When they have ended, their records are as they must be."""
    homes = [NodeHome(tmp_path / f"node{number}", store) for number in range(3)]
    with contextlib.ExitStack() as running:
        yield [running.enter_context(Listener(home, set=home.set)) for home in homes]
    check_records(homes[0])


def bench(listener, token, *args, code=None):
    return taleus("bench", "--addr", listener.addresses[0], "--token", token, *args, "--json", code=code, seconds=120).result


def race(nodes, token, contacts, role):
    """Contacts of parties of their own, over all nodes at once."""
    each = contacts // len(nodes) + 1
    return in_parallel([lambda node=node: bench(node, token, "--role", role, "--sessions", each, "--concurrency", 50) for node in nodes], len(nodes))


def test_nodes_whose_tally_files_are_their_own_are_warned(nodes):
    """By serve, by a check of the settings and by doctor; allowed all the same, since one node may have its store on a server."""
    advice = "provisioner.kind to postgres or external"
    for node in nodes:
        until("the warning", lambda node=node: advice in node.log())
    home = nodes[0].home
    checked = home.run("config", "check", home.path / "config.toml", set={"store.url": home.shared.url})
    assert advice in checked.err
    [settings] = [line for line in home.run("doctor", "--json", set=home.set).lines if line["check"] == "settings"]
    assert settings["verdict"] == "warning" and advice in settings["what"]


def test_every_transaction_begins_with_a_read(make_server, tmp_path):
    """Read from the server's own log of all statements: the first start, sessions of both roles, commands, an end."""
    server = make_server("logging")
    for setting in ("log_statement = 'all'", "log_line_prefix = '%p|'"):
        server.sql(f"ALTER SYSTEM SET {setting}")
    server.sql("SELECT pg_reload_conf()")
    until("it logs statements", lambda: server.sql("SHOW log_statement").strip() == "all")
    home = NodeHome(tmp_path / "node", Store(server, "logged"))
    with Listener(home, set=home.set) as running:
        for role in ("stock", "foil"):
            bench(running, home.invite(role, "--uses", "unlimited")["link"]["token"], "--role", role, "--sessions", 20, "--concurrency", 5)
    statements = re.findall(r"^(\d+)\|LOG:  (?:execute \S+|statement): (.*)", server.log.read_text(), re.MULTILINE)
    transactions = {}  # of each server process: the statements of the one that is open
    firsts = []
    for process, statement in statements:
        word = (statement.split() or [""])[0].rstrip(";").upper()
        if word == "BEGIN":
            transactions[process] = []
        elif word in ("COMMIT", "ROLLBACK"):
            firsts += transactions.pop(process)[:1]
        elif process in transactions:
            transactions[process].append(statement)
        else:
            assert word not in ("INSERT", "UPDATE", "DELETE") and not statement.startswith("CREATE TABLE"), f"outside of a transaction: {statement}"
    assert len(firsts) > 20 and [one for one in firsts if not one.startswith("SELECT")] == []


@pytest.mark.parametrize("role", ["stock", "foil"])
def test_one_party_wins_a_single_use_token(nodes, store, role):
    home = nodes[0].home
    made = home.invite(role)
    told = race(nodes, made["link"]["token"], CONTACTS, role)
    assert sum(one["ok"] for one in told) == 1
    assert sum(one["sessions"] for one in told) >= CONTACTS
    assert store.rows("SELECT count(*) AS n FROM tallies") == [{"n": 1}]
    assert home.invitation(made["id"])["spent"] == 1 and home.invitation(made["id"])["reserved"] == 0
    # The last: three nodes write the row of one invitation, and who lost it to others too often is told to come again.
    assert set().union(*(one["codes"] for one in told)) <= {"token_used", "token_in_use", "in_progress", "dependency_unavailable"}
    [won] = store.rows("SELECT id FROM sessions WHERE state = 'DONE'")
    assert {row["kind"] for row in home.audit(won["id"])} >= {"opened", "decided", "ended"}


def test_a_token_with_n_uses_makes_n_tallies(nodes, store):
    home = nodes[1].home
    made = home.invite("stock", "--uses", "25")
    told = race(nodes, made["link"]["token"], 300, "stock")
    assert sum(one["ok"] for one in told) == 25
    assert store.rows("SELECT count(*) AS n, count(DISTINCT party_id) AS parties FROM sessions WHERE tally_id <> ''") == [{"n": 25, "parties": 25}]
    assert store.rows("SELECT count(*) AS n FROM tallies") == [{"n": 25}]
    assert (home.invitation(made["id"])["spent"], home.invitation(made["id"])["reserved"]) == (25, 0)


def same_but_for_expiry(one, other):
    return {**one, "expiresInMs": 0} == {**other, "expiresInMs": 0}


def test_a_foil_session_opened_at_one_node_completes_at_another(nodes, store):
    home, me = nodes[0].home, Identity()
    link = home.invite("foil")["link"]
    with Connection(nodes[0].addresses[0], me) as here:
        approved = here.ask(contact(link))
    with Connection(nodes[1].addresses[0], me) as here:  # a retry of what another node decided
        assert same_but_for_expiry(here.ask(contact(link)), approved)
    with Connection(nodes[2].addresses[0], me) as here:
        accepted = here.ask(database("tally-1", approved["sessionId"]))
    assert accepted["accepted"] is True and accepted["tallyId"] == "tally-1"
    for node in nodes:  # and a repeat, wherever
        with Connection(node.addresses[0], me) as here:
            assert here.ask(database("tally-1", approved["sessionId"])) == accepted
            assert here.ask(database("tally-2", approved["sessionId"]))["code"] == "conflict"
    home.settle()
    [session] = store.rows("SELECT id, state, tally_id FROM sessions WHERE holds_key = 1")
    assert session == {"id": approved["sessionId"], "state": "DONE", "tally_id": "tally-1"}
    trail = home.audit(session["id"])
    assert {row["node"] for row in trail} == {nodes[0].home.peer_id, nodes[2].home.peer_id} | {
        row["node"] for row in trail if row["kind"] in ("replayed", "repeated", "refused")}
    assert [row["kind"] for row in trail].count("opened") == 1 and [row["kind"] for row in trail].count("ended") == 1


def test_nodes_whose_clocks_differ_go_by_the_stores(store, tmp_path):
    """Found in review: deadlines and heartbeats were written and read by each machine's own clock. One that was a minute ahead took its
    sisters for dead, and what waited with them for over."""
    homes = [NodeHome(tmp_path / name, store) for name in ("first", "second")]
    faults = Faults(tmp_path / "faults", homes[1])
    faults.put(clock_ms=60_000)

    def seen():
        return {row["peer"]: row["seen"] for row in store.rows("SELECT peer, seen FROM nodes")}

    with Listener(homes[0], set=homes[0].set) as first, Listener(homes[1], set=homes[1].set, env=faults.environment) as second:
        before = seen()
        until("both have beaten again", lambda: all(seen()[peer] > before[peer] for peer in before), 30)
        assert len(before) == 2 and max(seen().values()) - min(seen().values()) < 20_000
        me, link = Identity(), homes[0].invite("foil")["link"]
        with Connection(first.addresses[0], me) as here:
            approved = here.ask(contact(link))
        until("it waits", lambda: store.rows("SELECT 1 AS one FROM sessions WHERE state = 'AWAITING_DATABASE'"))
        with Connection(second.addresses[0], me) as here:
            told = here.ask(database("tally-1", approved["sessionId"]))
        assert told["accepted"] is True, told
        assert first.is_running() and "took over" not in second.log()
        homes[1].settle()
        assert store.rows("SELECT id, state, tally_id FROM sessions") == [{"id": approved["sessionId"], "state": "DONE", "tally_id": "tally-1"}]
        trail = homes[0].audit(approved["sessionId"])
        assert {row["node"] for row in trail} == {home.peer_id for home in homes} and [row["kind"] for row in trail].count("ended") == 1
        for home in homes:
            check_records(home, at_rest=False)


def test_a_stock_answer_is_the_same_bytes_at_every_node(nodes):
    home, me = nodes[0].home, Identity()
    link = home.invite("stock")["link"]
    answers = []
    for node in nodes:
        with Connection(node.addresses[0], me) as here:
            stream = here.open()
            stream.send(json.dumps(contact(link)).encode())
            stream.end()
            answers.append(stream.read())
    assert answers[0] == answers[1] == answers[2] and json.loads(answers[0])["approved"] is True
    assert home.invitation(home.invitations()[0]["id"])["spent"] == 1


def test_any_node_takes_the_result_of_a_session_that_a_dead_one_opened(nodes, store):
    home, me = nodes[0].home, Identity()
    link = home.invite("foil")["link"]
    with Connection(nodes[1].addresses[0], me) as here:
        approved = here.ask(contact(link))
    nodes[1].kill()
    with Connection(nodes[2].addresses[0], me) as here:
        assert here.ask(database("tally-1", approved["sessionId"]))["accepted"] is True
    home.settle()
    assert store.rows("SELECT state FROM sessions WHERE tally_id <> ''") == [{"state": "DONE"}]


def test_real_parties_join_by_whichever_node(nodes, home):
    inviter = nodes[0].home
    for number, role in enumerate(("stock", "foil")):
        made = inviter.invite(role)
        link = made["link"]
        assert [address.split("/p2p/")[1] for address in link["responderPeerAddrs"]][0] == inviter.peer_id
        assert {address.split("/p2p/")[1] for address in link["responderPeerAddrs"]} == {node.home.peer_id for node in nodes}
        bob = home(f"bob{number}")
        result = bob.join(link).result
        assert result["outcome"] == "done" and result["confirmed"] is True
        inviter.settle()
        [session] = inviter.rows("SELECT state, tally_id FROM sessions WHERE id = ?", result["sessionId"])
        assert session == {"state": "DONE", "tally_id": result["tally"]["tallyId"]}
        assert bob.tally(result["tally"]["tallyId"])["draftTally"] == inviter.tally(result["tally"]["tallyId"])["draftTally"]


def test_a_node_restarts_at_once_and_a_copy_of_it_is_refused(store, tmp_path):
    home = NodeHome(tmp_path / "node", store)
    running = Listener(home, set=home.set)
    shutil.copytree(home.path, tmp_path / "copy")
    refused = taleus("serve", "--home", tmp_path / "copy", "--set", f"store.url={store.url}", "--set", "p2p.listen=/ip4/127.0.0.1/tcp/0", code=FAILED)
    assert home.peer_id in refused.err and "running already" in refused.err, refused
    assert "p2p.listen" not in refused.err, "found in review: whatever ended a start was taken for a port that is not to be had"
    running.kill()
    with Listener(home, set=home.set):
        assert store.rows("SELECT count(*) AS n FROM nodes WHERE boot <> ''") == [{"n": 1}]
    assert store.rows("SELECT count(*) AS n FROM nodes WHERE boot <> ''") == [{"n": 0}]


def test_nodes_of_an_older_program_go_on_when_a_newer_one_has_brought_the_store_forward(server, nodes, store):
    """As in an upgrade of one node after another. What a newer program would add to the store is added by hand: a column of its own in each
    row, a table, the version. The nodes that run go on, over new connections too, lose nothing of it, and are refused once they ended."""
    home, me = nodes[0].home, Identity()
    made = home.invite("foil", "--uses", "3")
    with Connection(nodes[0].addresses[0], me) as here:
        approved = here.ask(contact(made["link"]))
        server.sql("""ALTER TABLE sessions ADD COLUMN newer TEXT NOT NULL DEFAULT 'of its own';
                      ALTER TABLE tallies ADD COLUMN newer TEXT NOT NULL DEFAULT 'of its own';
                      CREATE TABLE newer (id TEXT PRIMARY KEY);
                      UPDATE sessions SET newer = 'kept';
                      UPDATE store SET version = version + 1""", store.name)
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                   store.name)
        told = until("it serves over a new connection", lambda: (lambda answer: answer if answer.get("accepted") else None)(
            here.ask(database("tally-1", approved["sessionId"]))), 30)
    assert told["tallyId"] == "tally-1"
    for node in nodes[1:]:
        assert bench(node, made["link"]["token"], "--role", "foil", "--sessions", 1)["ok"] == 1
    assert store.rows("SELECT newer, count(*) AS n FROM sessions WHERE tally_id <> '' GROUP BY newer ORDER BY newer") == [
        {"newer": "kept", "n": 1}, {"newer": "of its own", "n": 2}]
    assert store.rows("SELECT spent, reserved FROM invitations") == [{"spent": 3, "reserved": 0}]
    nodes[2].stop()
    refused = nodes[2].home.run("serve", set=nodes[2].home.set, code=FAILED)
    assert "newer program" in refused.err, refused
    assert "newer program" in home.run("audit", "verify", code=FAILED).err, "it would call records of a newer form altered"
    assert all(node.is_running() for node in nodes[:2])
    server.sql("UPDATE store SET version = version - 1", store.name)


# --- a store that fails


@pytest.mark.parametrize("mode", ["before", "after"])
def test_a_connection_cut_during_commit_is_settled_by_reading(server, tmp_path, mode):
    cutter = Cutter(server.port)
    store = Store(server, next(names))
    home = NodeHome(tmp_path / "node", store)
    direct = store.url
    store.ports = [cutter.port]
    with Listener(home, set={"store.url": store.url}) as running:
        made = home.invite("foil", "--uses", "unlimited", set={"store.url": direct})
        done, codes = 0, set()
        for number in range(200 if LONG else 10):
            before = cutter.cuts
            cutter.cut_next(mode)
            told = bench(running, made["link"]["token"], "--role", "foil", "--sessions", 5, "--concurrency", 5)
            assert cutter.cuts == before + 1
            assert told["ok"] == 5, told
            done += told["ok"]
            codes |= set(told["codes"])
        home.settle()
    # What was not committed is told, and asked for again; what was committed is found out, and nobody notices.
    assert codes == ({"dependency_unavailable"} if mode == "before" else set())
    assert store.rows("SELECT count(*) AS n, count(DISTINCT key) AS keys FROM tallies JOIN sessions ON number = session") == [{"n": done, "keys": done}]
    assert (home.invitation(made["id"])["spent"], home.invitation(made["id"])["reserved"]) == (done, 0)
    check_records(home)
    cutter.close()


def test_nothing_but_serialization_failures_for_a_while(server, nodes, store):
    home = nodes[0].home
    made = home.invite("stock", "--uses", "unlimited")
    server.sql("""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$;
                  CREATE TRIGGER refusing BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()""", store.name)

    failed = 'taleus_dependency_calls_total{dependency="store",outcome="failed"}'

    def heal():
        try:
            until("a node has given up on a call", lambda: any(node.admin.metrics()[failed] > 0 for node in nodes), 50)
        finally:
            server.sql("DROP TRIGGER refusing ON sessions", store.name)

    loads = [lambda node=node: bench(node, made["link"]["token"], "--sessions", 20, "--concurrency", 10) for node in nodes]
    *told, _ = in_parallel([*loads, heal], 4)
    assert [(one["ok"], one["refused"]) for one in told] == [(20, 0)] * 3, told
    assert sum(one["codes"].get("dependency_unavailable", 0) for one in told) > 0
    home.settle()
    assert store.rows("SELECT count(*) AS n FROM tallies") == [{"n": 60}]
    assert (home.invitation(made["id"])["spent"], home.invitation(made["id"])["reserved"]) == (60, 0)


def test_a_primary_killed_under_load_loses_and_doubles_nothing(make_server, tmp_path, home):
    for round in range(10 if LONG else 1):
        primary = make_server(f"primary{round}")
        standby = make_server(f"standby{round}", primary)
        store = Store(primary, "inviter", [standby])
        homes = [NodeHome(tmp_path / f"node{round}{number}", store) for number in range(2)]
        with contextlib.ExitStack() as running:
            nodes = [running.enter_context(Listener(home, set=home.set, grace=40)) for home in homes]
            made = {role: homes[0].invite(role, "--uses", "unlimited") for role in ("stock", "foil")}
            told = []
            load = [threading.Thread(target=lambda node=node, role=role: told.append(
                        bench(node, made[role]["link"]["token"], "--role", role, "--sessions", 400, "--concurrency", 20)))
                    for node in nodes for role in made]
            for one in load:
                one.start()
            parties = [(role, home(f"party{round}{role}{number}")) for role in made for number in range(2)]
            until("sessions are under way", lambda: primary.value("SELECT count(*) FROM tallies", "inviter") > 50, 60)
            joins = [party.start_join(made[role]["link"]) for role, party in parties]
            acknowledged = primary.rows("SELECT id FROM sessions WHERE tally_id <> ''", "inviter")
            primary.kill()
            standby.promote()
            store.server = standby
            for one in load:
                one.join()
            for (role, party), join in zip(parties, joins):  # both sides have the same one tally
                result = finish(join).result
                assert result["outcome"] == "done", result
                [known] = party.tallies()
                assert result["tally"]["tallyId"] == known["tallyId"]
                ours, theirs = party.tally(known["tallyId"]), homes[0].tally(known["tallyId"])
                assert (ours["draftTally"], ours["dbConnectionInfo"]) == (theirs["draftTally"], theirs["dbConnectionInfo"])
                assert store.rows(f"SELECT count(*) AS n FROM tallies JOIN sessions ON number = session WHERE peer = '{party.peer_id}'") == [{"n": 1}]
            assert all(node.is_running() for node in nodes)
            # The nodes went on by themselves.
            after = bench(nodes[0], made["stock"]["link"]["token"], "--sessions", 20, "--concurrency", 5)
            assert after["ok"] == 20, after
        ok = sum(one["ok"] for one in [*told, after])
        kept = {row["id"] for row in store.rows("SELECT id FROM sessions WHERE tally_id <> ''")}
        assert {row["id"] for row in acknowledged} <= kept
        [counts] = store.rows("SELECT count(*) AS n, count(DISTINCT key) AS keys FROM tallies JOIN sessions ON number = session")
        assert counts["n"] == counts["keys"] >= ok, (counts, told)
        for role in made:
            invitation = homes[0].invitation(made[role]["id"])
            [count] = store.rows(f"SELECT count(*) AS n FROM tallies JOIN sessions ON number = session WHERE role = '{role}'")
            assert invitation["spent"] == count["n"]
        check_records(homes[0])
