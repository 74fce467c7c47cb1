"""What must hold of the records of one home, or of both, whatever was killed when."""

import collections
import json

from taleus import check_audit_is_gapless

ENDS = ("DONE", "REJECTED", "FAILED", "TIMED_OUT", "CANCELLED")


def check_records(home, at_rest=True):
    """Every session of a home whose processes have ended or idle: the steps that its trail tells are connected and lead to where it is, it was
    opened once, and what ended has one end on record. `at_rest`: no session is live but those that await a database, or that a
    killed dialer will take up."""
    check_audit_is_gapless(home)
    steps, kinds = collections.defaultdict(list), collections.defaultdict(collections.Counter)
    for row in home.rows("SELECT session_id, kind, body FROM audit WHERE session_id <> '' ORDER BY written, seq, place"):
        kinds[row["session_id"]][row["kind"]] += 1
        body = json.loads(row["body"])
        if "from" in body and "to" in body:
            steps[row["session_id"]].append((body["from"], body["to"]))
    for session in home.rows("SELECT * FROM sessions"):
        name, state = session["id"], session["state"]
        where = f"{home} {session['side']} {name} {state}: {steps[name]}"
        assert all(before[1] == after[0] for before, after in zip(steps[name], steps[name][1:])), where
        assert kinds[name]["opened"] <= 1 and kinds[name]["ended"] <= 1 + kinds[name]["resumed"], (where, kinds[name])
        assert session["told"] == (steps[name][-1][1] if steps[name] else None), where
        if steps[name] and session["side"] == "listener":
            assert steps[name][-1][1] == state, where
        if at_rest and session["side"] == "listener":
            assert state in (*ENDS, "AWAITING_DATABASE"), where
        assert (session["ended"] is not None) == (state in ENDS), where
    for invitation in home.rows("SELECT * FROM invitations"):
        spent = home.count("tallies JOIN sessions ON number = session", "side = 'listener' AND token = ?", invitation["token"])
        live = home.count("sessions", "side = 'listener' AND token = ? AND reserved = 1 AND ended IS NULL", invitation["token"])
        assert (invitation["spent"], invitation["reserved"]) == (spent, live), (home, invitation["id"])


def databases(home):
    return {file.stem for file in (home.path / "tallies").iterdir() if file.suffix == ".db" and not file.name.startswith(".")}


def made_here(home):
    """The tallies on record whose database is this home's."""
    rows = home.rows("SELECT tallies.tally_id FROM tallies JOIN sessions ON number = session WHERE (side = 'listener') = (role = 'stock')")
    return {row["tally_id"] for row in rows}


def check_no_orphans(home, may_fail=False):
    """Every database is that of a tally on record, nothing half-made lies about, and every instance is adopted, unless it is of a session that
    failed: what that may have made is removed in its time."""
    assert databases(home) == made_here(home), home
    assert [file.name for file in (home.path / "tallies").iterdir() if file.name.startswith(".")] == [], home
    waived = "AND session NOT IN (SELECT number FROM sessions WHERE state = 'FAILED')" if may_fail else ""
    assert home.count("instances", f"state <> 'adopted' {waived}") == 0, home


def check_same_tallies(alice, *bobs):
    """Every tally that a dialer has on record exists once on both sides; a listener may have some that were not heard of yet."""
    ours = [row["tally_id"] for row in alice.rows("SELECT tallies.tally_id FROM tallies JOIN sessions ON number = session WHERE side = 'listener'")]
    assert len(ours) == len(set(ours)), "a tally is on record twice"
    for bob in bobs:
        theirs = [row["tally_id"] for row in bob.rows("SELECT tallies.tally_id FROM tallies JOIN sessions ON number = session WHERE side = 'dialer' AND acknowledged + (role = 'stock') > 0")]
        assert len(theirs) == len(set(theirs)) and set(theirs) <= set(ours), (bob, set(theirs) - set(ours))
