"""A gateway that fails on purpose, between a client and the server: it breaks connections after the server has answered,
sends the overloaded away, and says things that are not Anshi's."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

RETRY_AFTER_SECONDS = 1
PASSED_ON = ["Content-Type", "Authorization", "Accept-Language"]
OVERLOADED = {"type": "urn:anshi:problem:overloaded", "title": "Too much to do.", "status": 503}


class Gateway(ThreadingHTTPServer):
    """`told` is what happened: an event, and the digest of the token that it happened to."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.told: list[tuple[str, str]] = []
        self.free_again: float | None = None
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def log_message(self, *_: object) -> None:
        """Says nothing: what happened is told to the test."""

    def pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=120)
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        upstream.request(self.command, self.path, body or None, headers)
        response = upstream.getresponse()
        return response.status, response.getheaders(), response.read()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "date", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drop(self) -> None:
        """The server has heard and answered; the client never learns."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        token = hashlib.sha256(self.headers.get("Authorization", "").encode()).hexdigest()
        if self.path == "/v1/policies":
            self.answer(502, [("Content-Type", "text/html")], b"<h1>Bad Gateway</h1>")
            return
        answered = self.pass_on(b"")
        is_first = not any(event.startswith("call") for event, _ in self.server.told)
        self.server.told.append(("call dropped" if is_first else "call served", token))
        self.drop() if is_first else self.answer(*answered)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        token = hashlib.sha256(body).hexdigest()
        seen = len(self.server.told)
        if seen == 0:
            self.pass_on(body)
            self.server.told.append(("dropped", token))
            self.drop()
        elif seen == 1:
            self.server.told.append(("overloaded", token))
            self.server.free_again = time.monotonic() + RETRY_AFTER_SECONDS
            headers = [("Content-Type", "application/problem+json"), ("Retry-After", str(RETRY_AFTER_SECONDS))]
            self.answer(503, headers, json.dumps(OVERLOADED).encode())
        else:
            is_early = time.monotonic() < (self.server.free_again or 0)
            self.server.told.append(("too early" if is_early else "served", token))
            self.answer(*self.pass_on(body))
