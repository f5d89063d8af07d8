"""Signs what a development home's callers sign: calls, jobs and consents. Made from DESIGN's words and a library that is not
ours (joserfc), so that a mistake in the engine's own signing cannot hide in it."""

import base64
import hashlib
import json
import os
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from joserfc import jws
from joserfc.jwk import OKPKey

PLATFORM = ("smart-finance", "development-client")
OPERATOR = ("development-operator", "development-operator")
AUDITOR = ("development-auditor", "development-auditor")
AUTHORITY = ("development-authority", "development-authority")


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def fresh_jti() -> str:
    return base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()


@dataclass
class Home:
    """A synthetic home with the keys of its invented callers."""

    folder: Path

    def __post_init__(self) -> None:
        config = tomllib.loads((self.folder / "anshi.toml").read_text())
        self.ledger = config["ledger"]
        self.url = config["public_url"]
        demo = json.loads((self.folder / "demo.json").read_text())
        self.guest = demo["guest"]
        self.examples = demo["examples"]
        self.keys = {}

    def token(self, key_name: str, typ: str, claims: dict, **header: str) -> str:
        """A compact JWS of `typ` over any claims, right or wrong."""
        if key_name not in self.keys:
            jwk = json.loads((self.folder / "keys" / f"{key_name}.jwk").read_text())
            self.keys[key_name] = (jwk["kid"], OKPKey.import_key(jwk))
        kid, key = self.keys[key_name]
        header = {"alg": "Ed25519", "kid": kid, "typ": typ} | header
        return jws.serialize_compact(header, json.dumps(claims), key, algorithms=[header["alg"]])

    def call_claims(self, caller: tuple, method: str, target: str, content: bytes, **other) -> dict:
        now = int(time.time())
        claims = {
            "iss": caller[0], "aud": self.ledger, "iat": now, "exp": now + 60, "jti": fresh_jti(),
            "htm": method, "htu": self.url + target, "body": sha256(content),
        }
        return claims | other

    def call(self, caller: tuple, method: str, target: str, content: bytes = b"", typ: str = "call+jwt", **other) -> str:
        """The token of one call: `Authorization: JOSE <it>`."""
        return self.token(caller[1], typ, self.call_claims(caller, method, target, content, **other))

    def consent(self, policy: str, purpose: str, role: str, party: str, **other) -> str:
        now = int(time.time())
        claims = {
            "iss": AUTHORITY[0], "sub": party, "client_id": PLATFORM[0], "aud": self.ledger, "jti": fresh_jti(),
            "iat": now, "nbf": now - 5, "exp": now + 3600,
            "authorization_details": [{
                "type": "anshi_label", "purpose": purpose, "policy": policy,
                "version_min": "1.0.0", "version_below": "9.0.0", "role": role, "max_uses": 1,
            }],
        }
        return self.token(AUTHORITY[1], "consent+jwt", claims | other)

    def job_claims(self, party: str | None = None, **other) -> dict:
        """What `sme-credit-check` is asked about a firm."""
        now = int(time.time())
        party = party or self.examples["healthy"]
        claims = {
            "iss": PLATFORM[0], "aud": self.ledger, "iat": now, "exp": now + 300, "jti": fresh_jti(),
            "htm": "POST", "htu": self.url + "/v1/jobs",
            "policy": {"id": "sme-credit-check", "version": "2.0.0"}, "guest": self.guest,
            "parameters": {"min_paid_fen": 50_000_000},
            "parties": [{"role": "enterprise", "id": party}],
            "consents": [self.consent("sme-credit-check", "sme-lending", "enterprise", party)],
            "purpose": "sme-lending",
        }
        return claims | other

    def table(self, months: int, guest: str) -> str:
        """A table over all enterprises."""
        table = {
            "policy": {"id": "late-payment-by-county", "version": "1.0.0"}, "purpose": "lending-risk-statistics",
            "parameters": {"months": months}, "parties": [], "consents": [], "guest": guest,
        }
        return self.job(**table)

    def job(self, **other) -> str:
        return self.token(PLATFORM[1], "job+jwt", self.job_claims(**other))
