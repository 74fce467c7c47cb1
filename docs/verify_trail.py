#!/usr/bin/env python3
"""An auditor's own check of a Taleus trail, written from docs/auditing.md and from nothing else.

    taleus audit export --format jsonl --out trail.jsonl        (or the operator's copy of it)
    taleus audit checkpoint > trail.checkpoint                  (or an older one that you kept)
    python3 verify_trail.py trail.jsonl CHECKPOINT… RECEIPT.json…

Prints what is wrong, a line each, and ends with 1; or says what was proven and ends with 0. Needs the package `cryptography`.
"""

import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def leaf(record):
    return hashlib.sha256(b"\x00" + record).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves):
    """RFC 6962, 2.1: the left subtree is the largest power of two below the number of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root(leaves[:split]), root(leaves[split:]))


def root_of_proof(index, size, hash_, proof):
    """RFC 9162, 2.1.3.2."""
    at, last = index, size - 1
    for other in proof:
        if last == 0:
            return None
        if at % 2 == 1 or at == last:
            hash_ = node(other, hash_)
            while at % 2 == 0 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            hash_ = node(hash_, other)
        at, last = at >> 1, last >> 1
    return hash_ if last == 0 else None


def key_of(peer_id):
    """The Ed25519 key that a libp2p peer id holds: an identity multihash over a protobuf."""
    number = 0
    for digit in peer_id:
        number = number * 58 + ALPHABET.index(digit)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    assert data[:5] == b"\x24\x08\x01\x12\x20" and len(data) == 37, "no Ed25519 peer id"
    return data[5:]


def open_checkpoint(note):
    """Origin, size and root of a signed note, whose signature holds; the key is the one that the origin names."""
    text, signatures = note.split("\n\n", 1)
    text += "\n"
    origin, size, root_text = text.split("\n")[:3]
    key = key_of(origin.split("/")[1])
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]
    for line in signatures.splitlines():
        dash, name, content = line.split(" ")
        content = base64.b64decode(content, validate=True)
        if dash == "\u2014" and name == origin and content[:4] == key_id:
            Ed25519PublicKey.from_public_bytes(key).verify(content[4:], text.encode())
            return origin, int(size), base64.b64decode(root_text, validate=True)
    raise InvalidSignature(f"no signature of {origin}")


def canonical(value):
    """RFC 8785, for the values that records have: no fractions, and keys sorted by UTF-16 units."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda one: one[0].encode("utf-16-be"))
        return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{canonical(content)}" for name, content in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def check_head(leaves, source, head, faults):
    origin, size, expected = head
    if size > len(leaves):
        faults.append(f"{source}: {size} records were signed, {len(leaves)} are there")
    elif root(leaves[:size]) != expected:
        faults.append(f"{source}: the first {size} records are not those that were signed")


def check(lines, evidence):
    """`evidence`: (source, text) of checkpoints and receipts. All that is wrong."""
    faults, leaves, origins = [], [], set()
    for number, line in enumerate(lines):
        leaves.append(leaf(line))
        try:
            if json.loads(line)["seq"] != number:
                faults.append(f"line {number + 1}: record {json.loads(line)['seq']} stands at the place of record {number}")
        except (ValueError, KeyError, TypeError):
            faults.append(f"line {number + 1}: no record")
    for source, text in evidence:
        try:
            receipt = json.loads(text) if text.lstrip().startswith("{") else None
            head = open_checkpoint(receipt["checkpoint"] if receipt else text)
        except (InvalidSignature, ValueError, KeyError, AssertionError) as error:
            faults.append(f"{source}: proves nothing ({error or type(error).__name__})")
            continue
        origins.add(head[0])
        check_head(leaves, source, head, faults)
        if receipt is None:
            continue
        record = canonical(receipt["record"]).encode()
        proof = base64.b64decode(receipt["proof"], validate=True)
        proof = [proof[at:at + 32] for at in range(0, len(proof), 32)]
        seq = receipt["record"]["seq"]
        if root_of_proof(seq, head[1], leaf(record), proof) != head[2]:
            faults.append(f"{source}: its record is not in the tree that was signed")
        elif seq >= len(leaves) or leaves[seq] != leaf(record):
            faults.append(f"{source}: record {seq} is not the one that was given to the partner")
    if len(origins) > 1:
        faults.append(f"the evidence is of several trails: {', '.join(sorted(origins))}")
    return faults, len(leaves)


def main(trail, *evidence):
    lines = open(trail, "rb").read().splitlines()
    faults, count = check(lines, [(file, open(file, encoding="utf-8").read()) for file in evidence])
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{count} records, as {len(evidence)} signed heads say")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
