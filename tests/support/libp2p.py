"""A libp2p client of its own, byte by byte: for saying what no proper peer would say, and for stopping at any point.

TCP, multistream-select, Noise XX, yamux; one thread, no background work: a connection is read when somebody waits for something.
Every layer can be reached by itself: a raw socket, the negotiated but unauthenticated one, the secured bytes, yamux frames, streams.
"""

import base64
import hashlib
import hmac
import json
import re
import socket
import struct
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

BOOTSTRAP = "/taleus/bootstrap/1.0.0"
DATA, WINDOW, PING, GO_AWAY = range(4)
SYN, ACK, FIN, RST = 1, 2, 4, 8


class Closed(Exception):
    """The other side ended the connection, or the stream was reset."""


def raw(key):
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def base58(data):
    alphabet, number, text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = alphabet[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


class Identity:
    """An Ed25519 peer."""

    def __init__(self):
        self.key = Ed25519PrivateKey.generate()
        self.public = b"\x08\x01" + field(2, raw(self.key.public_key()))
        self.id_bytes = b"\x00" + varint(len(self.public)) + self.public
        self.peer_id = base58(self.id_bytes)

    def proof(self, party_id, inviter_id_bytes, token):
        """taleusProof of this key for a party id, towards one inviter's node and for one token."""
        def prefixed(data):
            return struct.pack(">H", len(data)) + data
        challenge = (b"taleus-identity/1\n" + prefixed(self.id_bytes) + prefixed(inviter_id_bytes) +
                     hashlib.sha256(token.encode()).digest() + prefixed(party_id.encode()))
        return {"signature": base64.urlsafe_b64encode(self.key.sign(challenge)).decode().rstrip("=")}


class Wire:
    """A TCP connection that is read exactly, each wait with a deadline."""

    def __init__(self, address, seconds=20):
        kind, host, port = re.match(r"/(ip4|ip6|dns4|dns)/([^/]+)/tcp/(\d+)", address).groups()
        self.socket = socket.create_connection((host, int(port)), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Closed(str(error)) from None

    def receive(self, size, seconds=20):
        deadline = time.monotonic() + seconds
        while len(self.buffer) < size:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                chunk = self.socket.recv(65536)
            except TimeoutError:
                raise
            except OSError as error:
                raise Closed(str(error)) from None
            if not chunk:
                raise Closed("end of connection")
            self.buffer += chunk
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def is_closed_within(self, seconds):
        """Reads and drops what still comes; True when the other side ends the connection in time."""
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                self.receive(1, deadline - time.monotonic())
        except Closed:
            return True
        except TimeoutError:
            return False
        return False

    def close(self):
        self.socket.close()


def lines(*texts):
    return b"".join(varint(len(text) + 1) + text.encode() + b"\n" for text in texts)


def read_line(source, seconds=20):
    size = shift = 0
    while True:
        byte = source.receive(1, seconds)[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return source.receive(size, seconds)[:-1].decode()


def select(source, protocol):
    """Plain multistream-select as the dialer; the answer to the proposal."""
    source.send(lines("/multistream/1.0.0"))
    assert read_line(source) == "/multistream/1.0.0"
    source.send(lines(protocol))
    return read_line(source)


class Noise:
    """The secured connection: Noise XX as initiator, then frames both ways."""

    def __init__(self, wire, identity, static=None, payload=None):
        self.wire = wire
        self.h = self.ck = b"Noise_XX_25519_ChaChaPoly_SHA256"
        self.key, self.nonce = None, 0
        self.mix_hash(b"")
        static = static or X25519PrivateKey.generate()
        ephemeral = X25519PrivateKey.generate()
        # -> e
        self.mix_hash(raw(ephemeral.public_key()))
        self.mix_hash(b"")
        self.send_frame(raw(ephemeral.public_key()))
        # <- e, ee, s, es
        message = self.receive_frame()
        remote = message[:32]
        self.mix_hash(remote)
        self.mix_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(remote)))
        remote_static = self.open(message[32:80])
        self.mix_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(remote_static)))
        self.remote_payload = self.open(message[80:])
        # -> s, se
        if payload is None:
            signature = identity.key.sign(b"noise-libp2p-static-key:" + raw(static.public_key()))
            payload = field(1, identity.public) + field(2, signature)
        last = self.seal(raw(static.public_key()))
        self.mix_key(static.exchange(X25519PublicKey.from_public_bytes(remote)))
        self.send_frame(last + self.seal(payload))
        sending, receiving = self.derive(b"")
        self.sending, self.receiving = ChaCha20Poly1305(sending), ChaCha20Poly1305(receiving)
        self.sent = self.received = 0
        self.buffer = b""

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def derive(self, material):
        secret = hmac.digest(self.ck, material, "sha256")
        first = hmac.digest(secret, b"\x01", "sha256")
        return first, hmac.digest(secret, first + b"\x02", "sha256")

    def mix_key(self, material):
        self.ck, self.key = self.derive(material)
        self.nonce = 0

    def seal(self, text):
        out = ChaCha20Poly1305(self.key).encrypt(struct.pack("<4xQ", self.nonce), text, self.h)
        self.nonce += 1
        self.mix_hash(out)
        return out

    def open(self, data):
        text = ChaCha20Poly1305(self.key).decrypt(struct.pack("<4xQ", self.nonce), data, self.h)
        self.nonce += 1
        self.mix_hash(data)
        return text

    def send_frame(self, data):
        self.wire.send(struct.pack(">H", len(data)) + data)

    def receive_frame(self, seconds=20):
        return self.wire.receive(struct.unpack(">H", self.wire.receive(2, seconds))[0], seconds)

    def send(self, data):
        frames = b""
        for at in range(0, len(data), 65000):
            sealed = self.sending.encrypt(struct.pack("<4xQ", self.sent), data[at:at + 65000], b"")
            self.sent += 1
            frames += struct.pack(">H", len(sealed)) + sealed
        self.wire.send(frames)

    def receive(self, size, seconds=20):
        while len(self.buffer) < size:
            frame = self.receive_frame(seconds)
            self.buffer += self.receiving.decrypt(struct.pack("<4xQ", self.received), frame, b"")
            self.received += 1
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data


class Stream:
    def __init__(self, connection, number):
        self.connection, self.number = connection, number
        self.arrived, self.credit = b"", 256 * 1024
        self.is_ended = self.is_reset = False

    def send(self, data):
        while data:
            while self.credit == 0:
                self.connection.pump()
                self.check()
            part, data = data[:min(self.credit, 60000)], data[min(self.credit, 60000):]
            self.credit -= len(part)
            self.connection.frame(DATA, 0, self.number, len(part), part)

    def end(self):
        """Closes the writing half."""
        self.connection.frame(WINDOW, FIN, self.number, 0)

    def reset(self):
        self.connection.frame(WINDOW, RST, self.number, 0)

    def check(self):
        if self.is_reset:
            raise Closed("the stream was reset")

    def receive(self, size, seconds=20):
        deadline = time.monotonic() + seconds
        while len(self.arrived) < size:
            self.check()
            if self.is_ended:
                raise Closed("end of stream")
            self.connection.pump(max(0.001, deadline - time.monotonic()))
        data, self.arrived = self.arrived[:size], self.arrived[size:]
        return data

    def read(self, seconds=20):
        """Everything up to the end of the stream."""
        deadline = time.monotonic() + seconds
        while not self.is_ended:
            self.check()
            self.connection.pump(max(0.001, deadline - time.monotonic()))
        data, self.arrived = self.arrived, b""
        return data

    def answer(self, seconds=20):
        """The JSON object that the other side answers, or None where the stream ended empty."""
        data = self.read(seconds)
        return json.loads(data) if data else None


class Connection:
    """Authenticated and multiplexed by yamux."""

    def __init__(self, address, identity=None):
        self.identity = identity or Identity()
        self.wire = Wire(address)
        assert select(self.wire, "/noise") == "/noise"
        self.noise = Noise(self.wire, self.identity)
        assert select(self.noise, "/yamux/1.0.0") == "/yamux/1.0.0"
        self.streams, self.next = {}, 1
        self.gone = None  # the code of a GoAway

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.wire.close()

    def frame(self, kind, flags, stream, length, body=b"", version=0):
        self.noise.send(struct.pack(">BBHII", version, kind, flags, stream, length) + body)

    def pump(self, seconds=20):
        """Takes in one frame."""
        _, kind, flags, number, length = struct.unpack(">BBHII", self.noise.receive(12, seconds))
        body = self.noise.receive(length, seconds) if kind == DATA else b""
        if kind == PING:
            if flags == SYN:
                self.frame(PING, ACK, 0, length)
            return
        if kind == GO_AWAY:
            self.gone = length
            return
        if number % 2 == 0 and flags & SYN:  # identify and the like: not for us
            self.frame(WINDOW, RST, number, 0)
            return
        stream = self.streams.get(number)
        if stream is None:
            return
        if kind == WINDOW and not flags & RST:
            stream.credit += length
        if body:
            stream.arrived += body
            self.frame(WINDOW, 0, number, len(body))
        stream.is_ended |= bool(flags & FIN)
        stream.is_reset |= bool(flags & RST)

    def open_raw(self):
        """A stream on which nothing has been negotiated."""
        stream = self.streams[self.next] = Stream(self, self.next)
        self.next += 2
        self.frame(WINDOW, SYN, stream.number, 0)
        return stream

    def open(self, protocol=BOOTSTRAP):
        stream = self.open_raw()
        answer = select(stream, protocol)
        assert answer == protocol, answer
        return stream

    def ask(self, message, seconds=20):
        """One message (bytes, text, or an object) on a stream of its own, and the answer."""
        stream = self.open()
        if isinstance(message, dict):
            message = json.dumps(message)
        stream.send(message.encode() if isinstance(message, str) else message)
        stream.end()
        return stream.answer(seconds)

    def is_closed_within(self, seconds):
        return self.wire.is_closed_within(seconds)


def contact(link, party_id="party", cadre=(), bundle=None, **members):
    return {"token": link["token"], "partyId": party_id, "identityBundle": {"partyId": party_id} if bundle is None else bundle,
            "cadrePeerAddrs": list(cadre), **members}


def database(tally_id, session_id=None, endpoint=None, created_by="foil"):
    message = {"tally": {"tallyId": tally_id, "createdBy": created_by},
               "dbConnectionInfo": {"endpoint": endpoint or f"wss://client.example/{tally_id}", "credentialsRef": f"ref-{tally_id}"}}
    if session_id is not None:
        message["sessionId"] = session_id
    return message
