"""A listener's trail, exported, before an auditor whose notes, trees, tiles, proofs and canonical JSON are not ours (tests/interop/auditor: Go's
own checksum database modules, and a JCS of others). What he proves of a true trail, and that he refuses each kind of false one."""

import base64
import json
import pathlib
import re
import shutil
import subprocess

import pytest

from peers import command
from taleus import UNTHROTTLED, Home, Listener, taleus

SESSIONS = 170  # of bench: more than two whole tiles of records, and a part of one


class Evidence:
    """An exported trail, its verifier key, an older checkpoint, and the receipts of a partner."""

    def __init__(self, work):
        self.work, self.tiles, self.old, self.receipts = work, work / "tiles", work / "old.checkpoint", []
        alice, bob = Home(work / "alice"), Home(work / "bob")
        with Listener(alice, set=UNTHROTTLED) as running:
            self._join(alice, bob, "stock")
            self.old.write_text(alice.run("audit", "checkpoint").out)
            made = alice.invite("stock", "--uses", "unlimited")
            taleus("bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--mode", "warm", "--sessions", SESSIONS, "--concurrency", 8, "--json")
            self._join(alice, bob, "foil")
            self._join(alice, bob, "stock")
            alice.settle()
        self.count = alice.count("records")
        told = alice.run("audit", "checkpoint", "--json").result
        self.key, self.trail = told["verifierKey"], told["trail"]
        self.partners_key = bob.run("audit", "checkpoint", "--json").result["verifierKey"]
        taleus("audit", "export", "--home", alice.path, "--format", "tiles", "--out", self.tiles)

    def _join(self, alice, bob, role):
        result = bob.join(alice.invite(role)["uri"]).result
        assert result["receipt"] == "verified"
        tally = result["tally"]["tallyId"]
        self.receipts.append(self.work / f"{role}-{len(self.receipts)}.receipt")
        self.receipts[-1].write_text(bob.run("tally", "show", tally, "--receipt").out)

    def audit(self, tiles=None, key=None, old=None, receipts=None):
        return subprocess.run(command("auditor", "--key", key or self.key, "--tiles", tiles or self.tiles, "--older", old or self.old, *(receipts or self.receipts)),
                              capture_output=True, text=True, timeout=60)

    def refused(self, why, **changed):
        ended = self.audit(**changed)
        assert ended.returncode == 1 and ended.stdout == "" and re.search(why, ended.stderr), ended


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    command("auditor")  # skips where it is not built, before anything is done
    return Evidence(tmp_path_factory.mktemp("trail"))


@pytest.fixture
def tiles(evidence, tmp_path):
    """A copy to falsify."""
    return pathlib.Path(shutil.copytree(evidence.tiles, tmp_path / "tiles"))


def flip(file, at):
    data = bytearray(file.read_bytes())
    data[at] ^= 0x01
    file.write_bytes(data)


def tile_files(tiles):
    return sorted(file for file in (tiles / "tile").rglob("*") if file.is_file() and "entries" not in file.parts)


def bundle_files(tiles):
    return sorted(file for file in (tiles / "tile/entries").rglob("*") if file.is_file())


def test_a_true_trail_is_proven(evidence):
    ended = evidence.audit()
    assert ended.returncode == 0, ended
    assert evidence.count > 600 and evidence.count % 256 != 0
    told = json.loads(ended.stdout)
    assert told == {"origin": evidence.trail, "records": evidence.count, "tiles": len(tile_files(evidence.tiles)), "older": 1, "receipts": 3}
    assert told["tiles"] == evidence.count // 256 + 2, "whole tiles, the part of one, and the one above"


def test_a_flipped_byte_in_a_bundle_is_refused(evidence, tiles):
    for file in bundle_files(tiles):
        for at in (1, 2, file.stat().st_size // 2, file.stat().st_size - 1):  # a length, a brace, and what stands within and at the end
            flip(file, at)
            evidence.refused("^records: ", tiles=tiles)
            flip(file, at)
    assert evidence.audit(tiles=tiles).returncode == 0


def test_a_flipped_byte_in_a_tile_is_refused(evidence, tiles):
    for file in tile_files(tiles):
        for at in (0, file.stat().st_size // 2, file.stat().st_size - 1):
            flip(file, at)
            evidence.refused("^tiles: ", tiles=tiles)
            flip(file, at)
    assert evidence.audit(tiles=tiles).returncode == 0


def test_a_changed_checkpoint_is_refused(evidence, tiles):
    file = tiles / "checkpoint"
    text = file.read_bytes()
    assert text.count(b"\n") == 5, "origin, size, root, a blank line, one signature"
    starts = [0, *(at + 1 for at, byte in enumerate(text[:-1]) if byte == ord("\n"))]
    for at in (starts[0], starts[1], starts[2], len(text) // 2, len(text) - 10):
        flip(file, at)
        evidence.refused("^checkpoint: ", tiles=tiles)
        flip(file, at)
    # An older head over what came later: it is signed, and it is not this trail's size.
    file.write_bytes(evidence.old.read_bytes())
    assert evidence.audit(tiles=tiles).returncode == 1


def test_a_changed_older_checkpoint_is_refused(evidence, tmp_path):
    old = tmp_path / "old"
    shutil.copy(evidence.old, old)
    flip(old, old.read_bytes().index(b"\n") + 1)  # its size
    evidence.refused("old: checkpoint: ", old=old)


def test_a_changed_receipt_is_refused(evidence, tmp_path):
    held = json.loads(evidence.receipts[1].read_text())
    proof = bytearray(base64.b64decode(held["proof"]))
    assert len(proof) >= 2 * 32
    changed = tmp_path / "changed"

    def refused(why, **members):
        changed.write_text(json.dumps({**held, **members}))
        evidence.refused(why, receipts=[changed])

    for at in range(0, len(proof), 32):  # each hash of it
        proof[at] ^= 0x01
        refused("receipt: .*invalid transparency proof", proof=base64.b64encode(proof).decode())
        proof[at] ^= 0x01
    refused("receipt: .*invalid transparency proof", proof=base64.b64encode(proof[:-32]).decode())
    refused("receipt: .*invalid transparency proof", record={**held["record"], "kind": "ended"})
    refused("receipt: .*invalid transparency proof", record={**held["record"], "seq": held["record"]["seq"] - 1})
    refused("checkpoint: .*invalid signature", checkpoint=held["checkpoint"].replace("\n", "\n1", 1))
    refused("receipt: .*invalid inputs", checkpoint=evidence.old.read_text())  # a true head, of before this record
    changed.write_text(json.dumps(held))
    assert evidence.audit(receipts=[changed]).returncode == 0


def test_swapped_records_are_refused(evidence, tiles):
    file = bundle_files(tiles)[0]
    data, records = file.read_bytes(), []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        records.append(data[:end])
        data = data[end:]
    records[10], records[11] = records[11], records[10]
    file.write_bytes(b"".join(records))
    evidence.refused("^records: .*record 10 says that it is another one", tiles=tiles)
    # With their numbers put right, it is the root that tells.
    ten, eleven = records[11][2:], records[10][2:]
    swapped = [eleven.replace(b'"seq":11', b'"seq":10'), ten.replace(b'"seq":10', b'"seq":11')]
    assert swapped != [ten, eleven]
    records[10], records[11] = (len(record).to_bytes(2, "big") + record for record in swapped)
    file.write_bytes(b"".join(records))
    evidence.refused("^records: their root is not the one that was signed", tiles=tiles)


def test_another_nodes_key_proves_nothing(evidence):
    evidence.refused("^checkpoint: .*no verifiable signatures", key=evidence.partners_key)
