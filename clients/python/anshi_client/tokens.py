"""What a client signs: questions, calls and uploads. The service takes exactly these members."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from .errors import FormError
from .keys import ClientKey
from .strict import base64url, digest_text, from_base64url, members, prefixed, read_canonical, sha256, typed

JOB_SECONDS = 120    # at most 300
CALL_SECONDS = 60    # at most 60
JTI_BYTES = 16       # at least 128 random bits


@dataclass(frozen=True)
class Job:
    """A question: under which policy, by which guest, about whom, what for."""

    policy_id: str
    policy_version: str
    guest: str
    purpose: str
    parameters: dict[str, int | str] = field(default_factory=dict)
    parties: tuple[tuple[str, str], ...] = ()    # role and canonical identifier
    consents: tuple[str, ...] = ()               # `consent+jwt`s of an authority

    @classmethod
    def from_json(cls, value: Any) -> Job:
        """From the members of the request that are the asker's to choose."""
        names = ["policy", "guest", "parameters", "parties", "consents", "purpose"]
        job = members(value, "the job", names)
        policy = members(job["policy"], "the job's `policy`", ["id", "version"])
        parties = [members(party, "a party of the job", ["role", "id"]) for party in job["parties"]]
        if not all(isinstance(value, str) or type(value) is int for value in job["parameters"].values()):
            raise FormError("a parameter is an integer or a text")
        return cls(
            policy["id"], policy["version"], job["guest"], job["purpose"], dict(job["parameters"]),
            tuple((party["role"], party["id"]) for party in parties), tuple(job["consents"]),
        )

    def to_json(self) -> dict[str, Any]:
        """The members that it adds to the request."""
        return {
            "policy": {"id": self.policy_id, "version": self.policy_version},
            "guest": self.guest,
            "parameters": self.parameters,
            "parties": [{"role": role, "id": unit} for role, unit in self.parties],
            "consents": list(self.consents),
            "purpose": self.purpose,
        }


@dataclass(frozen=True)
class SignedJob:
    """A signed question. Keep it until it is answered: the same token gives the same bundle, and is charged once."""

    token: str = field(repr=False)
    job: Job = field(repr=False)
    client: str
    ledger: str
    job_id: str

    @classmethod
    def read(cls, token: str) -> SignedJob:
        """Reads one's own token again; whether the signature is right is for the service to say."""
        segments = token.strip().split(".")
        if len(segments) != 3:
            raise FormError("the token is not a compact JWS")
        payload = read_canonical(from_base64url(segments[1], "the token's payload"), "the token's payload")
        names = ["iss", "aud", "iat", "exp", "jti", "htm", "htu"]
        if not isinstance(payload, dict):
            raise FormError("the token is no job")
        envelope = members({name: payload[name] for name in names if name in payload}, "the token", names)
        for name in ["iss", "aud", "jti"]:
            typed(envelope[name], str, f"the token's `{name}`")
        job = Job.from_json({name: value for name, value in payload.items() if name not in envelope})
        parts = [envelope[name].encode() for name in ["iss", "aud", "jti"]]
        job_id = digest_text(sha256(b"anshi/job/v1\n", prefixed(*parts)))
        return cls(token.strip(), job, envelope["iss"], envelope["aud"], job_id)

    @property
    def request_digest(self) -> str:
        """What a receipt calls this request: SHA-256 of the signing input."""
        return signing_input_digest(self.token)


def signing_input_digest(token: str) -> str:
    """SHA-256 of `header.payload`: a signature is evidence, never an identifier."""
    return digest_text(sha256(token.rsplit(".", 1)[0].encode()))


@dataclass(frozen=True)
class Signer:
    """Signs for one client of one service."""

    client: str
    ledger: str
    url: str
    key: ClientKey

    def _envelope(self, seconds: int, method: str, path: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.client, "aud": self.ledger, "iat": now, "exp": now + seconds,
            "jti": base64url(secrets.token_bytes(JTI_BYTES)), "htm": method, "htu": self.url + path,
        }

    def job(self, job: Job) -> SignedJob:
        """Signs a question."""
        payload = self._envelope(JOB_SECONDS, "POST", "/v1/jobs") | job.to_json()
        return SignedJob.read(self.key.sign("job+jwt", payload))

    def call(self, method: str, path: str, body: bytes = b"", subject: str | None = None, kind: str = "call+jwt") -> str:
        """Signs a call: it covers method, address and body, lives for a minute and serves once."""
        payload = self._envelope(CALL_SECONDS, method, path) | {"body": digest_text(sha256(body))}
        if subject is not None:
            payload["sub"] = subject
        return self.key.sign(kind, payload)
