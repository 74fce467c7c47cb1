"""Drives the third-party peers of tests/interop (see its README for their command line and events)."""

import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("INTEROP_BIN", ROOT / "build/interop/bin"))
MUXERS = {"js3": ["yamux", "mplex"], "js2": ["mplex"], "go": ["yamux"], "rust": ["yamux"]}
PEERS = list(MUXERS)
ANY = -1
FOREIGN_KEYS = [("rsa", "Qm"), ("ecdsa", "Qm"), ("secp256k1", "16Uiu2H")]  # of go-libp2p, and how their peer ids begin
KINDS = [(peer, muxer) for peer in PEERS for muxer in MUXERS[peer]]


def is_built(peer):
    return (BIN / peer).exists()


def command(peer, *args):
    if not is_built(peer):
        pytest.skip(f"PEER NOT BUILT: {peer} (tests/interop/build says why)")
    return [str(BIN / peer), *map(str, args)]


class PeerListener:
    """A peer that listens, for the length of a `with`."""

    def __init__(self, peer, *args):
        self.process = subprocess.Popen(command(peer, "listen", *args), stdout=subprocess.PIPE, text=True)
        self.arriving = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()
        self.ready = self.wait("ready", 20)

    def _read(self):
        for line in self.process.stdout:
            self.arriving.put(json.loads(line))

    def wait(self, event, seconds=10, **members):
        """The first event of this name with these members, whenever it came."""
        deadline = time.monotonic() + seconds
        while True:
            for one in self.events():
                if one["event"] == event and all(one.get(name) == value for name, value in members.items()):
                    return one
            try:
                self.seen.append(self.arriving.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no {event} {members} among {self.seen}") from None

    def events(self, name=None, **members):
        while not self.arriving.empty():
            self.seen.append(self.arriving.get())
        return [one for one in self.seen if name in (None, one["event"]) and all(one.get(key) == value for key, value in members.items())]

    @property
    def peer_id(self):
        return self.ready["peerId"]

    def link(self, role, token="token-of-the-peer", **members):
        return {"responderPeerAddrs": self.ready["addrs"], "token": token, "tokenExpiryUtc": "2099-12-31T00:00:00.000Z", "initiatorRole": role, **members}

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class Dialled:
    """What a peer that dialled said: its sessions by index, other events, and the summary."""

    def __init__(self, events, code):
        self.events, self.code = events, code
        self.sessions = sorted((one for one in events if one["event"] == "session"), key=lambda one: one["index"])
        self.closed = [one for one in events if one["event"] == "closed"]
        self.summary = events[-1]

    @property
    def session(self):
        [only] = self.sessions
        return only


def dial(peer, link, *args, done=None, seconds=120):
    """Dials to the end. `done`: how many sessions must have ended so (all, unless given; ANY: not asked here)."""
    ended = subprocess.run(command(peer, "dial", "--link", "-", *args), input=json.dumps(link), capture_output=True, text=True, timeout=seconds)
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert events and events[-1]["event"] == "summary", ended.stdout + ended.stderr
    dialled = Dialled(events, ended.returncode)
    wanted = {None: dialled.summary["sessions"], ANY: dialled.summary["done"]}.get(done, done)
    wrong = [one for one in dialled.sessions if one["outcome"] != "done"][:3]
    assert dialled.summary["done"] == wanted, f"{dialled.summary}, for example {wrong}\n{ended.stderr[-2000:]}"
    assert ended.returncode == (0 if wanted == dialled.summary["sessions"] else 1)
    return dialled
