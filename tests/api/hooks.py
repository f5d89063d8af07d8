"""What schemathesis cannot know of the service: who signs a call and how, what a job is made of, and which jobs, guests and
policies there are. Most calls are signed rightly; some are wrong in one thing, for the refusals are documented too."""

import os
import zlib
from pathlib import Path

import requests
import schemathesis
from hypothesis import strategies as st

from signing import AUDITOR, AUTHORITY, OPERATOR, PLATFORM, Home, fresh_jti, sha256

HOME = Home(Path(os.environ["ANSHI_API_HOME"]))
TILES = HOME.folder / "log" / "tile"
MODULE = (HOME.folder / "demo" / "sme-credit-check.wasm").read_bytes()
TABLE_MODULE = (HOME.folder / "demo" / "table.wasm").read_bytes()
# A table is under way when this begins; further jobs are taken from the answers.
JOBS = (HOME.folder / "demo" / "jobs.txt").read_text().split()
# Every answer, for `seen.py`.
SEEN = HOME.folder / "demo" / "seen.txt"

# What one claim of a call may be instead.
CALL_FAULTS = [
    {"iss": "nobody"}, {"aud": "another/engine"}, {"htm": "PATCH"}, {"htu": "http://elsewhere.example/"}, {"body": "sha256:00"},
    {"exp": 1}, {"iat": 1, "exp": 30}, {"iat": 2**62, "exp": 2**62 + 9}, {"jti": "short"}, {"jti": "x" * 300}, {"sub": "nobody"},
    {"iat": "now"}, {"extra": 1}, {"sub": ""},
]
JOB_FAULTS = [
    {"iss": "nobody"}, {"aud": "another/engine"}, {"htm": "GET"}, {"htu": "http://elsewhere.example/v1/jobs"}, {"exp": 1},
    {"iat": 1, "exp": 30}, {"jti": ""}, {"jti": "\x00" * 30}, {"guest": "sha256:00"}, {"guest": "sha256:" + "0" * 64},
    {"policy": {"id": "none", "version": "1.0.0"}}, {"policy": {"id": "sme-credit-check", "version": "9.9.9"}},
    {"policy": {"id": "../etc", "version": ""}}, {"purpose": "curiosity"}, {"purpose": ""}, {"consents": []}, {"consents": ["x.y.z"]},
    {"consents": ["x"] * 65}, {"parties": []}, {"parties": [{"role": "enterprise", "id": "1"}]},
    {"parties": [{"role": "nobody", "id": "91371402MA769M6L9G"}]}, {"parameters": {}}, {"parameters": {"min_paid_fen": 1}},
    {"parameters": {"min_paid_fen": 2**63}}, {"parameters": {"min_paid_fen": "50000000"}}, {"parameters": {"min_paid_fen": None}},
    {"parameters": {"\u202emin": 1}}, {"parameters": {f"p{n}": n for n in range(2000)}}, {"extra": {}},
]


def of_ten(text: str) -> int:
    """A number that is the same whenever the same request is made, so that a failure can be shown again."""
    return zlib.crc32(text.encode()) % 10


class Signed(requests.auth.AuthBase):
    """Signs each request as it leaves."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        path = request.path_url.split("?")[0]
        caller = OPERATOR if path in ("/v1/admin/reload", "/metrics") else PLATFORM
        typ, other, chance = "call+jwt", {}, os.urandom(1)[0]
        if path == "/v1/guests":
            typ = "guest+jwt"
        if path == "/v1/budgets":
            other["sub"] = HOME.examples["healthy" if chance % 2 else "representative"]
        if chance < 16:
            caller = (AUDITOR, AUTHORITY, OPERATOR, PLATFORM)[chance % 4]
        elif chance < 64:
            other = CALL_FAULTS[chance % len(CALL_FAULTS)]
        elif chance < 70:
            typ = ("job+jwt", "access+jwt", "guest+jwt", "call+jwt")[chance % 4]
        token = HOME.call(caller, request.method, request.path_url, body, typ, **other)
        if 70 <= chance < 76:
            token = token[: len(token) // 2]
        request.headers["Authorization"] = f"JOSE {token}"
        return request


schemathesis.auth.set_from_requests(Signed())


@st.composite
def jobs(draw) -> bytes:
    kind = draw(st.integers(0, 9))
    if kind in (1, 2):
        return HOME.job(party=HOME.examples[draw(st.sampled_from(["healthy", "failing"]))]).encode()
    if 3 <= kind < 8:
        return HOME.job(**draw(st.sampled_from(JOB_FAULTS))).encode()
    if kind == 8:
        return HOME.table(draw(st.sampled_from([3, 6, 12])), sha256(TABLE_MODULE)).encode()
    token = HOME.job(jti=fresh_jti())
    return draw(st.sampled_from([token[:-3].encode(), token.replace(".", "..", 1).encode(), token.encode() + b"\n", b"", b"\xff"]))


schemathesis.openapi.media_type("application/jose", st.one_of(jobs(), st.binary(max_size=200)))
schemathesis.openapi.media_type(
    "application/wasm", st.one_of(st.just(MODULE), st.binary(max_size=200), st.binary(max_size=200).map(lambda tail: MODULE[:4000] + tail))
)


# What is left to no chance, by the status that answers it: a label, a table, and a job for a purpose that is not the policy's.
FIRST = {
    200: lambda: HOME.job(), 202: lambda: HOME.table(6, sha256(TABLE_MODULE)), 403: lambda: HOME.job(purpose="curiosity"),
}


@schemathesis.hook
def before_call(context, case, kwargs):
    """The first jobs are those of the list, whatever was drawn, until each was answered."""
    if FIRST and context.operation.label == "POST /v1/jobs" and case.media_type == "application/jose":
        case.body = next(iter(FIRST.values()))().encode()


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of what is asked for is there."""
    known = {
        "digest": [HOME.guest], "path": [str(tile.relative_to(TILES)) for tile in TILES.rglob("*") if tile.is_file()],
        "id": [JOBS[0], JOBS[-1]] if context.operation.path.startswith("/v1/jobs") else ["sme-credit-check", "late-payment-by-county"],
    }
    for name, value in (path_parameters or {}).items():
        values = known.get(name)
        if values and of_ten(str(value)) < 5:
            path_parameters[name] = values[len(str(value)) % len(values)]
    return path_parameters


@schemathesis.hook
def after_call(context, case, response):
    problem = ""
    if response.headers.get("content-type") == ["application/problem+json"]:
        problem = response.json()["type"].removeprefix("urn:anshi:problem:")
    with SEEN.open("a") as seen:
        seen.write(f"{context.operation.label} {response.status_code} {problem}\n")
    if context.operation.label == "POST /v1/jobs":
        FIRST.pop(response.status_code, None)
    location = response.headers.get("location")
    if location:
        JOBS.append(location[0].removeprefix("/v1/jobs/"))
