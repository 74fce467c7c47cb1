"""Tally databases on PostgreSQL, several nodes of one inviter: what one node began another one completes, and either party's login works
whichever node it was told by. Secrets pass from node to node in the store, sealed; nothing is told again but by a seal of its own."""

import contextlib
import itertools
import signal

import pytest

from faults import Faults
from postgres import NodeHome, Store
from records import check_records
from tally_server import AtCommit, SilentAfterCommit, TallyServer, access, check_logins
from taleus import DONE, Listener, finish, until

PATIENT = {"timeouts.step": "20s", "timeouts.respond": "20s", "timeouts.session": "40s", "timeouts.await_database": "40s", "verify.timeout": "15s",
           "verify.connect": "any"}
names = (f"store_{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def cluster():
    with TallyServer() as running:
        yield running


@pytest.fixture
def store(cluster):
    return Store(cluster, next(names))


@pytest.fixture
def start(cluster, store, tmp_path):
    """A maker of serving nodes, which provision by way of a proxy if one is given."""
    with contextlib.ExitStack() as running:
        def make(name, by=None):
            home = NodeHome(tmp_path / name, store, {**PATIENT, **cluster.provisioning(tmp_path, by)})
            return running.enter_context(Listener(home, set=home.set))
        yield make


def link_to(node, made):
    """The link to this node alone, and so without its signature: by the whole of it another one is dialled too when the first is slow to answer."""
    link = {name: value for name, value in made["link"].items() if name != "signed"}
    return {**link, "responderPeerAddrs": node.addresses}


def tellers(node, session_id, kind):
    """The nodes in whose trail a session has a record of this kind."""
    return {row["node"] for row in node.home.audit(session_id) if row["kind"] == kind}


def check_one_tally(cluster, store, node, bob, made, result, before):
    """One tally, one database, and the same of it on record on both sides, seen from any node."""
    tally_id = result["tally"]["tallyId"]
    assert result["outcome"] == "done" and result["confirmed"] is True
    assert store.rows("SELECT tally_id FROM tallies") == bob.rows("SELECT tally_id FROM tallies") == [{"tally_id": tally_id}]
    ours, theirs = node.home.tally(tally_id), bob.tally(tally_id)
    assert (ours["draftTally"], ours["dbConnectionInfo"]) == (theirs["draftTally"], theirs["dbConnectionInfo"])
    assert (ours["draft"], theirs["draft"]) == ("verified", "verified")
    shown = node.home.invitation(made["id"])
    assert (shown["spent"], shown["reserved"]) == (1, 0)
    node.home.settle()
    assert store.rows("SELECT count(*) AS n FROM sessions WHERE state = 'DONE'") == [{"n": 1}]
    maker = bob if made["link"]["initiatorRole"] == "foil" else node.home
    assert maker.rows("SELECT state FROM instances") == [{"state": "adopted"}]
    assert len(cluster.schemas() - before) == 1
    check_logins(cluster, node.home, bob, tally_id)
    for home in (node.home, bob):
        check_records(home, at_rest=False)
    return tally_id


def test_a_stock_answer_lost_with_its_node_is_told_by_another_with_its_login(cluster, store, start, bob, tmp_path):
    """The dialer dies before it keeps the answer, then the node that gave it. A sister tells the same bytes: the draft and the seal of
    the dead node, which any peer id of the link may have made."""
    before, faults = cluster.schemas(), Faults(tmp_path / "faults", bob)
    with AtCommit(cluster, lambda: faults.kill_at(1, only="taleus.db")) as proxy:
        first = start("first", proxy)
        sisters = [start(name) for name in ("second", "third")]
        made = first.home.invite("stock")
        joining = bob.start_join(link_to(first, made), env=faults.environment)
        assert proxy.has_acted.wait(20)
        assert finish(joining).code < 0, "the dialer was to be killed"
        until("its end is recorded", lambda: store.rows("SELECT 1 AS one FROM sessions WHERE state = 'DONE'"))  # it follows the answer
    assert bob.tallies() == []
    [told] = store.rows("SELECT id, response FROM sessions WHERE tally_id <> ''")
    first.kill()
    result = bob.join(made["link"]).result
    assert result["sessionId"] == told["id"] and result["access"] == "verified"
    tally_id = check_one_tally(cluster, store, sisters[0], bob, made, result, before)
    assert bob.tally(tally_id)["draftTally"]["signer"] == first.home.peer_id
    assert tellers(sisters[0], told["id"], "opened") == {first.home.peer_id}
    [teller] = tellers(sisters[0], told["id"], "replayed")
    assert teller in {node.home.peer_id for node in sisters}
    assert access(sisters[1].home, tally_id) == access(sisters[0].home, tally_id)


@pytest.mark.parametrize("is_killed", [False, True], ids=["at once", "by its next join"])
def test_a_foil_dialer_seals_anew_for_the_node_that_it_delivers_to(cluster, store, start, bob, tmp_path, is_killed):
    """The node that it was approved by is gone when its database is made; each node has a key of its own, so what was sealed to one
    opens at no other. The node that took it reads the draft back by the login, and any node has it from the store."""
    before, under_way, dead = cluster.schemas(), [], []

    def end():
        """Of the node that it was approved by, which any of them may be: where the first is slow to answer, the next is dialled too."""
        [opened] = store.rows("SELECT node FROM sessions WHERE ended IS NULL")
        dead.append(opened["node"])
        next(node for node in nodes if node.home.peer_id == opened["node"]).kill()
        if is_killed:
            until("it is under way", lambda: under_way)[0].kill()

    nodes = [start(name) for name in ("first", "second", "third")]
    made = nodes[0].home.invite("foil")
    with AtCommit(cluster, end) as proxy:
        provisioning = cluster.provisioning(tmp_path, proxy)
        under_way.append(bob.start_join(made["link"], set=provisioning))
        run = finish(under_way[0])
    assert proxy.has_acted.is_set()
    sisters = [node for node in nodes if node.home.peer_id not in dead]
    assert len(sisters) == 2
    if is_killed:
        assert run.code < 0 and bob.tallies() == []
        run = bob.join(made["link"], set=cluster.provisioning(tmp_path))
    assert run.code == DONE and run.result["acknowledged"] is True, run
    tally_id = check_one_tally(cluster, store, sisters[0], bob, made, run.result, before)
    assert tellers(sisters[0], run.result["sessionId"], "opened") == set(dead)
    [taker] = tellers(sisters[0], run.result["sessionId"], "access")
    assert taker in {node.home.peer_id for node in sisters}
    for node in sisters:
        assert node.home.tally(tally_id)["access"] == "verified"
    assert access(sisters[0].home, tally_id) == access(sisters[1].home, tally_id)


def test_what_a_dead_node_provisioned_is_adopted_by_a_sister_with_the_same_secret(cluster, store, start, bob):
    """The server made it, the node died before it heard of it. The same party's next join finds the dead node's session in its way until the
    sisters take it over, and then gets the database that is there. The dead node's lease is made to be over soon; the next test waits one out."""
    before = cluster.schemas()
    with SilentAfterCommit(cluster) as silent:
        first, second = start("first", silent), start("second")
        made = first.home.invite("stock")
        joining = bob.start_join(link_to(first, made))
        assert silent.committed.wait(20)
        [kept] = store.rows("SELECT secret, state FROM instances")
        first.kill()
        joining.kill()
        finish(joining)
    [there] = cluster.schemas() - before
    cluster.sql(f"UPDATE nodes SET seen = seen - 60000 WHERE peer = '{first.home.peer_id}'", store.name)
    run = bob.join(made["link"])
    assert run.result["dbConnectionInfo"]["credentialsRef"].startswith(there)
    assert kept["state"] == "made" and store.rows("SELECT secret, state FROM instances") == [{**kept, "state": "adopted"}]
    tally_id = check_one_tally(cluster, store, second, bob, made, run.result, before)
    assert bob.tally(tally_id)["access"] == "verified" and bob.tally(tally_id)["draftTally"]["signer"] == first.home.peer_id
    ends = {(row["state"], row["code"]) for row in store.rows("SELECT state, code FROM sessions WHERE state <> 'DONE'")}
    assert ends - {("REJECTED", "in_progress")} == {("FAILED", "internal")}  # the dead node's; those that came too early


def test_a_node_that_stood_still_finds_its_session_taken_over(cluster, store, start, bob):
    """It is stopped while it provisions, for longer than its lease; a sister ends its session and serves the same party. What it does when
    it goes on is fenced: the database it made is the one that the sister's session adopted, and its own end is the one on record."""
    before = cluster.schemas()
    with AtCommit(cluster, lambda: first.signal(signal.SIGSTOP)) as proxy:
        first, second = start("first", proxy), start("second")
        made = first.home.invite("stock")
        joining = bob.start_join(link_to(first, made))
        assert proxy.has_acted.wait(20)
        joining.kill()
        finish(joining)
        try:
            until("a sister has taken over", lambda: store.rows("SELECT 1 AS one FROM sessions WHERE state = 'FAILED'"), 60)
            [taken] = store.rows("SELECT id, epoch, state, code, ended FROM sessions")
            run = bob.join(made["link"])
        finally:
            first.signal(signal.SIGCONT)
        # It found the session lost, and told its peer what was decided elsewhere; or its time was over by then.
        until("what it was doing is over", lambda: [row for row in first.home.audit() if row["node"] == first.home.peer_id
                                                    and row["kind"] in ("hook", "replayed")])
    tally_id = check_one_tally(cluster, store, second, bob, made, run.result, before)
    assert bob.tally(tally_id)["access"] == "verified"
    assert store.rows(f"SELECT id, epoch, state, code, ended FROM sessions WHERE id = '{taken['id']}'") == [taken]
    ends = [row for row in first.home.audit(taken["id"]) if row["kind"] == "ended"]
    assert [(row["node"], row["body"]["code"]) for row in ends] == [(second.home.peer_id, "internal")]
    until("it serves", lambda: first.admin.get("/readyz").status == 200)
    again = bob.join(first.home.invite("stock")["link"]).result
    assert again["outcome"] == "done" and first.is_running() and second.is_running()
