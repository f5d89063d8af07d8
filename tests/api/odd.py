"""What schemathesis does not send: odd requests, to the byte, over HTTP/1.1 and HTTP/2, and a crowd of silent connections.
Also waits for the service, says what was seen, and makes the specification that must be found wrong."""

import collections
import http.client
import json
import os
import socket
import sys
import time
from pathlib import Path

import h2.config
import h2.connection
import h2.events

from signing import PLATFORM, Home, sha256

HOME = Home(Path(os.environ["ANSHI_API_HOME"]))
HOST, PORT = HOME.url.removeprefix("http://").split(":")
ADDRESS = (HOST, int(PORT))
CROWD = 600  # of 200 places

# A request line or more, what else stands in the head, the body; the status, and the problem's word.
ODD = [
    (b"GET /healthz", b"", b"", 200, None),
    (b"HEAD /healthz", b"", b"", 200, None),
    (b"OPTIONS /healthz", b"", b"", 405, "method-not-allowed"),
    (b"TRACE /healthz", b"", b"", 405, "method-not-allowed"),
    (b"FOO /v1/jobs", b"", b"", 405, "method-not-allowed"),
    (b"OPTIONS *", b"", b"", 404, "not-found"),
    (b"CONNECT elsewhere.example:80", b"", b"", 404, "not-found"),
    (b"GET http://elsewhere.example/healthz", b"", b"", 200, None),
    (b"GET //healthz", b"", b"", 404, "not-found"),
    (b"GET /healthz/", b"", b"", 404, "not-found"),
    (b"GET /./healthz", b"", b"", 404, "not-found"),
    (b"GET /%68ealthz", b"", b"", 404, "not-found"),
    (b"GET /v1//policies", b"", b"", 404, "not-found"),
    (b"GET /log/tile/0%2f..%2f..%2fledger.sqlite", b"", b"", 404, "not-found"),
    (b"GET /log/tile/%00", b"", b"", 404, "not-found"),
    (b"GET /log/tile/%ff", b"", b"", 400, "bad-query"),
    (b"GET /v1/jobs/%ff", b"", b"", 400, "bad-query"),
    (b"GET /v1/guests/%ff", b"", b"", 400, "bad-query"),
    (b"GET /v1/policies/%ff", b"", b"", 400, "bad-query"),
    (b"GET /v1/policies/%zz", b"", b"", 401, "unauthenticated"),
    (b"GET /v1/policies/\xe4\xb8\xad", b"", b"", 401, "unauthenticated"),
    (b"GET /v1/policies", b"authorization: jose a.b.c\r\n", b"", 400, "malformed-request"),
    (b"GET /v1/policies", b"authorization: Bearer a.b.c\r\n", b"", 401, "unauthenticated"),
    (b"GET /healthz\\", b"", b"", 404, "not-found"),
    (b"GET /healthz\0", b"", b"", 400, None),
    (b"GET /" + b"a" * 70_000, b"", b"", 431, None),
    (b"GET /healthz", b"x: y\r\n" * 200, b"", 431, None),
    (b"GET /healthz", b"x: y\r\n z\r\n", b"", 400, None),
    (b"POST /v1/jobs", b"content-length: 3\r\ncontent-type: application/jose; charset=utf-8\r\n", b"abc", 400, "malformed-request"),
    (b"POST /v1/jobs", b"content-length: 3\r\n", b"abc", 415, "wrong-media-type"),
    (b"POST /v1/jobs", b"content-length: 9999999\r\ncontent-type: application/jose\r\n", b"", 413, "too-large"),
    (b"POST /v1/jobs", b"content-length: 3\r\ncontent-length: 4\r\n", b"abc", 400, None),
    (b"POST /v1/jobs", b"content-length: -1\r\n", b"", 400, None),
    (b"POST /v1/jobs", b"transfer-encoding: chunked\r\ncontent-type: application/jose\r\n", b"zz\r\n", 400, "incomplete-body"),
    (b"POST /v1/jobs", b"transfer-encoding: chunked\r\ncontent-type: application/jose\r\n", b"3\r\nabc\r\n0\r\nx: y\r\n\r\n", 400, "malformed-request"),
    (b"POST /v1/guests", b"content-length: 30000000\r\nexpect: 100-continue\r\n", b"", 401, "unauthenticated"),
    # Megabytes are not waited for from one whose token is wrong.
    (b"POST /v1/guests", b"content-length: 30000000\r\nauthorization: JOSE a.b.c\r\n", b"", 400, "malformed-request"),
]


def exchange(sent: bytes) -> bytes:
    with socket.create_connection(ADDRESS, timeout=60) as stream:
        stream.sendall(sent)
        answer = b""
        while chunk := stream.recv(65536):
            answer += chunk
        return answer


def odd() -> None:
    wrong = []
    for line, head, body, status, word in ODD:
        request = line + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + head + b"\r\n" + body
        head, _, content = exchange(request).partition(b"\r\n\r\n")
        seen = (int(head.split(b" ")[1]), None)
        if b"application/problem+json" in head:
            problem = json.loads(content)
            assert problem["status"] == seen[0], (line, problem)
            seen = (seen[0], problem["type"].removeprefix("urn:anshi:problem:"))
        if seen != (status, word):
            wrong.append(f"{line[:80]}: {seen}, not {(status, word)}")
    assert not wrong, "\n".join(wrong)
    for hosts in (b"", b"host: a\r\nhost: b\r\n"):
        answer = exchange(b"GET /healthz HTTP/1.1\r\n" + hosts + b"connection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400") and b"bad-query" in answer, answer
    many = exchange(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n" * 20 + b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert many.count(b"HTTP/1.1 200 OK") == 21, many
    print(f"{len(ODD)} odd requests, 21 in a row: answered as they should be")


def over_http2(streams: int) -> None:
    """As many calls at a time on one connection, each with its own token."""
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    statuses = []
    with socket.create_connection(ADDRESS, timeout=60) as stream:
        for _ in range(streams):
            token = HOME.call(PLATFORM, "GET", "/v1/policies")
            head = [(":method", "GET"), (":path", "/v1/policies"), (":scheme", "http"), (":authority", "x")]
            connection.send_headers(connection.get_next_available_stream_id(), [*head, ("authorization", f"JOSE {token}")], True)
        stream.sendall(connection.data_to_send())
        ended = 0
        while ended < streams:
            received = stream.recv(65536)
            assert received, f"closed after {ended} of {streams} answers"
            for event in connection.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived):
                    statuses.append(dict(event.headers)[b":status"])
                if isinstance(event, h2.events.DataReceived):
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                ended += isinstance(event, h2.events.StreamEnded)
            stream.sendall(connection.data_to_send())
    assert statuses == [b"200"] * streams, statuses
    print(f"{streams} calls at a time over HTTP/2: answered")


def crowd() -> None:
    """Three times as many silent and slow connections as there are places: nobody else notices."""
    beginnings = [b"", b"G", b"GET /readyz HTTP/1.1\r\nx: ", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"]
    beginnings.append(b"POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-type: application/jose\r\ncontent-length: 99999\r\n\r\nabc")
    silent = []
    for n in range(CROWD):
        stream = socket.create_connection(ADDRESS, timeout=60)
        try:
            # The first half says nothing at all: what waits for a first byte waits for ever.
            stream.sendall(beginnings[n % len(beginnings)] if n > CROWD // 2 else b"")
        except ConnectionError:
            pass
        silent.append(stream)
    for _ in range(20):
        assert exchange(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
    token = HOME.job().encode()
    connection = http.client.HTTPConnection(*ADDRESS, timeout=60)
    connection.request("POST", "/v1/jobs", token, {"content-type": "application/jose"})
    assert connection.getresponse().status in (200, 429), "a job beside the crowd"
    for stream in silent:
        stream.close()
    print(f"beside {CROWD} silent connections: ready, and answers jobs")


def wait() -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection(*ADDRESS, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                break
        except OSError:
            time.sleep(0.1)
    else:
        sys.exit("the service does not become ready")
    module = (HOME.folder / "demo" / "table.wasm").read_bytes()
    token = HOME.call(PLATFORM, "POST", "/v1/guests", module, "guest+jwt")
    connection = http.client.HTTPConnection(*ADDRESS, timeout=120)
    connection.request("POST", "/v1/guests", module, {"content-type": "application/wasm", "authorization": f"JOSE {token}"})
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    job = HOME.table(3, sha256(module)).encode()
    connection = http.client.HTTPConnection(*ADDRESS, timeout=60)
    connection.request("POST", "/v1/jobs", job, {"content-type": "application/jose"})
    answer = connection.getresponse()
    assert answer.status == 202, answer.read()
    location = answer.getheader("location")
    (HOME.folder / "demo" / "jobs.txt").write_text(location.removeprefix("/v1/jobs/") + "\n")


def seen() -> None:
    """What was answered how often; and that what matters was asked for at all."""
    lines = collections.Counter((HOME.folder / "demo" / "seen.txt").read_text().splitlines())
    for line, times in sorted(lines.items()):
        print(f"{times:6} {line}")
    answers = {" ".join(line.split(" ")[:3]) for line in lines}
    wanted = {
        "POST /v1/jobs": (200, 202, 400, 403), "GET /v1/jobs/{id}": (200, 400, 401), "DELETE /v1/jobs/{id}": (400, 401),
        "POST /v1/guests": (201, 401, 422), "GET /v1/guests/{digest}": (200, 400, 401), "GET /v1/policies": (200, 401),
        "GET /v1/policies/{id}": (200, 401), "GET /v1/budgets": (200, 401), "POST /v1/admin/reload": (200, 401),
        "GET /metrics": (200, 401), "GET /log/tile/{path}": (200, 404), "GET /readyz": (200,),
    }
    missing = [f"{label} {status}" for label, many in wanted.items() for status in many if f"{label} {status}" not in answers]
    assert not missing, f"never seen: {missing}"


def doctor(path: str) -> None:
    specification = json.loads(Path(path).read_text())
    del specification["paths"]["/v1/budgets"]["get"]["responses"]["401"]
    print(json.dumps(specification))


match sys.argv[1:]:
    case ["wait"]:
        wait()
    case ["seen"]:
        seen()
    case ["doctor", path]:
        doctor(path)
    case ["odd"]:
        odd()
        over_http2(50)
        crowd()
