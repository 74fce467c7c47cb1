"""The admin interface of a running listener, over HTTP as its users speak it, held against docs/openapi.json: every answer of this file has
a documented path, status and body, or the test fails."""

import contextlib
import json
import os
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import threading

import jsonschema
import pytest

import admin
import libp2p
from taleus import FAILED, PROGRAM, REFUSED, ROOT, UNTHROTTLED, USAGE, Listener, environment, finish, taleus, until
from tools import tool

DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())
seen = set()  # (path, method, status) that were answered


def documented(method, target, answer):
    """Asserts that the document knows this answer, and that its body is as it says."""
    path = target.split("?")[0]
    if path not in DOCUMENT["paths"]:
        path = next((known for known in DOCUMENT["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known).replace("tile/[^/]+", "tile/.+"), path)), None)
    if path is None:
        assert answer.status in (400, 401, 403, 404), answer
        jsonschema.validate(answer.json, {"$ref": "#/components/schemas/Problem", "components": DOCUMENT["components"]})
        return answer
    operations = DOCUMENT["paths"][path]
    operation = operations.get(method.lower())
    if operation is None:
        assert answer.status in (401, 403, 405), answer
        operation = next(iter(operations.values()))
    responses = operation["responses"]
    assert str(answer.status) in responses, f"{method} {target}: {answer.status} is not documented"
    contents = responses[str(answer.status)]["content"]
    assert answer.type in contents, f"{method} {target}: {answer.type} is not documented"
    schema = {**contents[answer.type]["schema"], "components": DOCUMENT["components"]}
    content = answer.json if answer.type.endswith("json") else answer.body.decode("latin-1") if answer.type.endswith("octet-stream") else answer.text
    jsonschema.validate(content, schema)
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
    seen.add((path, method, answer.status))
    return answer


class Documented(admin.AdminClient):
    def ask(self, method, target, **options):
        return documented(method, target, super().ask(method, target, **options))


@pytest.fixture
def api(listener):
    return Documented(listener.ready["admin"], (listener.home.path / "admin.token").read_text().strip())


def test_health_is_answered_to_anyone(api):
    for path in ("/livez", "/readyz", "/startupz", "/metrics"):
        assert api.get(path, token=False).status == 200
    assert api.get("/livez", token=False).text == "ok\n"
    assert [check["name"] for check in api.get("/readyz?verbose", token=False).json["checks"]] == ["event_loop", "node", "provisioner", "store"]


def test_all_else_needs_the_token(api):
    for method, path in (("GET", "/v1/status"), ("GET", "/v1/sessions"), ("GET", "/v1/sessions/x"), ("GET", "/v1/events"), ("GET", "/v1/config"),
                         ("PATCH", "/v1/config"), ("POST", "/v1/drain"), ("GET", "/v1/openapi.json"), ("GET", "/v1/nothing"), ("GET", "/")):
        for headers in ({"Authorization": None}, {"Authorization": "Bearer " + "0" * 64}, {"Authorization": api.token}, {"Authorization": "Bearer "}):
            answer = api.ask(method, path, headers=headers)
            assert (answer.status, answer.json["code"]) == (401, "unauthorized") and answer.headers["www-authenticate"] == "Bearer"
    assert api.get("/readyz").status == 200, "nothing of it drained"


def test_foreign_hosts_and_origins_are_refused(api):
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1].evil", "", "10.0.0.1:9080"):
        assert (api.get("/livez", headers={"Host": host}).json["code"]) == "foreign_host", host
    for host in ("localhost", "localhost:9080", "127.0.0.1:1", "[::1]:9080", "[::1]"):
        assert api.get("/livez", headers={"Host": host}).status == 200, host
    for origin in ("http://evil.example", "null", "https://localhost", "http://localhost.evil.example"):
        assert api.get("/v1/status", headers={"Origin": origin}).json["code"] == "foreign_origin", origin
    assert api.get("/v1/status", headers={"Origin": "http://localhost:3000"}).status == 200


def test_what_is_not_understood_is_refused(api):
    for target in ("/v1/status?x=1", "/livez?x", "/v1/sessions?limit=0", "/v1/sessions?limit=1001", "/v1/sessions?limit=x", "/v1/sessions?state=nap",
                   "/v1/sessions?peer=me", "/v1/sessions?limit=1&limit=2", "/v1/sessions?%zz", "/v1/sessions?=1", "/v1//status", "/v1/../livez",
                   "/v1/sessions?cursor=" + "x" * 65, "/livez/..%2fx"):
        assert api.get(target).json["code"] == "malformed", target
    assert api.get("/v1/nothing").status == 404
    for method, target, allowed in (("POST", "/livez", "GET, HEAD"), ("DELETE", "/v1/config", "GET, HEAD, PATCH"), ("GET", "/v1/drain", "POST"),
                                    ("PUT", "/v1/status", "GET, HEAD")):
        answer = api.ask(method, target)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert api.ask("GET", "/v1/status", body="x").status == 400
    assert api.patch({"a": "b"}, headers={"Content-Type": "text/plain"}).status == 415
    for body in ("", "[]", "{}", "{", '{"limits.sessions":{}}', '{"limits.sessions":1.5}', '{"limits.sessions":1,"limits.sessions":2}'):
        assert api.patch(body).json["code"] == "malformed", body


def test_what_is_no_request_is_refused_within_bounds(api, listener):
    head = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
    for data, status in ((b"\x16\x03\x01 no http\r\n\r\n", b"400"), (head + b"X: " + b"y" * 9000 + b"\r\n\r\n", b"431"),
                         (head + b"Host: localhost\r\nConnection: close\r\n\r\n", b"400"),
                         (b"POST /v1/drain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n", b"413"),
                         (head + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400")):
        out = api.raw(data)
        assert out.startswith(b"HTTP/1.1 " + status), (data[:60], out[:200])
        assert b"application/problem+json" in out
    assert listener.is_running() and api.get("/livez").status == 200


def test_requests_follow_one_another_on_a_connection(api):
    request = f"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.token}\r\n\r\n".encode()
    out = api.raw(request * 3 + b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert out.count(b"HTTP/1.1 200 OK") == 4


def test_a_head_is_answered_without_a_body_and_what_follows_is_in_step(api):
    """Found in review: the body came all the same, and was read as the next answer."""
    def request(method, target, last=False):
        closing = "Connection: close\r\n" if last else ""
        return f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.token}\r\n{closing}\r\n".encode()

    for target, status in (("/livez", 200), ("/v1/status", 200), ("/v1/sessions?limit=0", 400), ("/v1/nothing", 404), ("/v1/drain", 405)):
        head, _, rest = api.raw(request("HEAD", target) + request("GET", "/livez", last=True)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status) and rest.startswith(b"HTTP/1.1 200 OK\r\n"), (target, head, rest)
        assert int(re.search(rb"Content-Length: (\d+)", head)[1]) > 0, "as long as GET's would be"
    head, _, rest = api.raw(request("HEAD", "/v1/events")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") and b"text/event-stream" in head and rest == b""
    head, _, rest = api.raw(b"HEAD /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ") and rest == b""


def test_status_tells_what_is(api, alice, listener):
    status = api.status()
    assert status["peerId"] == alice.peer_id and status["addresses"] == listener.addresses and status["state"] == "serving"
    by_command = alice.run("status", "--json").result
    assert {name: by_command[name] for name in ("peerId", "version", "addresses")} == {name: status[name] for name in ("peerId", "version", "addresses")}
    assert alice.peer_id in alice.run("status").out
    assert api.get("/v1/openapi.json").json == DOCUMENT


def test_settings_are_shown_changed_and_refused(api, alice):
    assert {one["key"] for one in api.get("/v1/config").json["settings"]} >= {"limits.sessions", "timeouts.step", "admin.listen"}
    assert api.patch({"limits.sessions": 500}).status == 200
    assert [(answer.status, answer.json["code"]) for answer in (api.patch({"limits.sessions": 0}), api.patch({"no.key": 1}), api.patch({"party.id": "x"}),
                                                                 api.patch({"shutdown.grace": "1s"}))] == [
        (422, "not_allowed"), (422, "unknown_key"), (409, "needs_restart"), (409, "fixed")]


def test_the_trail_is_served_as_static_files(api, alice, bob):
    """What tools that know transparency logs read; tests/interop has such a one."""
    bob.join(alice.invite("stock")["uri"])
    alice.settle()
    note = api.get("/v1/trail/checkpoint").text
    origin, size, root = note.splitlines()[:3]
    assert api.get("/v1/status").json["trail"] == {"origin": origin, "records": int(size), "root": root}
    bundle = api.get(f"/v1/trail/tile/entries/000.p/{size}").body
    records = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        records.append(bundle[2:2 + length].decode())
        bundle = bundle[2 + length:]
    assert records == [row["record"] for row in alice.rows("SELECT record FROM records ORDER BY seq")][:int(size)]
    assert len(api.get(f"/v1/trail/tile/0/000.p/{size}").body) == 32 * int(size)
    for path in ("0/000", "0/000.p/0", f"0/000.p/{int(size) + 1000}", "entries/001", "../../identity.key", "9/000", "0/0000"):
        assert api.get(f"/v1/trail/tile/{path}").status in (400, 404), path
    assert "taleus_audit_records" in api.get("/metrics").text


def test_a_request_drains(api, listener):
    assert api.ask("POST", "/v1/drain").status == 202
    assert listener.wait() == 0


def test_sessions_come_in_pages(api, alice, bob, home):
    carol = home("carol")
    for dialer in (bob, carol, bob):
        dialer.join(alice.invite("stock")["uri"])
    alice.settle()
    pages, cursor = [], ""
    while cursor is not None:
        page = api.get("/v1/sessions?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        pages.append(page["sessions"])
        cursor = page.get("next")
    assert [len(page) for page in pages] == [2, 1]
    assert [session for page in pages for session in page] == alice.sessions(), "as `session list` has them"
    assert {one["peer"] for one in api.get(f"/v1/sessions?peer={carol.peer_id}").json["sessions"]} == {carol.peer_id}
    assert api.get("/v1/sessions?state=FAILED").json["sessions"] == []
    one = pages[0][0]["sessionId"]
    assert api.get(f"/v1/sessions/{one}").json == alice.session(one)
    assert api.get("/v1/sessions/none").json["code"] == "no_such_session"


def test_events_tell_transitions_as_they_happen(api, alice, bob):
    with api.events() as next_event:
        made = bob.join(alice.invite("stock")["uri"]).result
        told = [next_event()]
        while told[-1][0] != "ended":
            told.append(next_event())
    path = [data["from"] for kind, data in told if kind == "transition"] + [told[-2][1]["to"]]
    alice.settle()
    session = alice.session(told[-1][1]["sessionId"])
    assert path == [step["from"] for step in session["transitions"]] + ["DONE"]
    assert told[-1][1]["outcome"] == "done" and session["tallyId"] == made["tally"]["tallyId"]


def test_a_listener_of_events_that_is_too_slow_is_told_what_it_lost_and_let_go(alice, tmp_path):
    """It reads nothing while far more happens than fits between, holds nobody up, and another that listens hears all."""
    with Listener(alice, set={**UNTHROTTLED, "admin.listen": f"unix:{tmp_path}/a.sock"}) as running:
        made = alice.invite("foil", "--uses", "unlimited")
        api = running.admin
        with contextlib.closing(admin.connect(api.address)) as slow, contextlib.closing(admin.connect(api.address)) as open_ear:
            for one in (slow, open_ear):
                one.sendall(f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.token}\r\n\r\n".encode())
                assert one.recv(12) == b"HTTP/1.1 200"  # it is listened to from here on
            heard = bytearray()

            def hear():  # and understand later: who takes each event apart as it comes is slow himself beside a quick listener
                done, ended, rest = b'"outcome":"done"', 0, b""
                while ended < 600 and (part := open_ear.recv(65536)):
                    heard.extend(part)
                    ended += (rest + part).count(done)
                    rest = (rest + part)[1 - len(done):]

            quick = threading.Thread(target=hear)
            quick.start()
            for number in range(1, 7):  # each portion fits into the queue of whoever stands still for a moment
                told = taleus("bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--role", "foil", "--sessions", "100", "--json").result
                assert told["ok"] == 100
                until("it is heard", lambda: heard.count(b'"outcome":"done"') >= 100 * number, 20)
            quick.join(20)
            until("all is told", lambda: api.status()["sessions"]["active"] == 0)
            told = re.findall(rb"^event: (\w+)$", heard, re.M)
            assert heard.count(b'"outcome":"done"') == 600 and set(told) == {b"transition", b"ended"}, "it lost nothing"
            text = b""
            while part := slow.recv(65536):  # to the end of the stream, which the listener makes
                text += part
        events = text.split(b"\r\n\r\n", 1)[1].decode().strip().split("\n\n")[1:]
        kinds = [re.search(r"^event: (\w+)$", event, re.M)[1] for event in events]
        assert kinds.count("dropped") == 1 and kinds[-1] == "dropped"
        numbers = [int(re.match(r"id: (\d+)\n", event)[1]) for event in events[:-1]]
        assert numbers == list(range(1, len(numbers) + 1)), "what it heard has no gap"
        lost = json.loads(re.search(r"^data: (.*)$", events[-1], re.M)[1])["lost"]
        happened = sum(value for series, value in api.metrics().items() if series.startswith((
            "taleus_session_state_duration_seconds_count", "taleus_sessions_ended_total", "taleus_streams_unserved_total", "taleus_admissions_refused_total")))
        assert len(numbers) >= 1024 and lost > 0 and len(numbers) + lost == happened >= len(told)
        with api.events():  # there is room again
            assert running.admin.status()["state"] == "serving"


def test_more_listeners_of_events_than_may_be_are_refused(api):
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(api.events())
        assert api.get("/v1/events").json["code"] == "overloaded"
        assert api.get("/livez").status == 200


def ask_for_events(api):
    connection = admin.connect(api.address)
    connection.sendall(f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.token}\r\n\r\n".encode())
    return connection, connection.recv(12)


def test_listeners_of_events_that_have_gone_leave_their_places(api):
    """Nothing happens meanwhile: nothing is written to them that could fail. Found in review: they held their places for half a minute."""
    listening = [ask_for_events(api) for _ in range(8)]
    assert {answer for _, answer in listening} == {b"HTTP/1.1 200"}
    for connection, _ in listening:
        connection.shutdown(socket.SHUT_WR)  # an end in order, though not all was read
        connection.close()

    def is_heard():
        connection, answer = ask_for_events(api)
        connection.close()
        return answer == b"HTTP/1.1 200"

    until("another is heard", is_heard, 5)


def test_a_listener_of_events_that_says_more_is_heard_no_less(api, alice, bob):
    """What it sends is no request any more, and no end."""
    connection, answer = ask_for_events(api)
    with contextlib.closing(connection):
        assert answer == b"HTTP/1.1 200"
        for _ in range(3):
            connection.sendall(b"x" * 2000)
            assert api.get("/livez").status == 200
        bob.join(alice.invite("stock")["uri"])
        told = b""
        while b"event: ended" not in told:
            part = connection.recv(65536)
            assert part, told
            told += part


# By those who say nothing, and by those who say half of it: a head whose body never comes.
@pytest.mark.parametrize("begun", ["", "POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n"], ids=["nothing", "a head"])
def test_it_answers_when_connections_are_held_open_in_silence(api, begun):
    held = []
    try:
        for _ in range(40):
            held.append(admin.connect(api.address))
            held[-1].sendall(begun.encode())
        for _ in range(5):
            assert api.get("/livez").status == 200 and api.status()["state"] == "serving"
    finally:
        for connection in held:
            connection.close()


def test_it_answers_while_the_service_is_saturated(alice):
    """Four times as many callers as there is room for, who try again; every path is asked meanwhile, and each answers."""
    with Listener(alice, set={**UNTHROTTLED, "limits.sessions": 8, "limits.sessions_per_peer": 8, "limits.reserved": 8}) as running:
        made = alice.invite("foil", "--uses", "unlimited")
        api = Documented(running.ready["admin"], (alice.path / "admin.token").read_text().strip())
        bench = subprocess.Popen([str(PROGRAM), "bench", "--addr", running.addresses[0], "--token", made["link"]["token"], "--role", "foil", "--sessions", "3000",
                                  "--concurrency", "64", "--json"], stdout=subprocess.PIPE, text=True, env=environment())
        try:
            until("it is saturated", lambda: api.metrics()['taleus_admissions_refused_total{cause="overloaded"}'] > 0, 30)
            asked = 0
            while bench.poll() is None:
                for path in ("/livez", "/readyz", "/startupz", "/metrics", "/v1/status", "/v1/config", "/v1/sessions?limit=5"):
                    assert api.get(path).status == 200, path
                    asked += 1
                assert api.patch({"log.level": "warn" if asked % 2 else "info"}, "?persist=false").status == 200
            told = json.loads(bench.communicate()[0].splitlines()[-1])
        finally:
            bench.kill()
            bench.wait()
        assert asked >= 7 and told["ok"] > 1000 and set(told["codes"]) <= {"overloaded", "peer_gone"}, told
        # Eight farewells at once are said, and whoever is beyond them is reset: `bench` gives up, and what it had half done ends when its time
        # (timeouts.await_database, 20 s) is over. Nothing else is left.
        until("all others have ended", lambda: api.status()["sessions"]["active"] <= told["unfinished"])
        until("all have ended", lambda: api.status()["sessions"]["active"] == 0, 30)
        assert api.metrics()["taleus_sessions_unaccounted"] == 0
    assert alice.count("sessions", "state = 'DONE'") == alice.count("tallies") >= told["ok"]


def test_it_answers_when_no_descriptor_is_left(alice):
    if b"__ubsan_handle" in PROGRAM.read_bytes():
        pytest.skip("UBSan looks at a class it has not seen yet through a pipe, for which there is no descriptor")
    with Listener(alice, set={"limits.connections_per_address": "100000", "limits.connections": "100000", "limits.handshakes": "100000",
                              "timeouts.handshake": "1m", "rates.connections": "0", "rates.connections_per_address": "0"}) as running:
        resource.prlimit(running.pid, resource.RLIMIT_NOFILE, (120, 120))
        held = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(200)]
        try:
            api = running.admin
            until("it has none left", lambda: api.metrics()["taleus_accept_failures_total"] > 0)
            for _ in range(20):
                assert api.get("/livez").status == 200 and api.get("/readyz").status == 200 and api.status()["state"] == "serving"
        finally:
            for connection in held:
                connection.close()


def test_while_it_starts_it_is_alive_and_neither_started_nor_ready(alice):
    """Another process holds the store, so that the start cannot go on."""
    with Listener(alice):  # the store is there
        pass
    with contextlib.closing(sqlite3.connect(alice.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        running = Listener(alice, is_awaited=False)
        try:
            address = until("it says where it is", lambda: (file := alice.path / "admin.address").exists() and file.read_text().strip())
            api = Documented(address, (alice.path / "admin.token").read_text().strip())
            assert api.get("/livez").status == 200
            for path in ("/startupz", "/readyz"):
                answer = api.get(path)
                assert (answer.status, answer.json["code"]) == (503, "starting"), answer
            assert api.status()["state"] == "starting"
            other.execute("ROLLBACK")
            until("it has started", lambda: api.get("/startupz").status == 200)
            assert api.get("/readyz").status == 200 and running.is_running()
        finally:
            if running.is_running():
                running.stop()


def test_a_loop_that_stands_still_is_not_called_alive(api, alice, listener):
    """The node's thread is held up for good: by a pipe in place of its file, which it reads again at SIGHUP."""
    file = alice.path / "config.toml"
    file.unlink()
    os.mkfifo(file)
    listener.signal(signal.SIGHUP)
    until("it stands still", lambda: api.get("/livez").status == 503, 20)
    assert api.get("/livez").json["code"] == "event_loop_stalled" and api.get("/readyz").status == 503
    assert api.get("/v1/status").json["code"] == "timeout"
    assert api.get("/metrics").status == 200
    file.write_text("")  # the pipe's other end
    until("it moves again", lambda: api.get("/livez").status == 200)
    until("it is ready again", lambda: api.get("/readyz").status == 200)
    assert api.get("/startupz").status == 200


def test_the_token_is_made_private_and_made_again(alice, tmp_path):
    token = alice.path / "admin.token"
    assert token.stat().st_mode & 0o777 == 0o600 and len(token.read_text().strip()) == 64
    token.unlink()
    with Listener(alice) as running:
        assert running.admin.status()["peerId"] == alice.peer_id
    os.chmod(token, 0o644)
    refused = alice.run("serve", set={"p2p.listen": "/ip4/127.0.0.1/tcp/0", "admin.listen": "127.0.0.1:0"}, code=FAILED)
    assert "others may read" in refused.err and "rm " in refused.err


def test_it_can_be_a_unix_socket_or_off(alice, tmp_path):
    path = tmp_path / "a.sock"
    with Listener(alice, set={"admin.listen": f"unix:{path}"}) as running:
        assert running.ready["admin"] == f"unix:{path}" and path.stat().st_mode & 0o777 == 0o600
        assert running.admin.status()["state"] == "serving"
        assert alice.run("status", "--json").result["state"] == "serving"
    assert not path.exists()
    with Listener(alice, set={"admin.listen": ""}) as running:
        assert running.ready["admin"] is None
        assert "no listener runs" in alice.run("status", code=FAILED).err
    for wrong, why in (("0.0.0.0:9080", "loopback"), ("9080", "loopback"), ("unix:", "1 to 107 bytes"), ("example.org:80", "loopback"), ("192.0.2.1:80", "loopback"),
                       ("127.0.0.2:0", "127.0.0.1:PORT"), ("unix:a.sock", "begins with /"), ("unix:./a.sock", "begins with /")):
        refused = alice.run("serve", set={"admin.listen": wrong, "p2p.listen": "/ip4/127.0.0.1/tcp/0"}, code=USAGE).err
        assert "admin.listen" in refused and why in refused, wrong


def test_a_second_home_gets_a_socket_of_its_own(alice, home):
    with contextlib.closing(socket.socket()) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # then somebody else has it
            taken.bind(("127.0.0.1", 9080))
            taken.listen()
        carol = home("carol")
        assert carol.run("config", "get", "admin.listen").out == f"unix:{carol.path}/admin.sock\n"
        with Listener(carol, set={"admin.listen": f"unix:{carol.path}/admin.sock"}) as running:
            assert running.admin.status()["peerId"] == carol.peer_id
        # A home that was made while the port was free does not refuse to serve.
        (alice.path / "config.toml").write_text("")
        process = subprocess.Popen([str(PROGRAM), "serve", "--home", str(alice.path), "--set", "p2p.listen=/ip4/127.0.0.1/tcp/0"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        try:
            assert json.loads(process.stdout.readline())["admin"] == f"unix:{alice.path}/admin.sock"
            process.terminate()
            assert process.wait(10) == 0
        finally:
            process.kill()


def test_a_killed_listener_leaves_nothing_in_the_way(alice, tmp_path):
    path = tmp_path / "a.sock"
    running = Listener(alice, set={"admin.listen": f"unix:{path}"})
    running.kill()
    assert path.exists()
    assert "no listener runs" in alice.run("status", code=FAILED).err
    with Listener(alice, set={"admin.listen": f"unix:{path}"}) as running:
        assert running.admin.get("/readyz").status == 200


def test_who_has_the_port_of_a_killed_listener_is_sent_no_token(alice):
    """Found in review: commands asked whoever answered at the address that the killed one had left."""
    running = Listener(alice)
    host, port = running.ready["admin"].rsplit(":", 1)
    running.kill()
    assert (alice.path / "admin.address").exists()
    with socket.create_server((host, int(port))) as other:
        other.settimeout(0.2)
        assert "no listener runs" in alice.run("status", code=FAILED).err
        assert alice.run("config", "set", "limits.sessions=9", "--json").result["running"] is False
        assert "no listener runs" in alice.run("drain", code=FAILED).err
        with pytest.raises(TimeoutError):
            other.accept()
    with Listener(alice, set={"admin.listen": ""}):
        assert not (alice.path / "admin.address").exists()


# --- metrics

def test_metrics_pass_promtools_check(api, alice, bob):
    bob.join(alice.invite("stock")["uri"])
    checked = subprocess.run([tool("promtool", "prometheus"), "check", "metrics"], input=api.get("/metrics").text, capture_output=True, text=True)
    assert checked.returncode == 0 and not checked.stderr, checked.stderr
    opened = api.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert opened.type == "application/openmetrics-text" and opened.text.endswith("# EOF\n")
    assert "# TYPE taleus_sessions_begun counter" in opened.text and "taleus_sessions_begun_total 1" in opened.text


def test_the_numbers_that_limits_act_on_are_shown(api, alice, listener):
    made = alice.invite("foil")
    with libp2p.Connection(listener.addresses[0]) as one:
        assert one.ask(libp2p.contact(made["link"], "waits"))["approved"]
        shown = until("it waits", lambda: (lambda m: m if m['taleus_held{resource="waiting"}'] == 1 else None)(api.metrics()))
        assert shown['taleus_held{resource="connections"}'] == 1
        talking = one.open()
        talking.send(b"{")
        shown = until("it is served", lambda: (lambda m: m if m['taleus_held{resource="sessions"}'] == 1 else None)(api.metrics()))
        assert shown['taleus_held{resource="bytes"}'] == 2 * 64 * 1024
    assert shown['taleus_held_max{resource="waiting"}'] == 10_000
    assert shown['taleus_held_max{resource="bytes"}'] == 2 * 1024**3
    until("all is given back", lambda: api.metrics()['taleus_held{resource="bytes"}'] == 0)


def test_distributions_agree_with_what_they_are_of(alice, bob, tmp_path):
    """A hook that works and one that does not, and what the store's writer took together."""
    hook = tmp_path / "hook"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    hooks = {"identity.hook": str(hook)}
    with Listener(alice, set=hooks) as running:
        for role in ("stock", "stock", "foil"):
            bob.join(alice.invite(role)["uri"])
        failed = 'taleus_dependency_calls_total{dependency="identity",outcome="failed"}'
        trying = bob.start_join(alice.invite("stock", "--identity", "external", set=hooks)["uri"])
        until("the hook has failed", lambda: running.admin.metrics()[failed] >= 1, 30)
        trying.send_signal(signal.SIGINT)
        finish(trying)
        alice.settle()
        metrics = until("the writer rests", lambda: (lambda m: m if m["taleus_store_batch_calls_sum"] == m["taleus_store_calls_total"] else None)(
            running.admin.metrics()))

    def calls(dependency, outcome):
        labels = f'{{dependency="{dependency}",outcome="{outcome}"}}'
        assert metrics[f"taleus_dependency_duration_seconds_count{labels}"] == metrics[f"taleus_dependency_calls_total{labels}"]
        return metrics[f"taleus_dependency_duration_seconds_count{labels}"]

    assert calls("provisioner", "good") == 2 and calls("provisioner", "failed") == 0
    assert calls("identity", "good") == 0 and calls("identity", "failed") >= 1
    assert calls("store", "good") >= 3 * 4 and calls("store", "failed") == 0
    assert metrics["taleus_store_batch_calls_sum"] == metrics["taleus_store_calls_total"] > 0
    assert metrics["taleus_store_batch_calls_count"] == metrics["taleus_store_commits_total"] == metrics["taleus_store_commit_duration_seconds_count"]
    assert 0 < metrics["taleus_store_commit_duration_seconds_sum"] < metrics["taleus_uptime_seconds"]


def test_metrics_count_what_is_on_record(api, alice, bob):
    for role in ("stock", "foil", "stock"):
        bob.join(alice.invite(role)["uri"])
    revoked = alice.invite("stock")
    alice.run("invite", "revoke", revoked["id"])
    bob.join(revoked["uri"], code=REFUSED)
    alice.settle()
    metrics = until("all have ended", lambda: (lambda m: m if m.get('taleus_sessions_begun_total') == 4 and not any(
        value for series, value in m.items() if series.startswith("taleus_sessions_active")) else None)(api.metrics()))
    ended = {series.split("_total")[1]: value for series, value in metrics.items() if series.startswith("taleus_sessions_ended_total")}
    assert ended == {'{code="none",outcome="done",role="foil",side="listener"}': 1, '{code="none",outcome="done",role="stock",side="listener"}': 2,
                     '{code="token_revoked",outcome="rejected",role="stock",side="listener"}': 1}
    assert metrics["taleus_sessions_unaccounted"] == 0
    assert sum(ended.values()) == 4
    until("each is on record", lambda: len(alice.sessions()) == 4)  # it follows the answer
    assert metrics["taleus_connections_accepted_total"] >= 1 and metrics["taleus_store_commits_total"] > 0


def test_every_documented_success_was_seen():
    """What the tests above provoked covers each path and method of the document, but for the stream, which has a test of its own."""
    if not seen:
        pytest.skip("the tests above did not run")
    wanted = {(path, method.upper()) for path, operations in DOCUMENT["paths"].items() for method in operations} - {("/v1/events", "GET")}
    assert wanted <= {(path, method) for path, method, status in seen if status < 300}
