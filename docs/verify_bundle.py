"""Verifies a bundle with nothing of Anshi: joserfc for the receipt, hashlib and cryptography for the log.

    pip install joserfc
    python3 docs/verify_bundle.py bundle.json jwks.json log.vkey [enterprise=91371402MA769M6L9G]

What it checks is what docs/receipts.md says. With a party, it also checks that the receipt is about that party. It prints
the answer, or raises an exception.
"""

import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.jwk import KeySet


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def check(held: bool, what: str) -> None:
    if not held:
        raise ValueError(what)


def read_receipt(token: str, jwks: dict) -> dict:
    """The claims, after the signature, the algorithm and the kind of token were checked."""
    signed = jws.deserialize_compact(token, KeySet.import_key_set(jwks), algorithms=["Ed25519"])
    check(signed.headers()["typ"] == "verification-result+jwt", "this token is no receipt")
    claims = json.loads(signed.payload)
    key = next(key for key in jwks["keys"] if key["kid"] == signed.headers()["kid"])
    check(claims["iat"] <= key.get("exp", claims["iat"]), "the receipt is later than its key's retirement")
    return claims


def read_checkpoint(note: str, verifier_key: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a signed note (C2SP signed-note, tlog-checkpoint)."""
    name, key_id, key = verifier_key.strip().split("+", 2)
    key = base64.b64decode(key)
    check(key[0] == 1, "the log's key is not Ed25519")
    check(sha256(name.encode(), b"\n", key)[:4].hex() == key_id, "the log key's id is not its own")
    text, signatures = note.split("\n\n")
    origin, size, root = text.split("\n")[:3]
    check(origin == name, "the checkpoint is of another log")
    check(signatures.endswith("\n"), "the checkpoint is cut off")
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature)
        if dash == "—" and signer == name and signature[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], (text + "\n").encode())
            return origin, int(size), base64.b64decode(root)
    raise ValueError("the log has not signed the checkpoint")


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    check(index < size, "the leaf is outside of the tree")
    hash_, node, last = leaf, index, size - 1
    for sibling in path:
        check(last > 0, "the proof is too long")
        if node & 1 or node == last:
            hash_ = sha256(b"\1", sibling, hash_)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            hash_ = sha256(b"\1", hash_, sibling)
        node, last = node >> 1, last >> 1
    check(last == 0, "the proof is too short")
    return hash_


def open_record(kind: str, opened: dict, verifier_key: str) -> tuple[dict, int, str]:
    """The record behind a leaf, after record and salt were found in the log: the record, its index, the origin."""
    record, salt = unpadded(opened["record"]), unpadded(opened["salt"])
    entry = f"anshi/leaf/v1\n{kind}\n".encode() + sha256(salt, len(record).to_bytes(8, "big"), record)
    head, note = opened["proof"].split("\n\n", 1)
    header, index, *path = head.split("\n")
    check(header == "c2sp.org/tlog-proof@v1" and index.startswith("index "), "this is no tlog-proof")
    index = int(index.removeprefix("index "))
    origin, size, root = read_checkpoint(note, verifier_key)
    found = root_of(sha256(b"\0", entry), index, size, [base64.b64decode(hash_) for hash_ in path])
    check(found == root, f"the {kind} is not in the log")
    return json.loads(record), index, origin


def open_party(role: str, unit: str, bundle: dict) -> None:
    """Checks that a party's commitment is to `unit`: GB 32100 for an enterprise, GB 11643 for a person."""
    for party in bundle["parties"]:
        for kind in ["enterprise", "person"]:
            parts = [unpadded(party["salt"]), role.encode(), kind.encode(), unit.encode()]
            prefixed = [len(part).to_bytes(8, "big") + part for part in parts]
            if party["commitment"] == "sha256:" + sha256(b"anshi/party/v1\n", *prefixed).hex():
                return
    raise ValueError(f"the receipt is not about {role}={unit}")


def canonical(value: dict) -> bytes:
    """RFC 8785, for what claims hold: ASCII names, texts, and integers below 2**53."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def verify(bundle: dict, jwks: dict, verifier_key: str) -> dict:
    claims = read_receipt(bundle["receipt"], jwks)
    intent, intent_index, origin = open_record("intent", bundle["intent"], verifier_key)
    outcome, outcome_index, _ = open_record("outcome", bundle["outcome"], verifier_key)
    without_log = {name: claim for name, claim in claims.items() if name != "log"}
    digest = "sha256:" + sha256(b"anshi/claims/v1\n", canonical(without_log)).hex()
    check(claims["log"] == {"origin": origin, "index": intent_index}, "the receipt names another leaf")
    check(outcome["intent"] == intent_index < outcome_index, "the outcome ends another intent")
    check(outcome["claims"] == digest, "the outcome is of other claims")
    check(outcome["tick_ms"] // 1000 == claims["iat"], "the outcome has another tick")
    check(intent["job"] == outcome["job"] == "sha256:" + claims["jti"], "the records are of another job")
    for name, claim in [
        ("req", claims["req"]),
        ("client", claims["aud"]),
        ("policy", claims["policy"]["id"]),
        ("version", claims["policy"]["version"]),
        ("policy_sha256", claims["policy"]["sha256"]),
        ("guest", claims["guest"]),
        ("snapshot", claims["snapshot"]["sha256"]),
    ]:
        check(intent[name] == claim, f"the intent has another {name}")
    # A label's price is bits of each party, a table's is epsilon of all units together.
    costs = [{name: charge[name] for name in ("bits", "epsilon") if name in charge} for charge in intent["charges"]]
    free = claims["cost"] in ({"bits": 0}, {"epsilon": "0"})
    check(all(cost == claims["cost"] for cost in costs) and bool(costs) != free, "another price")
    check(len(intent["consents"]) == len(claims["consents"]), "other consents")
    check([party["role"] for party in intent["parties"]] == [party["role"] for party in claims["parties"]], "other roles")
    named = [(party["role"], party["commitment"]) for party in bundle["parties"]]
    check(named == [(party["role"], party["commitment"]) for party in claims["parties"]], "other parties")
    return claims


if __name__ == "__main__":
    texts = [open(path, encoding="utf-8").read() for path in sys.argv[1:4]]
    bundle = json.loads(texts[0])
    verified = verify(bundle, json.loads(texts[1]), texts[2])
    for party in sys.argv[4:]:
        open_party(*party.split("=", 1), bundle)
    result = verified["result"]
    answer = result["label"] if result["kind"] == "label" else f"a table of {len(result.get('table', {}).get('cells', []))} cells"
    print(f"verified: {answer}, under policy {verified['policy']['id']} {verified['policy']['version']}")
