"""What is no proper message, and no proper libp2p: each gets its documented answer, and nothing else changes.

One listener serves them all; after each, its invitations, sessions and tallies are as before, and it bootstraps whoever is well.
"""

import contextlib
import json
import struct

import pytest

from libp2p import ACK, DATA, FIN, GO_AWAY, PING, RST, SYN, WINDOW, Closed, Connection, Identity, Noise, Wire, contact, database, field, lines, read_line, select
from taleus import Home, Listener, until

LIMIT = 64 * 1024


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A home, its running listener, and an invitation of either role."""
    home = Home(tmp_path_factory.mktemp("malformed") / "alice")
    patient = {"timeouts.step": "20s", "timeouts.respond": "20s", "timeouts.handshake": "20s", "limits.connections_per_address": 1000}
    with Listener(home, set=patient) as running:
        yield home, running, {role: home.invite(role, "--uses", "unlimited") for role in ("stock", "foil")}
        until("all connections are gone", lambda: running.descriptors() < 50)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """For callers who wait for the end of a handshake; nobody is served there."""
    with Listener(Home(tmp_path_factory.mktemp("hasty") / "alice"),
                  set={"timeouts.handshake": "1s", "limits.connections_per_address": 1000}) as running:
        yield running


@pytest.fixture
def here(place):
    with Connection(place[1].addresses[0]) as connection:
        yield connection


@pytest.fixture(autouse=True)
def nothing_changes(place):
    home, running, made = place
    before = [(one["spent"], one["reserved"]) for one in home.invitations()], len(home.tallies())
    yield
    assert running.is_running(), running.log()
    assert ([(one["spent"], one["reserved"]) for one in home.invitations()], len(home.tallies())) == before
    assert home.count("sessions", "ended IS NULL") == 0


def refused(answer, code="malformed", form="approved"):
    assert answer is not None and answer[form] is False and answer["code"] == code, answer
    assert set(answer) <= {form, "reason", "code", "retryAfterMs"}
    return answer["reason"]


GOOD = {"token": "t" * 22, "partyId": "p", "identityBundle": {"partyId": "p"}, "cadrePeerAddrs": []}


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


def text(value):
    return json.dumps(value)


CONTACTS = {
    "nothing": b"", "white space": b" \n", "prose": b"hello", "an array": text([GOOD]), "a string": text("x"), "null": b"null", "cut": text(GOOD)[:-1],
    "two objects": text(GOOD) * 2, "something after it": text(GOOD) + "x", "a comma too many": text(GOOD)[:-1] + ",}", "single quotes": text(GOOD).replace('"', "'"),
    "a comment": "/* */" + text(GOOD), "byte order mark": b"\xef\xbb\xbf" + text(GOOD).encode(), "UTF-16": text(GOOD).encode("utf-16"),
    "invalid UTF-8": text(GOOD).encode().replace(b'"p"', b'"\xff"'), "overlong UTF-8": text(GOOD).encode().replace(b'"p"', b'"\xc0\xaf"'),
    "surrogate in UTF-8": text(GOOD).encode().replace(b'"p"', b'"\xed\xa0\x80"'), "lone surrogate": text(GOOD).replace('"p"', '"\\ud800"'),
    "lone low surrogate": text(GOOD).replace('"p"', '"\\udc00x"'), "control character": text(GOOD).encode().replace(b'"p"', b'"\n"'),
    "duplicate member": text(GOOD)[:-1] + ',"token":"u"}', "duplicate by escapes": text(GOOD)[:-1] + ',"\\u0074oken":"u"}',
    "duplicate deep inside": text({**GOOD, "identityBundle": {}}).replace("{}", '{"a":1,"a":1}'), "duplicate in what is ignored": text(GOOD)[:-1] + ',"x":{"b":1,"b":2}}',
    "too deep": text(GOOD)[:-1] + ',"x":' + "[" * 33 + "]" * 33 + "}", "far too deep": text(GOOD)[:-1] + ',"x":' + "[" * 30000 + "]" * 30000 + "}",
    "endless number": text(GOOD)[:-1] + ',"x":1e999}', "leading zero": text(GOOD)[:-1] + ',"x":01}', "NaN": text(GOOD)[:-1] + ',"x":NaN}',
    "both kinds": text({**GOOD, "tally": {"tallyId": "x", "createdBy": "foil"}}), "neither kind": text({"hello": 1}), "an empty object": "{}",
    "no token value": text({**GOOD, "token": None}), "token is a number": text({**GOOD, "token": 1}), "empty token": text({**GOOD, "token": ""}),
    "long token": text({**GOOD, "token": "t" * 513}), "no party": text(without("partyId")), "party is a number": text({**GOOD, "partyId": 1}),
    "empty party": text({**GOOD, "partyId": ""}), "long party": text({**GOOD, "partyId": "p" * 257}), "no bundle": text(without("identityBundle")),
    "no cadre": text(without("cadrePeerAddrs")), "cadre is text": text({**GOOD, "cadrePeerAddrs": "a"}), "cadre of numbers": text({**GOOD, "cadrePeerAddrs": [1]}),
    "65 of the cadre": text({**GOOD, "cadrePeerAddrs": ["a"] * 65}), "long cadre": text({**GOOD, "cadrePeerAddrs": ["a" * 513]}),
}
BASE = database("tally-x")
DATABASES = {
    "tally is text": {**BASE, "tally": "x"}, "no id": {**BASE, "tally": {"createdBy": "foil"}}, "id is a number": {**BASE, "tally": {"tallyId": 1, "createdBy": "foil"}},
    "empty id": {**BASE, "tally": {"tallyId": "", "createdBy": "foil"}}, "long id": {**BASE, "tally": {"tallyId": "t" * 257, "createdBy": "foil"}},
    "nobody made it": {**BASE, "tally": {"tallyId": "x"}}, "no access": {"tally": BASE["tally"]}, "access is text": {**BASE, "dbConnectionInfo": "x"},
    "no endpoint": {**BASE, "dbConnectionInfo": {"credentialsRef": "r"}}, "long endpoint": {**BASE, "dbConnectionInfo": {"endpoint": "e" * 2049, "credentialsRef": "r"}},
    "no reference": {**BASE, "dbConnectionInfo": {"endpoint": "e"}}, "long reference": {**BASE, "dbConnectionInfo": {"endpoint": "e", "credentialsRef": "r" * 513}},
    "session is a number": {**BASE, "sessionId": 1}, "draft is text": {**BASE, "draft": "x"}, "long draft": {**BASE, "draft": {"x": "d" * 4097}},
    "seal is an object": {**BASE, "sealedCredentials": {}}, "long seal": {**BASE, "sealedCredentials": "s" * 4097}, "receipt is text": {**BASE, "receipt": "x"},
}


@pytest.mark.parametrize("message", CONTACTS.values(), ids=CONTACTS)
def test_malformed_contacts(here, message):
    reason = refused(here.ask(message))
    assert "tttt" not in reason and len(reason) <= 512


@pytest.mark.parametrize("message", DATABASES.values(), ids=DATABASES)
def test_malformed_database_results(here, message):
    refused(here.ask(message), form="accepted")


def test_what_is_just_within_the_limits_is_read(here):
    whole = {"token": "t" * 512, "partyId": "p" * 256, "identityBundle": None, "cadrePeerAddrs": ["c" * 512] * 64, "unknown": [[]], "x": json.loads("[" * 31 + "]" * 31)}
    refused(here.ask(whole), "invalid_token")
    refused(here.ask("\r\n\t " + text(GOOD) + " \n"), "invalid_token")
    refused(here.ask(text(GOOD)[:-1] + ',"pad":"' + "x" * (LIMIT - len(text(GOOD)) - 9) + '"}'), "invalid_token")
    at_limit = {"tally": {"tallyId": "t" * 256, "createdBy": "foil"}, "dbConnectionInfo": {"endpoint": "e" * 2048, "credentialsRef": "r" * 512}}
    refused(here.ask(at_limit), "no_such_session", "accepted")
    refused(here.ask(text(GOOD).replace('"p"', '"\\ud83d\\ude00"')), "invalid_token")


def test_too_large(here):
    for size in (LIMIT + 1, 4 * LIMIT):
        refused(here.ask(b" " * size), "message_too_large")
    refused(here.ask(text(GOOD)[:-1] + ',"pad":"' + "x" * (LIMIT - len(text(GOOD)) - 8) + '"}'), "message_too_large")


def test_an_endless_message_is_refused_before_its_end_then_reset(here):
    """After the refusal up to 256 KiB are discarded; whoever goes on is reset."""
    stream = here.open()
    sent = 0
    try:
        while sent < 4 * 1024 * 1024:
            stream.send(b" " * 32768)
            sent += 32768
    except (Closed, TimeoutError):
        pass
    assert json.loads(stream.arrived)["code"] == "message_too_large"
    until("the stream is reset", lambda: stream.is_reset or here.pump(5), 6)
    assert sent < 1024 * 1024
    refused(here.ask(text(GOOD)), "invalid_token")  # the connection is well


def test_nobody_finishes_within_the_step(tmp_path):
    """A stream that says nothing, one that stops half way: a refusal at the deadline."""
    with Listener(Home(tmp_path / "own"), set={"timeouts.step": "1s"}) as running, Connection(running.addresses[0]) as here:
        silent, half = here.open(), here.open()
        half.send(text(GOOD)[:20].encode())
        for stream in (silent, half):
            answer = json.loads(stream.read(20) or stream.arrived) if not stream.is_reset else None
            refused(answer, "timeout")


def test_a_stream_that_is_reset_half_way_leaves_nothing(place, here):
    home, running, made = place
    before = home.count("sessions")
    stream = here.open()
    stream.send(text(contact(made["stock"]["link"])).encode()[:30])
    stream.reset()
    refused(here.ask(text(GOOD)), "invalid_token")
    until("its record, if any, has ended", lambda: home.count("sessions", "ended IS NULL") == 0)
    assert home.count("sessions", "side = 'listener' AND state = 'DONE'") == 0
    assert home.count("sessions") <= before + 2
    assert home.count("sessions", "token = (SELECT token FROM invitations WHERE id = ?)", made["stock"]["id"]) == 0


def test_foil_results_that_match_no_session(here):
    refused(here.ask(database("tally-x")), "no_such_session", "accepted")
    refused(here.ask(database("tally-x", "no-such-session")), "no_such_session", "accepted")


def test_messages_end_to_end_in_one_connection(here):
    """None of it disturbs its neighbours: many streams, every other one nonsense."""
    streams = []
    for number in range(40):
        stream = here.open()
        stream.send((text({**GOOD, "partyId": f"party-{number}"}) if number % 2 else "nonsense").encode())
        stream.end()
        streams.append(stream)
    for number, stream in enumerate(streams):
        refused(stream.answer(), "invalid_token" if number % 2 else "malformed")


# --- the transport

def end_of(running, data):
    """Says this on a fresh connection; the other side must end it."""
    wire = Wire(running.addresses[0])
    try:
        with contextlib.suppress(Closed):  # it may have been ended already
            wire.send(data)
        assert wire.is_closed_within(20)
    finally:
        wire.close()


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"\0" * 4096, b"\xff" * 4096, b"\x80" * 64, b"\x00",
    lines("/multistream/2.0.0"), b"\x13/multistream/1.0.0\r", lines("/multistream/1.0.0") + b"\xff\xff\xff\xff\x0f" + b"x" * 2000,
    lines("/multistream/1.0.0", "x" * 2000), lines("/multistream/1.0.0", *[f"/no/{number}" for number in range(2000)]),
    lines("/multistream/1.0.0", "/noise") + b"\x00\x00", lines("/multistream/1.0.0", "/noise") + b"\x00\x1f" + bytes(31), lines("/multistream/1.0.0", "/noise") + b"\x00\x20" + bytes(32),
    lines("/multistream/1.0.0", "/noise") + b"\xff\xff" + bytes(65535), lines("/multistream/1.0.0", "/plaintext/2.0.0", "/tls/1.0.0") + bytes(2000),
], ids=["HTTP", "TLS", "zeros", "ones", "endless varint", "an empty line", "another multistream", "no new line", "a huge line", "a long line", "two thousand proposals",
        "empty handshake", "short key", "zero key", "long handshake", "no security"])
def test_no_libp2p(hasty, data):
    end_of(hasty, data)


def test_a_handshake_that_stops_is_ended_at_its_deadline(hasty):
    for said in (b"", lines("/multistream/1.0.0"), lines("/multistream/1.0.0", "/noise"), lines("/multistream/1.0.0", "/noise") + b"\x00"):
        end_of(hasty, said)


def test_a_handshake_one_byte_at_a_time_has_the_same_deadline(hasty):
    """All bytes take seventeen seconds; the last ones, of a key that would end it, stay unsaid."""
    wire = Wire(hasty.addresses[0])
    for byte in (lines("/multistream/1.0.0", "/noise") + b"\x00\x40" + bytes(64))[:-8]:
        try:
            wire.send(bytes([byte]))
        except Closed:
            break
        if wire.is_closed_within(0.2):
            break
    else:
        raise AssertionError("each byte moved the deadline")
    wire.close()


@pytest.mark.parametrize("payload", [
    b"", b"\xff\xff", lambda me, other: field(1, me.public), lambda me, other: field(1, me.public) + field(2, bytes(64)),
    lambda me, other: field(1, other.public) + field(2, me.key.sign(b"noise-libp2p-static-key:" + bytes(32))), lambda me, other: field(1, b"\x08\x01\x12\x20" + bytes(32)) + field(2, bytes(64)),
    lambda me, other: field(1, b"\x08\x09\x12\x20" + bytes(32)) + field(2, bytes(64)),
], ids=["empty", "no protobuf", "no signature", "zero signature", "somebody else's key", "key of small order", "unknown kind of key"])
def test_a_peer_that_does_not_prove_who_it_is(place, payload):
    me, other = Identity(), Identity()
    wire = Wire(place[1].addresses[0])
    assert select(wire, "/noise") == "/noise"
    Noise(wire, me, payload=payload(me, other) if callable(payload) else payload)
    assert wire.is_closed_within(20)
    wire.close()


def test_a_flipped_bit_ends_the_connection(place):
    with Connection(place[1].addresses[0]) as here:
        here.open()
        sealed = here.noise.sending.encrypt(struct.pack("<4xQ", here.noise.sent), b"\0" * 12, b"")
        here.wire.send(struct.pack(">H", len(sealed)) + sealed[:-1] + bytes([sealed[-1] ^ 1]))
        assert here.is_closed_within(20)


YAMUX = {
    "another version": lambda here: here.frame(DATA, 0, 1, 0, version=1), "another kind": lambda here: here.frame(9, 0, 1, 0),
    "a stream of our parity": lambda here: here.frame(WINDOW, SYN, 2, 0), "stream 0": lambda here: here.frame(DATA, SYN, 0, 0),
    "a stream twice": lambda here: (here.open_raw(), here.frame(WINDOW, SYN, here.next - 2, 0)),
    "more than the window": lambda here: here.frame(DATA, 0, here.open().number, 256 * 1024 + 1, bytes(256 * 1024 + 1)),
    "a frame of 4 GiB": lambda here: (here.open_raw(), here.frame(DATA, 0, here.next - 2, 0xFFFFFFFF)),
    "credit beyond 32 bits": lambda here: (here.open_raw(), here.frame(WINDOW, 0, here.next - 2, 0xFFFFFFFF), here.frame(WINDOW, 0, here.next - 2, 0xFFFFFFFF)),
}


@pytest.mark.parametrize("fault", YAMUX.values(), ids=YAMUX)
def test_broken_multiplexing_ends_the_connection(place, fault):
    with Connection(place[1].addresses[0]) as here:
        try:
            fault(here)
        except Closed:
            return
        assert here.is_closed_within(20)


def test_frames_that_are_merely_odd_change_nothing(here):
    here.frame(DATA, 0, 1001, 5, b"hello")  # of a stream that is long gone, for all one knows
    here.frame(WINDOW, 0, 1001, 1000)
    here.frame(WINDOW, RST, 1001, 0)
    here.frame(PING, SYN, 0, 77)
    stream = here.open_raw()
    here.frame(WINDOW, RST, stream.number, 12345)  # go-libp2p puts an error code there
    refused(here.ask(text(GOOD)), "invalid_token")
    slow = here.open_raw()
    for byte in lines("/multistream/1.0.0", "/nothing/like/this", "/taleus/bootstrap/1.0.0") + text(GOOD).encode():
        here.frame(DATA, 0, slow.number, 1, bytes([byte]))
    slow.end()
    assert [read_line(slow) for _ in range(3)] == ["/multistream/1.0.0", "na", "/taleus/bootstrap/1.0.0"]
    refused(slow.answer(), "invalid_token")
    fin_with_data = here.open()
    here.frame(DATA, FIN, fin_with_data.number, len(text(GOOD)), text(GOOD).encode())
    refused(fin_with_data.answer(), "invalid_token")


def test_go_away_ends_it(here):
    here.frame(GO_AWAY, 0, 0, 0)
    here.frame(PING, ACK, 0, 5)
    assert here.is_closed_within(20)


def test_a_lazy_dialer(place):
    """Everything in one flight: negotiation, message and end."""
    with Connection(place[1].addresses[0]) as here:
        stream = here.open_raw()
        stream.send(lines("/multistream/1.0.0", "/taleus/bootstrap/1.0.0") + text(GOOD).encode())
        stream.end()
        assert [read_line(stream), read_line(stream)] == ["/multistream/1.0.0", "/taleus/bootstrap/1.0.0"]
        refused(stream.answer(), "invalid_token")


def test_ping(here):
    stream = here.open("/ipfs/ping/1.0.0")
    for number in range(3):
        stream.send(bytes(range(number, number + 32)))
        assert stream.receive(32) == bytes(range(number, number + 32))
