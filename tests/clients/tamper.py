"""Bundles that must not be believed, each for one reason, and the words that every client says of it.

Some are signed with the synthetic home's own keys: what a thief of the receipt's key could make, who cannot change the log.
"""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any, Iterator

from joserfc import jws
from joserfc.jwk import OKPKey

Bundle = dict[str, Any]


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def changed_segment(text: str) -> str:
    """The same bytes but for one bit in their middle."""
    data = bytearray(decoded(text))
    data[len(data) // 2] ^= 1
    return encoded(bytes(data))


def with_claims(token: str, changes: dict[str, Any], key: Path | None) -> str:
    """The receipt with other claims: signed anew where there is a key, and otherwise with the old signature."""
    head, payload, signature = token.split(".")
    claims = json.loads(decoded(payload)) | changes
    text = json.dumps(claims, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if key is None:
        return ".".join([head, encoded(text), signature])
    jwk = OKPKey.import_key(json.loads(key.read_text(encoding="utf-8")))
    return jws.serialize_compact(json.loads(decoded(head)), text, jwk, algorithms=["Ed25519"])


def with_header(token: str, **members: str) -> str:
    head, payload, signature = token.split(".")
    return ".".join([encoded(json.dumps(json.loads(decoded(head)) | members).encode()), payload, signature])


def with_line(proof: str, number: int, change: Any) -> str:
    lines = proof.split("\n")
    lines[number] = change(lines[number])
    return "\n".join(lines)


def other_base64(line: str) -> str:
    *before, text = line.split(" ")
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return " ".join([*before, base64.b64encode(data).decode()])


def changed_bundles(bundle: Bundle, other: Bundle, keys: Path) -> Iterator[tuple[str, str, str]]:
    """What was changed, the bundle as text, and what is said of it. `other` is the bundle of another job."""

    def make(change: Any) -> str:
        changed = copy.deepcopy(bundle)
        change(changed)
        return json.dumps(changed)

    receipt, signature = bundle["receipt"], bundle["receipt"].rsplit(".", 1)[1]
    key = keys / "receipt.jwk"
    result = {"result": {"kind": "label", "label": "D"}}

    def replaced(token: str) -> str:
        return make(lambda changed: changed.update(receipt=token))

    yield "receipt's signature", replaced(receipt.replace(signature, changed_segment(signature))), "signature does not verify"
    yield "receipt's answer", replaced(with_claims(receipt, result, None)), "signature does not verify"
    yield "answer, signed anew", replaced(with_claims(receipt, result, key)), "the outcome is of other claims"
    yield "a key of another's", replaced(with_header(receipt, kid="A" * 43)), "key is not in the key set"
    yield "algorithm none", replaced(with_header(receipt, alg="none")), "`alg` is not its key's"
    yield "another kind of token", replaced(with_header(receipt, typ="job+jwt")), "the token is no receipt"
    yield "another header member", replaced(with_header(receipt, jku="https://example.org")), "unknown member `jku`"
    yield "another job's receipt", replaced(other["receipt"]), "the receipt names another log or leaf"
    for kind in ("intent", "outcome"):
        for part in ("record", "salt"):
            change = lambda changed: changed[kind].update({part: changed_segment(changed[kind][part])})
            yield f"{kind}'s {part}", make(change), f"the {kind} is not in the log"
    yield "another job's outcome", make(lambda changed: changed.update(outcome=other["outcome"])), "the outcome ends another intent"
    yield "records exchanged", make(lambda changed: changed.update(intent=bundle["outcome"])), "the intent is not in the log"
    proofs = [
        ("a hash of the proof", 2, other_base64, "the intent is not in the log"),
        ("the proof's index", 1, lambda line: line + "0", "the leaf is outside of the tree"),
        ("the checkpoint's origin", -6, lambda line: "other.example/log", "the checkpoint is of another log"),
        ("the checkpoint's size", -5, lambda line: line + "0", "the checkpoint was changed"),
        ("the checkpoint's root", -4, other_base64, "the checkpoint was changed"),
        ("the checkpoint's signature", -2, other_base64, "the checkpoint was changed"),
        ("the checkpoint's signer", -2, lambda line: line.replace("/log", "/gol"), "the log has not signed"),
    ]
    for what, number, change, said in proofs:
        alter = lambda changed: changed["intent"].update(proof=with_line(changed["intent"]["proof"], number, change))
        yield what, make(alter), said
    commitment = "sha256:" + "0" * 64
    yield "a commitment", make(lambda changed: changed["parties"][0].update(commitment=commitment)), "openings are of other parties"
    yield "a member too many", json.dumps(bundle | {"comment": "x"}), "unknown member `comment`"
    yield "a member twice", json.dumps(bundle)[:-1] + ', "receipt": "x"}', "twice"
    yield "padding", make(lambda changed: changed["intent"].update(salt=changed["intent"]["salt"] + "=")), "not canonical base64url"
