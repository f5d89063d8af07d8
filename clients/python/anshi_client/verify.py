"""Verifies a bundle offline, with two public files of the engine and nothing else of it. docs/receipts.md has the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from .errors import FormError, VerificationError
from .keys import TYPES, algorithm_of, thumbprint
from .proof import LogKey, check_included
from .strict import (
    canonical, digest_text, from_base64url, members, prefixed, read_canonical, read_json, sha256, typed,
)
from .tokens import SignedJob, signing_input_digest

RECEIPT_TYP = "verification-result+jwt"
CLAIMS = [
    "iss", "aud", "jti", "iat", "req", "purpose", "policy", "approvals", "guest", "snapshot", "engine", "consents",
    "parties", "result", "cost", "log",
]
INTENT = [
    "job", "req", "client", "policy", "version", "policy_sha256", "guest", "snapshot", "sameness", "admitted_ms",
    "parties", "charges", "consents",
]
OUTCOME = ["job", "intent", "tick_ms", "claims", "reason"]
JWK_OPTIONAL = ["y", "alg", "use", "anshi_test", "iat", "exp"]


@dataclass(frozen=True)
class PublishedKey:
    """A key that receipts verify with; `expires` is the last second that it signed for."""

    key: OKPKey | ECKey
    algorithm: str
    expires: int | None


class TrustedKeys:
    """Whom to believe: the engine's key set and its log's key. Fetch them once, over a line you trust, and keep them."""

    def __init__(self, jwks: str | bytes, log_key: str) -> None:
        self.log = LogKey(log_key)
        self.receipts: dict[str, PublishedKey] = {}
        for jwk in members(read_json(jwks, "the key set"), "the key set", ["keys"])["keys"]:
            members(jwk, "a key of the set", ["kty", "crv", "x", "kid"], JWK_OPTIONAL)
            algorithm = algorithm_of(jwk, "a key of the set")
            if jwk["kid"] != thumbprint(jwk):
                raise FormError("a key of the set has a `kid` that is not its thumbprint")
            expires = typed(jwk["exp"], int, "a key's `exp`") if "exp" in jwk else None
            names = {"kty", "crv", "x", "y"} & jwk.keys()
            key = TYPES[jwk["kty"]].import_key({name: jwk[name] for name in names})
            self.receipts[jwk["kid"]] = PublishedKey(key, algorithm, expires)


@dataclass(frozen=True)
class VerifiedBundle:
    """What a bundle proves. `verify_bundle` alone makes one."""

    claims: dict[str, Any]
    intent: dict[str, Any]
    outcome: dict[str, Any]
    openings: tuple[dict[str, str], ...]

    def check_party(self, role: str, unit: str) -> None:
        """That the receipt is about this unit in this role: salt and identifier give the commitment."""
        if not any(party["role"] == role and opens(party, role, unit) for party in self.openings):
            raise VerificationError(f"the receipt is not about the party asked for in the role `{role}`")

    def check_answers(self, signed: SignedJob) -> None:
        """That this is the answer to one's own question, and not to another of which somebody has a bundle."""
        claims, job = self.claims, signed.job
        same = [
            ("request", claims["req"], signed.request_digest),
            ("job", "sha256:" + claims["jti"], signed.job_id),
            ("engine", claims["iss"], signed.ledger),
            ("client", claims["aud"], signed.client),
            ("purpose", claims["purpose"], job.purpose),
            ("policy", claims["policy"]["id"], job.policy_id),
            ("version", claims["policy"]["version"], job.policy_version),
            ("guest", claims["guest"], job.guest),
            ("number of parties", len(self.openings), len(job.parties)),
        ]
        for what, answered, asked in same:
            check(answered == asked, f"the receipt is for another {what} than was asked")
        for role, unit in job.parties:
            self.check_party(role, unit)
        sent = {signing_input_digest(consent) for consent in job.consents}
        check(sent.issuperset(claims["consents"]), "the receipt names a consent that was not sent")


def check(held: bool, what: str) -> None:
    if not held:
        raise VerificationError(what)


def opens(party: dict[str, str], role: str, unit: str) -> bool:
    """Whether the opening's commitment is to `unit`, an enterprise or a person."""
    salt = from_base64url(party["salt"], "a party's salt")
    kinds = [b"enterprise", b"person"]
    digests = [sha256(b"anshi/party/v1\n", prefixed(salt, role.encode(), kind, unit.encode())) for kind in kinds]
    return party["commitment"] in map(digest_text, digests)


def read_receipt(token: str, keys: TrustedKeys) -> dict[str, Any]:
    """The claims, after form, kind, key, algorithm, signature and the key's lifetime were checked."""
    segments = token.split(".")
    if len(segments) != 3:
        raise FormError("the receipt is not a compact JWS")
    head, payload, _ = [from_base64url(segment, "a segment of the receipt") for segment in segments]
    header = members(read_json(head, "the receipt's header"), "the receipt's header", ["alg", "kid", "typ"])
    check(header["typ"] == RECEIPT_TYP, f"the token is no receipt: its `typ` is not `{RECEIPT_TYP}`")
    published = keys.receipts.get(header["kid"])
    if published is None:
        raise VerificationError("the receipt's key is not in the key set: fetch the set again if the engine's key was rotated")
    # `EdDSA` is the older name of RFC 8037.
    names = ["Ed25519", "EdDSA"] if published.algorithm == "Ed25519" else [published.algorithm]
    check(header["alg"] in names, "the receipt's `alg` is not its key's algorithm")
    try:
        jws.deserialize_compact(token, published.key, algorithms=names)
    except (JoseError, ValueError):
        raise VerificationError("the receipt's signature does not verify") from None
    claims = members(read_canonical(payload, "the receipt's payload"), "the receipt", CLAIMS)
    issued = typed(claims["iat"], int, "the receipt's `iat`")
    check(published.expires is None or issued <= published.expires, "the receipt is later than its key's retirement")
    return claims


def open_record(kind: str, opened: Any, names: list[str], keys: TrustedKeys) -> tuple[dict[str, Any], int]:
    """The record behind a leaf and its index, after record and salt were found in the log."""
    members(opened, f"the bundle's {kind}", ["record", "salt", "proof"])
    record = from_base64url(opened["record"], f"the {kind}'s record")
    salt = from_base64url(opened["salt"], f"the {kind}'s salt")
    if len(salt) != 32:
        raise FormError(f"the {kind}'s salt is not 32 bytes")
    entry = f"anshi/leaf/v1\n{kind}\n".encode() + sha256(salt, prefixed(record))
    index = check_included(entry, opened["proof"], keys.log, kind)
    return members(read_canonical(record, f"the {kind}'s record"), f"the {kind}'s record", names), index


def verify_bundle(bundle: str | bytes, keys: TrustedKeys) -> VerifiedBundle:
    """Verifies receipt, records and proofs, and that they belong together."""
    parts = members(read_json(bundle, "the bundle"), "the bundle", ["receipt", "intent", "outcome", "parties"])
    try:
        claims = read_receipt(parts["receipt"], keys)
        intent, intent_index = open_record("intent", parts["intent"], INTENT, keys)
        outcome, outcome_index = open_record("outcome", parts["outcome"], OUTCOME, keys)
        check(outcome_index > intent_index, "the outcome stands before its intent")
        check_together(claims, intent, outcome, intent_index, keys.log.origin)
        openings = tuple(members(party, "an opening", ["role", "commitment", "salt"]) for party in parts["parties"])
        named = [(party["role"], party["commitment"]) for party in claims["parties"]]
        check([(party["role"], party["commitment"]) for party in openings] == named, "the openings are of other parties")
    except (KeyError, TypeError, AttributeError):
        # What is signed and of another shape was not made by the engine.
        raise FormError("a member of the bundle is missing or of another type") from None
    return VerifiedBundle(claims, intent, outcome, openings)


def check_together(
    claims: dict[str, Any], intent: dict[str, Any], outcome: dict[str, Any], index: int, origin: str,
) -> None:
    """That claims, admission and end are of one job."""
    without_log = {name: claim for name, claim in claims.items() if name != "log"}
    digest = digest_text(sha256(b"anshi/claims/v1\n", canonical(without_log)))
    check(claims["log"] == {"origin": origin, "index": index}, "the receipt names another log or leaf")
    check(origin == claims["iss"] + "/log", "the receipt is of another engine than the log")
    check(outcome["intent"] == index, "the outcome ends another intent")
    check(outcome["claims"] == digest, "the outcome is of other claims")
    check(outcome["tick_ms"] // 1000 == claims["iat"], "the outcome has another tick")
    check(intent["job"] == outcome["job"] == "sha256:" + claims["jti"], "the records are of another job")
    policy = claims["policy"]
    expected = {
        "req": claims["req"], "client": claims["aud"], "policy": policy["id"], "version": policy["version"],
        "policy_sha256": policy["sha256"], "guest": claims["guest"], "snapshot": claims["snapshot"]["sha256"],
    }
    for name, claim in expected.items():
        check(intent[name] == claim, f"the intent has another `{name}` than the receipt")
    # A label's price is bits of each party, a table's is ε of all units together; the same job again is free.
    costs = [{name: charge[name] for name in ("bits", "epsilon") if name in charge} for charge in intent["charges"]]
    is_free = claims["cost"] in ({"bits": 0}, {"epsilon": "0"})
    check(all(cost == claims["cost"] for cost in costs) and bool(costs) != is_free, "the intent was charged another price")
    check(len(intent["consents"]) == len(claims["consents"]), "the intent used other consents")
    role: Callable[[dict[str, str]], str] = lambda party: party["role"]
    check([*map(role, intent["parties"])] == [*map(role, claims["parties"])], "the intent is about other roles")
