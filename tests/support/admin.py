"""A client of a listener's admin interface: each request on a connection of its own, on TCP or a Unix socket."""

import contextlib
import http.client
import json
import socket
import time


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def type(self):
        return self.headers.get("content-type", "").split(";")[0]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    def __repr__(self):
        return f"{self.status} {self.headers}\n{self.body[:2000]!r}"


def connect(address, seconds=10):
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(seconds)
        connection.connect(address[5:])
        return connection
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


class AdminClient:
    def __init__(self, address, token):
        self.address, self.token = address, token

    def ask(self, method, target, body=None, headers=None, token=True, seconds=10):
        """The answer; `headers` replace those sent otherwise, None takes one away."""
        sent = {"Host": "localhost", **({"Authorization": f"Bearer {self.token}"} if token else {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        sent = {name: value for name, value in {**sent, **(headers or {})}.items() if value is not None}
        with contextlib.closing(http.client.HTTPConnection("localhost")) as client:
            client.sock = connect(self.address, seconds)
            client.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                client.putheader(name, value)
            data = body.encode() if isinstance(body, str) else body
            if data is not None:
                client.putheader("Content-Length", str(len(data)))
            client.endheaders(data)
            reply = client.getresponse()
            return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())

    def get(self, target, **options):
        return self.ask("GET", target, **options)

    def patch(self, values, query="", **options):
        return self.ask("PATCH", "/v1/config" + query, body=values, **options)

    def raw(self, data, seconds=15):
        """Whatever comes back for these bytes, to the end of the connection."""
        with contextlib.closing(connect(self.address, seconds)) as connection:
            connection.sendall(data)
            out = b""
            with contextlib.suppress(ConnectionResetError):
                while part := connection.recv(65536):
                    out += part
            return out

    def status(self):
        answer = self.get("/v1/status")
        assert answer.status == 200, answer
        return answer.json

    def setting(self, key):
        return next(one for one in self.get("/v1/config").json["settings"] if one["key"] == key)

    def metrics(self):
        """{series: value}, of now: a node that stands still for half a second is shown as it was before, or not at all."""
        def exposed():
            lines = self.get("/metrics").text.splitlines()
            return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line and not line.startswith("#")}

        before, deadline = exposed().get("taleus_uptime_seconds"), time.monotonic() + 20
        while (now := exposed()).get("taleus_uptime_seconds") == before and time.monotonic() < deadline:
            pass
        return now

    @contextlib.contextmanager
    def events(self, seconds=20):
        """Yields a function that gives the next event as (kind, data)."""
        with contextlib.closing(connect(self.address, seconds)) as connection:
            connection.sendall(f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
            lines = connection.makefile("r", newline="\n")
            assert lines.readline().startswith("HTTP/1.1 200"), "not a stream of events"

            def next_event():
                kind = None
                for line in lines:
                    if line.startswith("event: "):
                        kind = line[7:].strip()
                    elif line.startswith("data: "):
                        return kind, json.loads(line[6:])
                return None

            while lines.readline().strip():
                pass
            yield next_event
