"""The client: questions that are signed once and submitted as often as it takes, and signed calls beside them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from .errors import AnshiError, FormError
from .profile import Profile
from .strict import canonical, members, read_json, typed
from .tokens import Job, SignedJob
from .transport import Transport
from .verify import VerifiedBundle, verify_bundle

POLL_FIRST_SECONDS = 1.0
POLL_MAX_SECONDS = 10.0
STATES = ("admitted", "running", "answered", "abandoned")


@dataclass(frozen=True)
class Answer:
    """A verified answer to one's own question, with the evidence for it."""

    verified: VerifiedBundle = field(repr=False)
    bundle: bytes = field(repr=False)    # as the service sent it: keep it

    @property
    def result(self) -> dict[str, Any]:
        """`{"kind": "label", "label": …}` or `{"kind": "table", "table": …}`."""
        return typed(self.verified.claims["result"], dict, "the result")


@dataclass(frozen=True)
class Pending:
    """A job that is not answered: what may be known of it."""

    job_id: str
    state: str
    tick_ms: int | None = None


def job_hex(signed: SignedJob) -> str:
    """A job's id as addresses and receipts write it: hexadecimal digits alone."""
    return signed.job_id.removeprefix("sha256:")


class Client:
    """Speaks to one service as one client. Close it, or use it as a context."""

    def __init__(self, profile: Profile, language: str = "en") -> None:
        self._signer = profile.signer()
        self._keys = profile.trusted_keys()
        self._transport = Transport(profile.connect, language)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.http.close()

    def sign_job(self, job: Job) -> SignedJob:
        """Signs a question, valid for two minutes; once admitted it can be submitted again for ever."""
        return self._signer.job(job)

    def sign_call(self, method: str, path: str) -> str:
        """A token for one call, for tools that send it themselves."""
        return self._signer.call(method, path)

    def submit(self, signed: SignedJob) -> Answer | Pending:
        """Submits a question; the answer to a label, a place to ask for a table.

        The same token is sent again when a connection is lost: the service charges it once, and gives the same bundle.
        """
        headers = {"Content-Type": "application/jose"}
        body = signed.token.encode()
        build = lambda: self._transport.http.build_request("POST", "/v1/jobs", content=body, headers=headers)
        response = self._transport.send(build)
        if response.status_code == 202:
            return self._pending(read_json(response.content, "the job"), signed)
        return self._answer(response.content, signed)

    def job(self, signed: SignedJob) -> Answer | Pending:
        """Asks for a job's state, and takes the answer once it is there."""
        view = self.call("GET", f"/v1/jobs/{job_hex(signed)}")
        if isinstance(view, dict) and "bundle" in view:
            return self._answer(canonical(view["bundle"]), signed)
        return self._pending(view, signed)

    def answer(self, signed: SignedJob) -> Answer:
        """Submits a question and waits for its answer: a label's comes at once, a table's at its tick."""
        found = self.submit(signed)
        pause = POLL_FIRST_SECONDS
        while isinstance(found, Pending):
            if found.state == "abandoned":
                raise AnshiError("the engine crashed while the job was open: its charge stays; sign a new question")
            time.sleep(pause)
            pause = min(pause * 1.5, POLL_MAX_SECONDS)
            found = self.job(signed)
        return found

    def cancel(self, signed: SignedJob) -> Pending:
        """Ends a table early. Its charge stays, and its tick: the receipt then says that there is no table."""
        return self._pending(self.call("DELETE", f"/v1/jobs/{job_hex(signed)}"), signed)

    def register(self, module: bytes) -> dict[str, Any]:
        """Registers a guest: what it says of itself, and which policies accept it."""
        return typed(self.call("POST", "/v1/guests", body=module, kind="guest+jwt"), dict, "the guest")

    def guest(self, digest: str) -> dict[str, Any]:
        """A registered guest."""
        return typed(self.call("GET", f"/v1/guests/{quote(digest, safe=':')}"), dict, "the guest")

    def policies(self) -> list[dict[str, Any]]:
        """The policies in force."""
        return typed(self.call("GET", "/v1/policies"), list, "the policies")

    def policy(self, policy_id: str) -> dict[str, Any]:
        """One policy in force."""
        return typed(self.call("GET", f"/v1/policies/{quote(policy_id, safe='')}"), dict, "the policy")

    def budgets(self, party: str | None = None) -> list[dict[str, Any]]:
        """What is left of one's own quotas; labels are counted for each party. The party stands in the token alone."""
        return typed(self.call("GET", "/v1/budgets", subject=party), list, "the budgets")

    def call(
        self, method: str, path: str, body: bytes = b"", subject: str | None = None, kind: str = "call+jwt",
    ) -> Any:
        """A signed call. Each attempt has a token of its own, for a token serves once."""

        def build() -> httpx.Request:
            token = self._signer.call(method, path, body, subject, kind)
            headers = {"Authorization": f"JOSE {token}"}
            if body:
                headers["Content-Type"] = "application/wasm"
            return self._transport.http.build_request(method, path, content=body, headers=headers)

        return read_json(self._transport.send(build).content, "the service's answer")

    def _pending(self, view: Any, signed: SignedJob) -> Pending:
        members(view, "the job", ["job", "state"], ["tick"])
        if view["job"] != job_hex(signed) or view["state"] not in STATES:
            raise FormError("the service speaks of another job, or of a state that is not known")
        return Pending(view["job"], view["state"], view.get("tick"))

    def _answer(self, bundle: bytes, signed: SignedJob) -> Answer:
        verified = verify_bundle(bundle, self._keys)
        verified.check_answers(signed)
        return Answer(verified, bundle)
